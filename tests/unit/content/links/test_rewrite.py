"""Links are rewritten and nothing else is touched."""

import html as stdlib_html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.content.links.rewrite import MAX_URL_CHARS, rewrite_html, tagged
from aerogram.content.links.tags import MAX_LINKS

OWN = "https://mail.example.org/u/"


def tracked(html, **options):
    return rewrite_html(
        html,
        **{
            "link_for": lambda url: f"T[{url}]",
            "url_tags": "",
            "pixel_url": "",
            "own_links": OWN,
            **options,
        },
    )


def seen(html, **options):
    """The addresses that the tracker was asked for, in order."""
    asked = []
    tracked(html, link_for=lambda url: asked.append(url) or url, **options)
    return asked


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="http://x.example/a">go</a>', '<a href="T[http://x.example/a]">go</a>'),
        ("<a href='https://x.example'>go</a>", "<a href='T[https://x.example]'>go</a>"),
        ("<a href=http://x.example/>go</a>", '<a href="T[http://x.example/]">go</a>'),
        ('<A\nCLASS=b HREF = "HTTP://X.example">', '<A\nCLASS=b HREF = "T[HTTP://X.example]">'),
        ("<a/href='http://x.example'/>", "<a/href='T[http://x.example]'/>"),
        ('<area shape=rect href="http://x.example">', '<area shape=rect href="T[http://x.example]">'),
        ('<a href="  http://x.example\n">', '<a href="T[http://x.example]">'),
        ('<a href="http://x.example/a\n b">', '<a href="T[http://x.example/a b]">'),
        ('<a title="a > b" href="http://x.example">', '<a title="a > b" href="T[http://x.example]">'),
        (
            '<a href="http://x.example" href="http://y.example">',
            '<a href="T[http://x.example]" href="http://y.example">',
        ),
    ],
)
def test_a_link_is_rewritten_where_it_stands(html, expected):
    assert tracked(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<a href="mailto:ann@example.org">',
        '<a href="tel:+4912345">',
        '<a href="#top">',
        '<a href="">',
        "<a href>",
        "<a href=>",
        '<a name="http://x.example">',
        '<a href="data:text/html,http://x.example">',
        "<a href=\"javascript:location='http://x.example'\">",
        '<a href="cid:logo">',
        '<a href="//x.example">',
        '<a href="http://">',
        '<a href="http:///x">',
        f'<a href="{OWN}AbC">',
        '<a href="{{var:link}}">',
        '<a data-no-track href="http://x.example">',
        '<a href="http://x.example" DATA-NO-TRACK="">',
        '<a clicktracking="off" href="http://x.example">',
        "<a clicktracking=OFF href=http://x.example>",
        '<img src="http://x.example/a.png">',
        '<link href="http://x.example/a.css">',
        '<abbr href="http://x.example">',
        '<form action="http://x.example">',
        "http://x.example",
        f'<a href="http://x.example/{"a" * MAX_URL_CHARS}">',
    ],
)
def test_what_is_no_web_link_or_opted_out_stays(html):
    assert tracked(html, url_tags="utm=1") == html


@pytest.mark.parametrize(
    "html",
    [
        '<!-- <a href="http://x.example"> -->',
        "<!-- -- > <a href=http://x.example> --!>",
        "<!--- <a href=http://x.example> --->",
        '<![CDATA[ <a href="http://x.example"> ]] ]]>',
        "<script>document.write('<a href=\"http://x.example\">')</script>",
        "<STYLE a='>'>/* <a href=http://x.example> </styles> */</Style>",
        "<textarea><a href=http://x.example></textarea>",
        "<title><a href=http://x.example></title>",
        "<img alt=\"<a href='http://x.example'>\">",
        "<p title='<a href=\"http://x.example\">'>",
        "<script><a href=http://x.example>",
        "<!-- <a href=http://x.example>",
        '<a title="<a href=http://x.example>',
        '<? <a href="http://x.example" ?',
    ],
)
def test_what_no_reader_shows_as_a_link_stays(html):
    assert tracked(html) == html


def test_after_what_is_no_html_links_are_links_again():
    html = "<!-- a -->{}<!-->{}<!--->{}<script>a</script>{}<![CDATA[a]]>{}<p it's>{}<!DOCTYPE html>{}<noscript>{}</noscript>{}"
    places = html.count("{}")
    links = [f"http://x.example/{number}" for number in range(places)]
    assert seen(html.format(*(f'<a href="{link}">' for link in links))) == links


def test_conditional_comments_are_html_to_outlook_and_their_links_are_links():
    hidden = '<!--[if mso]><a href="http://outlook.example">x</a><![endif]-->'
    shown = '<!--[if !mso]><!--><a href="http://others.example">x</a><!--<![endif]-->'
    revealed = '<![if !mso]><a href="http://old.example">x</a><![endif]>'
    assert seen(hidden + shown + revealed) == [
        "http://outlook.example",
        "http://others.example",
        "http://old.example",
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://x.example/?a=1&amp;b=2", "http://x.example/?a=1&b=2"),
        ("http://x.example/?a=1&b=2", "http://x.example/?a=1&b=2"),
        ("http://x.example/?a=1&region=2&copy=3", "http://x.example/?a=1&region=2&copy=3"),
        ("http://x.example/?a&copy", "http://x.example/?a©"),
        ("http://x.example/?a&copy;=1&notit;", "http://x.example/?a©=1&notit;"),
        ("&#104;&#x74;tp://x.example/&#38;&#x26", "http://x.example/&&"),
        ("http://x.example/&#" + "9" * 4000 + ";", "http://x.example/\ufffd"),
        ("http://x.example/&#0;&#xD800;", "http://x.example/\ufffd\ufffd"),
    ],
)
def test_character_references_are_read_as_in_attributes(written, meant):
    assert seen(f'<a href="{written}">') == [meant]


def test_what_is_written_cannot_leave_its_attribute():
    target = """http://x.example/"'<>&amp;"""
    for quoted in ('"http://a.example"', "'http://a.example'", "http://a.example"):
        result = tracked(f"<a href={quoted} title=t>", link_for=lambda _: target)
        value = re.fullmatch(r"""<a href=(["'])(.*?)\1 title=t>""", result)[2]
        assert not set(value) & set("\"'<>")
        assert stdlib_html.unescape(value) == target


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://x.example", "http://x.example?utm=1&b=2"),
        ("http://x.example/?a=1", "http://x.example/?a=1&utm=1&b=2"),
        ("http://x.example/?", "http://x.example/?utm=1&b=2"),
        ("http://x.example/?a&", "http://x.example/?a&utm=1&b=2"),
        ("http://x.example/#top?", "http://x.example/?utm=1&b=2#top?"),
    ],
)
def test_tags_stand_before_the_fragment(url, expected):
    assert tagged(url, "utm=1&b=2") == expected


def test_tags_are_appended_before_tracking_and_also_without_it():
    html = '<a href="http://x.example/?a=1&amp;b=2#c">'
    assert seen(html, url_tags="?utm=1") == ["http://x.example/?a=1&b=2&utm=1#c"]
    alone = rewrite_html(html, link_for=None, url_tags="utm=1", pixel_url="")
    assert alone == '<a href="http://x.example/?a=1&amp;b=2&amp;utm=1#c">'


@pytest.mark.parametrize(
    ("html", "before"),
    [
        ("<p>a</p></body></html>", "</body></html>"),
        ("<p>a</p></BODY >", "</BODY >"),
        ("</body>a</body>b", "</body>b"),
        ("a</body><!-- </body> -->", "</body><!-- </body> -->"),
        ("<p>a</p>", ""),
        ("<style></body>", ""),
        ("</bodyguard>", ""),
    ],
)
def test_the_picture_stands_before_the_last_end_of_the_body(html, before):
    result = rewrite_html(html, link_for=None, url_tags="", pixel_url="http://m.example/o/1.gif?a&b")
    start, picture, rest = re.fullmatch(r"(.*)(<img src=[^>]*>)(.*)", result, re.DOTALL).groups()
    assert (start + rest, rest) == (html, before)
    assert 'src="http://m.example/o/1.gif?a&amp;b"' in picture
    assert 'alt=""' in picture


def test_with_nothing_to_do_the_very_same_text_comes_back():
    html = '<a href="http://x.example">' * 3
    assert rewrite_html(html, link_for=None, url_tags="", pixel_url="") is html


def test_an_address_is_minted_once_however_often_it_stands():
    assert seen('<a href="http://x.example">' * 5) == ["http://x.example"]


def test_the_number_of_links_is_bounded():
    html = tracked("<a href=http://x>" * (MAX_LINKS + 10))
    assert html.count("T[") == MAX_LINKS


FRAGMENTS = st.sampled_from(
    [
        "<a ", "<a", "</a>", "<area ", "href", "=", '"', "'", " ", "\n", ">", "<", "/", "http://x.example", "&amp;",
        "<!--", "-->", "--!>", "-", "<!--[if mso]>", "<![endif]-->", "<![CDATA[", "]]>", "<script", "</script>",
        "<style>", "</body>", "data-no-track", "clicktracking=off", "é", "\0", "?", "#", "&#38", "İ",
    ]
)  # fmt: skip
SOUP = st.lists(FRAGMENTS, max_size=40).map("".join)
MINTED = re.compile(r"""(?P<quote>["'])\x01(?P<url>.*?)\x01(?P=quote)""", re.DOTALL)


@given(SOUP)
def test_apart_from_links_every_character_stays(html):
    """What was written back in place of each link is marked; taking it out gives the text between links."""
    result = rewrite_html(html, link_for=lambda url: f"\x01{url}\x01", url_tags="", pixel_url="")
    at = 0
    last = 0
    for minted in MINTED.finditer(result):
        kept = result[last : minted.start()]
        assert html.startswith(kept, at)
        at += len(kept)
        value = re.compile(r"""("[^"]*"|'[^']*'|[^ \t\n\f\r>]+)""").match(html, at)
        assert "x.example" in value[0]
        at = value.end()
        last = minted.end()
    assert html[at:] == result[last:]


@given(SOUP, st.booleans())
def test_rewriting_with_the_same_addresses_changes_no_reading(html, with_pixel):
    pixel = "http://m.example/o/1.gif" if with_pixel else ""
    once = rewrite_html(html, link_for=lambda url: url, url_tags="", pixel_url=pixel)
    asked = []
    rewrite_html(once, link_for=lambda url: asked.append(url) or url, url_tags="", pixel_url="")
    assert asked == seen(html, own_links="")


@pytest.mark.parametrize(
    "piece",
    ['<a href="', "<!--", "<!---", "<![CDATA[", "<script ", "<style><", "<a b='", "<a ", "<", "</body", "<!--[if ",
     "&#", "<a href = ", "<a a=b=c", "<a href=http://x ", "<a   ", "-", "]"],
)  # fmt: skip
def test_hostile_texts_take_linear_time(piece):
    def seconds(size):
        text = "<a " + piece * (size // len(piece))
        start = time.process_time()
        tracked(text, pixel_url="http://m.example")
        return time.process_time() - start

    # Quadratic work on 600 kB would take minutes.
    assert seconds(600_000) < 3

"""Text made from HTML: what a person would read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.content.text_from_html import MAX_CHARS, text_from_html

CASES = [
    ("", ""),
    ("just text", "just text\n"),
    ("<p>One\n  two</p><p>Three</p>", "One two\n\nThree\n"),
    ("<div>One</div><div>Two</div>", "One\nTwo\n"),
    ("One<br>two<br><br><br>three", "One\ntwo\n\nthree\n"),
    ("<h1>Title</h1>Text", "Title\n\nText\n"),
    ("a &lt;b&gt; &amp; c&nbsp;d &euro; &#8364; &#x20ac;", "a <b> & c d € € €\n"),
    (f"&#{'9' * 5000};x", "\ufffdx\n"),
    ("<b>bold</b>, <i>it</i>alic", "bold, italic\n"),
    (
        'See <a href="https://example.com/?a=1&amp;b=2">the shop</a>.',
        "See the shop (https://example.com/?a=1&b=2).\n",
    ),
    ('<a href="https://example.com/">https://example.com</a>', "https://example.com\n"),
    ('<a href="https://example.com/">example.com</a>', "example.com\n"),
    ('<a href="mailto:ann@example.com">Ann</a>', "Ann (ann@example.com)\n"),
    ('<a href="mailto:ann@example.com">ann@example.com</a>', "ann@example.com\n"),
    ('<a href="#top">Up</a> <a name=x>Here</a> <a href="javascript:x()">Run</a>', "Up Here Run\n"),
    ('<a href="https://a.example"><img src=x alt="Logo"></a>', "Logo (https://a.example)\n"),
    ('<a href="https://a.example"><img src=x></a>', "https://a.example\n"),
    ("<a href=https://a.example>never closed", "never closed (https://a.example)\n"),
    ("<ul><li>one<li>two<ol><li>a</li><li>b</li></ol></li></ul>x", "- one\n- two\n  1. a\n  2. b\n\nx\n"),
    ("<ul><li><p>one</p><p>more</p></li><li>two</li></ul>", "- one\n\n  more\n\n- two\n"),
    (
        "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Shoes</td><td>12 €</td></tr></table>",
        "Item  Price\nShoes  12 €\n",
    ),
    ("<table><tr><td><table><tr><td><p>In</p></td></tr></table></td></tr></table>", "In\n"),
    ("a<blockquote>q<br>r</blockquote>b", "a\n\n> q\n> r\n\nb\n"),
    ("<pre>a  b\n\tc</pre>", "a  b\n        c\n"),
    ("a<hr>b", "a\n\n--------------------\n\nb\n"),
    ("<head><title>T</title><style>p{a:b}</style></head><script>if (a < b) '</p>'</script>x", "x\n"),
    ("<!-- no -->a<!--[if mso]><p>Outlook</p><![endif]-->b<!--[if !mso]><!-->c<!--<![endif]-->", "abc\n"),
    ("a < b and <3", "a < b and <3\n"),
    ("Hi&zwnj; &nbsp;&zwnj; &nbsp;&zwnj;<p>x</p>", "Hi\n\nx\n"),
]


@pytest.mark.parametrize(("html", "text"), CASES)
def test_a_text_reads_like_the_page(html, text):
    assert text_from_html(html) == text


HOSTILE = [
    *(
        "<",
        "<!--",
        '<a href="',
        "<a",
        "</a",
        "&",
        "&#",
        "<div>",
        "<b>",
        "<ul>",
        "<ol><li>",
        "<blockquote>x",
        "<table><tr><td>",
    ),
    *(
        "<script>",
        "</",
        "<!",
        "-",
        "<!---",
        "<pre>\n",
        "\u200b\u200c",
        "<a href=http://x>",
        "=",
        "'",
        "<a x=",
        "<br>",
    ),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_takes_time_and_room_in_proportion(piece):
    html = piece * (200_000 // len(piece))
    began = time.process_time()
    text = text_from_html(html)
    assert time.process_time() - began < 3
    assert len(text) <= 8 * len(html)


def test_only_so_much_is_read():
    assert len(text_from_html("x" * (MAX_CHARS + 10))) == MAX_CHARS + 1


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<ul>",
        "<li>",
        "</ul>",
        "<a href='https://x.example'>",
        "</a>",
        "word",
        " ",
        "\n",
        "<br>",
        "<td>",
        "<",
        ">",
        '"',
        "&amp;",
        "<pre>",
        "</pre>",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_text_is_read_and_no_line_ends_in_space(html):
    text = text_from_html(html)
    assert text == "" or text.endswith("\n")
    assert not text.startswith("\n")
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))

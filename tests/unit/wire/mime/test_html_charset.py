"""The charset that HTML declares in itself: found as browsers find it, and changed when its part becomes UTF-8."""

from __future__ import annotations

import time

import pytest

from aerogram.wire.mime.html_charset import MAX_META_SEARCH, declared_charset, with_utf_8_declared

DECLARED = [
    ('<meta charset="{}">', "iso-8859-1"),
    ("<META CHARSET={}>", "iso-8859-1"),
    ("<meta charset='{}' />", "gb2312"),
    ("<meta\n  charset = {}\n>", "big5"),
    ('<meta http-equiv="Content-Type" content="text/html; charset={}">', "windows-1252"),
    ("<meta content='text/html;charset={}' http-equiv=content-type>", "shift_jis"),
    ('<meta http-equiv=Content-Type content="text/html; charset={}; x=y">', "koi8-r"),
    ('<?xml version="1.0" encoding="{}"?><html>', "iso-8859-15"),
    ('<html><head><!-- a --><title>x</title><meta charset="{}">', "utf-16"),
    ('<meta name="viewport" content="width=1"><meta charset="{}">', "us-ascii"),
]


@pytest.mark.parametrize(("html", "charset"), DECLARED)
def test_a_declaration_is_found_and_made_to_agree_with_the_part(html, charset):
    assert declared_charset(html.format(charset).encode()) == charset
    rest = "</head><body><p>charset=x</p></body>"
    assert with_utf_8_declared(html.format(charset) + rest) == html.format("utf-8") + rest


@pytest.mark.parametrize(
    "html",
    [
        "<p>text</p>",
        '<!-- <meta charset="big5"> -->',
        "<!-- <meta charset=big5>",
        '<body><meta charset="big5">',
        '<metadata charset="big5">',
        '<p title="<meta">charset=big5',
        "x<?xml encoding='big5'?>",
        " " * MAX_META_SEARCH + '<meta charset="big5">',
        '<meta charset="">',
        "",
    ],
)
def test_what_declares_nothing_stays(html):
    assert declared_charset(html.encode()) == ""
    assert with_utf_8_declared(html) == html


def test_declarations_of_utf_8_stay_as_they_are_written():
    html = '<meta charset="UTF-8"><meta http-equiv=content-type content="text/html; charset=utf-8">'
    assert with_utf_8_declared(html) == html


def test_both_forms_in_one_head_are_changed():
    html = '<head><meta charset=latin1><meta http-equiv=Content-Type content="text/html; charset=iso-8859-1"></head>'
    assert with_utf_8_declared(html) == html.replace("latin1", "utf-8").replace("iso-8859-1", "utf-8")


@pytest.mark.parametrize(
    "unit", ["<!--", "<meta ", "<meta charset ", "<?xml ", "<meta charset=x>", "-->", "<"]
)
def test_a_hostile_head_takes_no_time(unit):
    began = time.process_time()
    with_utf_8_declared(unit * 300_000)
    declared_charset(unit.encode() * 300_000)
    assert time.process_time() - began < 1

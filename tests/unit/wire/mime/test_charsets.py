"""Charsets: every name that mail and the web use is read with the superset that programs show."""

from __future__ import annotations

import time

import pytest
import webencodings.labels
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.charset_names import UNKNOWN, codec_of
from aerogram.wire.mime.charsets import header_text, keeps_ascii, text_of

SUPERSETS = {
    "windows-1252": {"cp1252", "ascii"},
    "windows-1254": {"cp1254"},
    "windows-874": {"cp874"},
    "gbk": {"gb18030"},
    "gb18030": {"gb18030"},
    "shift_jis": {"cp932"},
    "euc-kr": {"cp949"},
    "big5": {"big5hkscs"},
    "euc-jp": {"euc_jp"},
    "iso-2022-jp": {"iso2022_jp_ext"},
    "utf-8": {"utf-8"},
    "utf-16le": {"utf-16-le"},
    "iso-8859-8-i": {"iso8859-8"},
    "koi8-u": {"koi8-u"},
    "ibm866": {"cp866"},
    "macintosh": {"mac-roman"},
}


@pytest.mark.parametrize("encoding", SUPERSETS)
def test_every_label_of_the_encoding_standard_leads_to_the_superset_that_browsers_use(encoding):
    labels = [label for label, name in webencodings.labels.LABELS.items() if name == encoding]
    assert labels
    assert {codec_of(label) for label in labels} <= SUPERSETS[encoding]
    assert {codec_of(f" {label.upper()} ") for label in labels} <= SUPERSETS[encoding]


def test_every_label_of_the_encoding_standard_is_known():
    beyond_text = {"x-user-defined", "replacement", "iso-2022-cn", "iso-2022-cn-ext"}
    unknown = {label for label in webencodings.labels.LABELS if not codec_of(label)}
    assert unknown == beyond_text


NAMES = {
    "utf-8": ["utf-8mb4", "UTF8MB3", "utf8", "utf-8;", '"utf-8"', "'utf-8'", "charset=utf_8", "utf 8", "utf-8 format=flowed",
              "utf-8, iso-8859-1", "unicode-1-1-utf-8", "utf-8*en", "cp65001", "65001", "x-utf-8", "utf8_general_ci", "<utf-8>"],
    "cp1252": ["latin1", "latin-1", "l1", "iso8859-1", "ISO 8859-1", "8859_1", "iso-8859-1:1987", "win-1252", "windows 1252",
               "cp-1252", "1252", "x-cp1252", "28591", "iso-8859-1-windows-3.1-latin-1", "ibm819", "ansi"],
    "ascii": ["us-ascii", "ANSI_X3.4-1968", "646", "iso-ir-6", "us", "20127"],
    "cp850": ["cp-850", "ibm-850", "850", "IBM850"],
    "cp932": ["windows-31j", "x-sjis", "x-ms-cp932", "ms932", "MS_Kanji", "sjis-win", "cp943", "932"],
    "gb18030": ["gb2312", "GB_2312-80", "x-gbk", "cp936", "ms936", "euc-cn", "x-gb2312", "gb18030-2000"],
    "cp949": ["ks_c_5601-1987", "ks_c_5601", "ksc5601", "korean", "x-windows-949", "uhc", "ms949"],
    "big5hkscs": ["big5", "big5-hkscs", "cn-big5", "x-x-big5", "cp950", "big5-eten", "big5-hkscs:2004"],
    "cp874": ["tis-620", "tis620", "tis-620-2533", "iso-8859-11", "windows-874", "x-windows-874"],
    "cp1254": ["iso-8859-9", "latin5", "8859-9", "28599"],
    "iso8859-15": ["iso8859_15", "latin-9", "iso-8859-15", "28605"],
    "iso2022_jp_ext": ["iso-2022-jp-ms", "iso-2022-jp-1", "cp50220", "cp50221", "csiso2022jp"],
    "utf-7": ["utf-7", "unicode-1-1-utf-7", "x-utf-7", "65000"],
    "utf-16-le": ["utf-16", "unicode", "ucs-2", "iso-10646-ucs-2", "utf16"],
    "mac_latin2": ["x-mac-ce"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "label"), [(codec, label) for codec, labels in NAMES.items() for label in labels]
)
def test_names_that_writers_make_up_are_known(codec, label):
    assert codec_of(label).replace("-", "_") == codec.replace("-", "_")


@pytest.mark.parametrize(
    "label",
    ["", "klingon", "unknown-8bit", "x-unknown", "default", "zlib", "hex", "rot13", "idna", "punycode",
     "unicode_escape", "raw_unicode_escape", "undefined", "x" * 500, "ütf-8", "\0", "cp999999", "8859-12"],
)  # fmt: skip
def test_a_name_that_nobody_knows_or_that_is_no_charset_counts_as_none(label):
    assert codec_of(label) == UNKNOWN
    assert text_of("é".encode(), label) == "é"
    assert text_of(b"caf\xe9 \x93x\x94", label) == "café “x”"


SHOWN = [
    ("iso-8859-1", b"10 \x80 \x96 \x93ok\x94 \x81\x8d\x8f\x90\x9d", "10 € \u2013 “ok” \x81\x8d\x8f\x90\x9d"),
    ("us-ascii", b"\x93ok\x94", "“ok”"),
    ("us-ascii", "é".encode(), "é"),
    ("gb2312", b"\x81F \x80", "丗 €"),
    ("shift_jis", b"\x87\x40 \xfa\x40 \xfb\xfc \x81\x60", "① \u2170 髙 \uff5e"),
    ("euc-jp", b"\xad\xa1 \xa4\xa2 \x8e\xb1 \xa1\xc1 \x8f\xb0\xa1", "① あ ｱ \uff5e 丂"),
    ("iso-2022-jp", b'\x1b$B-!$"!A\x1b(B \x1b(I1\x1b(B', "①あ\uff5e ｱ"),
    ("ks_c_5601-1987", b"\x8c\x63\xb0\xa1", "똠가"),
    ("tis-620", b"\xa1\x85\x80\xdb", "ก…€\ufffd"),
    ("iso-8859-11", b"\xa1\x93", "ก“"),
    ("iso-8859-9", b"\xfe\x80", "ş€"),
    ("big5", b"\xa3\xe1\xf9\xd6\x88\x62", "€碁Ê̄"),
    ("windows-1253", b"\xe1\x81\xd2", "\u03b1\x81\ufffd"),
    ("utf-8", b"\xf0\x9f\x8e...", "\ufffd..."),
    ("utf-8", b"caf\xe9 x", "caf\ufffd x"),
    ("utf-8mb4", b"\xf0\x9f\x8e\x89 \xe9", "🎉 \ufffd"),
    ("", "naïve café".encode() + b" \xf0\x9f\x8e", "naïve café \ufffd"),
    ("gb2312", b"ok\xff<b>", "ok\ufffd<b>"),
    ("shift_jis", b"\x81<b>", "\ufffd<b>"),
    ("euc-kr", b"\xb0<b>", "\ufffd<b>"),
    ("utf-7", b"Hi +AOk- +2AA-", "Hi é \ufffd"),
    ("hz-gb-2312", b"~{VPND~}", "中文"),
    ("iso-2022-kr", b"\x1b$)C\x0e0!\x0f", "가"),
    ("utf-16", "é\r\n".encode("utf-16-be"), "é\r\n"),
    ("utf-16", "é\r\n".encode("utf-16-le"), "é\r\n"),
    ("utf-16", b"plain", "plain"),
    ("utf-16be", "日 本".encode("utf-16-be"), "日 本"),
    ("utf-8", b"\xff\xfe" + "é".encode("utf-16-le"), "é"),
    ("iso-8859-1", b"\xef\xbb\xbf" + "é".encode(), "é"),
    ("koi8-r", b"\xfe\xff\x04\x10", "\u0410"),
    ("utf-32", "é".encode("utf-32"), "é"),
    ("iso-2022-jp", "日本".encode(), "日本"),
    ("shift_jis", "日本語です".encode(), "日本語です"),
    ("big5", "Grüße".encode(), "Grüße"),
]


@pytest.mark.parametrize(("label", "data", "text"), SHOWN)
def test_bytes_are_shown_as_browsers_show_them(label, data, text):
    assert text_of(data, label) == text


HTML_LABELS = [
    (b"<meta charset=gb2312>\x81F", "", "丗"),
    (b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1251">\xcf', "", "П"),
    (b'<meta charset="windows-1251">\xcf', "us-ascii", "П"),
    (b'<meta charset="windows-1251">\xcf', "klingon", "П"),
    (b'<meta charset="windows-1251">\xc3\xa9', "utf-8", "é"),
    (b'<!-- <meta charset="windows-1251"> -->\xe9', "", "é"),
    (b"<meta charset=mac-cyrillic>\xc3\xa9", "", "é"),
    (b'<meta name="x" content="y"><meta charset=koi8-r>\xcf', "", "\u043e"),
    (b"<?xml version='1.0' encoding='windows-1251'?><p>\xcf", "", "П"),
    (b"<meta charset=utf-16>\xc3\xa9", "", "é"),
    (b"<meta charset=utf-7>+ADw-\xe9", "", "+ADw-é"),
    (b"<body><meta charset=windows-1251>\xe9", "", "é"),
    (b"\xef\xbb\xbf<meta charset=windows-1251>\xc3\xa9", "", "é"),
]


@pytest.mark.parametrize(("data", "label", "text"), HTML_LABELS)
def test_html_without_a_useful_label_is_asked_for_its_own(data, label, text):
    assert text_of(data, label, is_html=True).endswith(text)


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        (b"caf\xc3\xa9", "iso-8859-1", "café"),
        (b"caf\xe9", "", "café"),
        (b"caf\xe9", "utf-8", "café"),
        (b"caf\xe9", "utf-16", "café"),
        (b"\xcf\xf0", "windows-1251", "Пр"),
        (b"\xb2\xe2\xca\xd4", "gb2312", "测试"),
    ],
)
def test_raw_bytes_of_a_header_are_utf_8_or_in_the_charset_of_the_body(raw, label, text):
    assert header_text(raw, label) == text


@pytest.mark.parametrize(
    ("label", "keeps"),
    [("", True), ("utf-8", True), ("gb2312", True), ("iso-2022-jp", True), ("shift_jis", True), ("klingon", True),
     ("utf-16", False), ("utf-32", False), ("utf-7", False), ("hz-gb-2312", False), ("cp037", False)],
)  # fmt: skip
def test_charsets_in_which_ascii_is_hidden_are_known(label, keeps):
    assert keeps_ascii(label) is keeps


REPERTOIRES = ["cp1252", "iso8859-1", "iso8859-2", "iso8859-7", "cp1251", "koi8-r", "cp1255", "cp1256", "gb2312", "gbk",
               "gb18030", "big5", "cp949", "cp932", "utf-8", "utf-16", "utf-7", "mac_roman", "cp850", "tis-620"]  # fmt: skip


# C1 controls and byte order marks mean something else to browsers.
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, (*range(0x80, 0xA0), 0xFEFF, 0xFFFE)))),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(REPERTOIRES), _TEXTS)
def test_every_text_of_a_charset_is_read_as_it_was_written(codec, text):
    data = text.encode(codec, "ignore")
    assume(not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or codec == "utf-16")
    assert text_of(data, codec) == data.decode(codec)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.sampled_from([label for labels in NAMES.values() for label in labels]), st.text(max_size=30)
    ),
    st.binary(max_size=80),
)
def test_no_bytes_and_no_name_make_reading_fail(label, data):
    for is_html in (False, True):
        text_of(data, label, is_html=is_html).encode()
    header_text(data, label).encode()


@pytest.mark.parametrize(
    "label",
    [
        "utf-8",
        "",
        "gb2312",
        "big5",
        "euc-jp",
        "iso-2022-jp",
        "shift_jis",
        "utf-7",
        "utf-16",
        "iso-8859-1",
        "hz",
    ],
)
@pytest.mark.parametrize("unit", [b"\xff", b"\x1b$B", b"+", b"~{", b"<meta ", b"<!--", b"\x81\xad\xa1"])
def test_reading_takes_time_linear_in_the_length(label, unit):
    data = unit * (1_000_000 // len(unit))
    began = time.process_time()
    text_of(data, label, is_html=True)
    assert time.process_time() - began < 3


def test_the_chinese_names_of_rfc_1922_are_known():
    from aerogram.wire.mime.charset_names import codec_of

    assert [codec_of(name) for name in ("cn-gb", "CN-GB", "cn-gb-12345", "cn-big5")] == [
        *("gb18030", "gb18030", "gb18030", "big5hkscs")
    ]

"""The charset of a file is found from all of its bytes, before anything is written; a wrong guess would go unseen."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.jobs.code_pages import CODE_PAGES
from aerogram.audience.jobs.csv_charset import BLOCK_BYTES, charset_named, survey
from aerogram.audience.jobs.text_lines import codec_of, lines_of
from aerogram.base.errors import RefusedError
from aerogram.jobs.halt import Halt, HaltedError

HEAD = "email;name;city\r\n"
WESTERN = [
    ["ann@example.net;Zo\u00e9 M\u00fcller;K\u00f6ln", "bob@example.net;Bob \u2013 \u201cB\u201d;Paris"],
    ["a@example.fr;H\u00e9l\u00e8ne Lef\u00e8vre;N\u00eemes"],
    ["a@example.dk;S\u00f8ren \u00c6r\u00f8;\u00c5rhus", "b@example.dk;\u00c5se Bj\u00f8rk;Malm\u00f6"],
    ["a@example.es;Jos\u00e9 Ib\u00e1\u00f1ez;A Coru\u00f1a", "b@example.es;Bego\u00f1a;C\u00e1diz"],
    ["a@example.pt;Jo\u00e3o Concei\u00e7\u00e3o;S\u00e3o Paulo"],
    ["a@example.is;\u00de\u00f3r\u00f0ur;Reykjav\u00edk"],
    ["a@example.de;Wei\u00df;M\u00fcnchen"],
    ["a@example.com;100 \u20ac only\u2026;London"],
    ["a@example.fi;P\u00e4ivi M\u00e4kel\u00e4;J\u00e4rvenp\u00e4\u00e4"],
    ["a@example.fr;L\u2019\u0152uvre;\u00c9vry"],
]
ELSEWHERE = {
    "windows-1250": [
        "Pawe\u0142 W\u00f3jcik;\u0141\u00f3d\u017a",
        "Ma\u0142gorzata \u0141\u0119cka;Krak\u00f3w",
        "J\u00f3zef \u017bak;Pozna\u0144",
    ],
    "windows-1251": [
        "\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432;\u041c\u043e\u0441\u043a\u0432\u0430",
        "\u041c\u0430\u0440\u0438\u044f \u0421\u0438\u0434\u043e\u0440\u043e\u0432\u0430;\u0422\u0443\u043b\u0430",
    ],
    "windows-1253": [
        "\u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2 \u03a0\u03b1\u03c0\u03b1\u03b4\u03cc\u03c0\u03bf\u03c5\u03bb\u03bf\u03c2;\u0391\u03b8\u03ae\u03bd\u03b1"
    ],
    "windows-1254": [
        "Ay\u015fe Y\u0131ld\u0131z;\u0130stanbul",
        "\u00c7a\u011fr\u0131 \u00d6zt\u00fcrk;Eski\u015fehir",
        "I\u015f\u0131k Do\u011fan;A\u011fr\u0131",
    ],
    "windows-1255": ["\u05d3\u05d5\u05d3 \u05db\u05d4\u05df;\u05ea\u05dc \u05d0\u05d1\u05d9\u05d1"],
    "Shift_JIS": [
        "\u5c71\u7530 \u592a\u90ce;\u6771\u4eac\u90fd",
        "\u4f50\u85e4 \u82b1\u5b50;\u5927\u962a\u5e02",
        "\u9234\u6728\u3055\u3093;\u672d\u5e4c\u5e02",
    ],
    "GB18030": [
        "\u674e\u96f7;\u5317\u4eac\u5e02",
        "\u97e9\u6885\u6885;\u4e0a\u6d77\u5e02",
        "\u738b\u5c0f\u660e;\u5e7f\u5dde\u5e02",
    ],
    "EUC-KR": ["\uae40\ucca0\uc218;\uc11c\uc6b8", "\uc774\uc601\ud76c;\ubd80\uc0b0"],
    "macintosh": [
        "Zo\u00e9 M\u00fcller;K\u00f6ln",
        "Fran\u00e7ois No\u00ebl;N\u00eemes",
        "J\u00f6rg Gr\u00fcn;M\u00fcnchen",
        "H\u00e9l\u00e8ne;Gen\u00e8ve",
    ],
}


def text_of(rows):
    return HEAD + "".join(f"{row}\r\n" for row in rows)


def charset_of(data):
    return survey(io.BytesIO(data)).charset


def decoded(data):
    """The text of a file as its import reads it; a line that is refused is left out."""
    found = survey(io.BytesIO(data))
    return "".join(
        line.text for line in lines_of(io.BytesIO(data), found.start, found.charset) if not line.error
    )


@pytest.mark.parametrize("rows", WESTERN)
@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16LE"),
        ("utf-16-le", "UTF-16LE"),
        ("utf-16-be", "UTF-16BE"),
        ("cp1252", "windows-1252"),
    ],
)
def test_a_file_of_western_europe_is_read_exactly(rows, encoding, charset):
    text = text_of(rows)
    data = text.encode(encoding)
    assert (charset_of(data), decoded(data)) == (charset, text)


@pytest.mark.parametrize("byte_order_mark", ["\ufeff", ""])
@pytest.mark.parametrize("rows", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_unicode_of_any_country_is_read_with_and_without_a_mark(encoding, rows, byte_order_mark):
    text = text_of(f"ann@example.net;{row}" for row in rows)
    assert decoded((byte_order_mark + text).encode(encoding)) == text


@pytest.mark.parametrize("charset", ELSEWHERE)
def test_the_code_page_of_a_country_is_told_from_a_few_names(charset):
    text = text_of(f"ann@example.net;{row}" for row in ELSEWHERE[charset])
    data = text.encode(codec_of(charset))
    assert (charset_of(data), decoded(data)) == (charset, text)


def test_an_octet_beyond_utf8_in_the_last_line_of_a_long_file_decides_about_the_whole_file():
    data = text_of(["ann@example.net;Ann;Paris"] * 50_000 + ["eve@example.net;Zo\u00e9;K\u00f6ln"]).encode(
        "cp1252"
    )
    assert len(data) > 2 * BLOCK_BYTES
    assert charset_of(data) == "windows-1252"
    assert decoded(data).endswith("Zo\u00e9;K\u00f6ln\r\n")


def test_a_damaged_line_of_a_file_in_utf8_is_refused_and_makes_no_other_line_unreadable():
    good = text_of(["ann@example.net;Zo\u00e9 M\u00fcller;K\u00f6ln"] * 9)
    data = good.encode() + "eve@example.net;Zo\u00e9;Paris\r\n".encode("cp1252")
    assert (charset_of(data), decoded(data)) == ("UTF-8", good)


def test_where_both_kinds_of_line_occur_nothing_is_made_unreadable():
    in_utf8, in_cp1252 = (
        "a@example.net;Zo\u00e9;K\u00f6ln\r\n",
        "b@example.net;H\u00e9l\u00e8ne;N\u00eemes\r\n",
    )
    for first in range(1, 12):
        for second in range(1, 12):
            data = HEAD.encode() + in_utf8.encode() * first + in_cp1252.encode("cp1252") * second
            assert decoded(data) in {HEAD + in_utf8 * first, HEAD + in_cp1252 * second}


def test_a_character_on_the_edge_of_two_blocks_is_valid():
    for before in range(BLOCK_BYTES - 5, BLOCK_BYTES + 1):
        data = b"x" * before + "\u00e9\u20ac\U0001f600".encode() + b"\n"
        assert charset_of(data) == "UTF-8"


def test_ascii_and_an_empty_file_are_utf8():
    assert charset_of(b"email\nann@example.net\n") == charset_of(b"") == "UTF-8"
    assert charset_of(b"email\nann@example.net\0\n" * 50) == "UTF-8"


@pytest.mark.parametrize("mark", [b"\xff\xfe\0\0", b"\0\0\xfe\xff"])
def test_utf32_is_refused(mark):
    with pytest.raises(RefusedError, match="UTF-32"):
        charset_of(mark + "email\n".encode("utf-32-le"))


@given(st.binary(max_size=400))
def test_any_bytes_have_some_charset_with_which_all_lines_are_read(data):
    try:
        found = survey(io.BytesIO(data))
    except RefusedError:
        return
    lines = list(lines_of(io.BytesIO(data), found.start, found.charset))
    assert sum(line.end - line.start for line in lines) == len(data) - found.start
    assert [line.start for line in lines[1:]] == [line.end for line in lines[:-1]]


@given(st.text(st.characters(codec="cp1252", exclude_characters="\0"), max_size=200))
def test_what_a_code_page_cannot_hold_is_refused_line_by_line_and_never_replaced(text):
    assert "\ufffd" not in decoded(text.encode("cp1252"))


@pytest.mark.parametrize(
    ("label", "charset"),
    [("cp1250", "windows-1250"), ("WINDOWS-1252", "windows-1252"), ("latin2", "ISO-8859-2"), ("utf8", "UTF-8"), ("mac_roman", "macintosh"),
     ("sjis", "Shift_JIS"), ("ms932", "Shift_JIS"), ("gb18030", "GB18030"), ("utf-16-be", "UTF-16BE"), ("none", None), ("rot13", None), ("", None), ("\u00e9", None), ("utf-7", None), ("utf-16", None),
     ("iso-8859-1", "windows-1252"), ("big5", "Big5"), ("ks_c_5601-1987", "EUC-KR")],
)  # fmt: skip
def test_a_charset_may_be_named_by_any_of_its_names(label, charset):
    if charset is None:
        with pytest.raises(RefusedError, match="Unknown charset"):
            charset_named(label)
    else:
        assert charset_named(label) == charset


def test_each_charset_that_the_error_lists_may_be_named():
    with pytest.raises(RefusedError) as refused:
        charset_named("none")
    listed = str(refused.value).partition("known are ")[2].removesuffix(".").split(", ")
    assert len(listed) > 15
    assert [charset_named(name) for name in listed] == listed


def test_each_code_page_decodes():
    for charset in CODE_PAGES:
        assert b"email".decode(codec_of(charset)) == "email"


def test_a_survey_that_is_halted_ends_at_once():
    halt = Halt()
    halt.set()
    with pytest.raises(HaltedError):
        survey(io.BytesIO(b"a"), halt)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", 0),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\nb", 2),
        (b"a\rb\r", 2),
        (b"a\r\nb\r\n", 2),
        (b"x" * (BLOCK_BYTES - 1) + b"\r\na", 2),
    ],
)
def test_lines_are_counted(data, lines):
    assert survey(io.BytesIO(data)).lines == lines

"""JSON with single bad values: each is named by its path, and everything else is read as the strict decoder does."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.flawed_json import (
    CONTROL,
    CUT_CHARACTER,
    MAX_VALUES,
    NOT_A_NUMBER,
    NOT_UTF8,
    NUL,
    Flaw,
    decode_flawed,
    nul_in,
)

FLAWED = [
    (b'{"a":"cut \\ud83d"}', "a", CUT_CHARACTER, {"a": "cut \ufffd"}),
    (b'{"a":"\\ude00 cut"}', "a", CUT_CHARACTER, {"a": "\ufffd cut"}),
    (b'{"a":"\\ude00\\ud83d"}', "a", CUT_CHARACTER, {"a": "\ufffd\ufffd"}),
    (b'{"a":[0,{"b":"\\uD83D"}]}', "a[1].b", CUT_CHARACTER, {"a": [0, {"b": "\ufffd"}]}),
    (b'{"a":{"\\ud83d":1}}', "a.\ufffd", CUT_CHARACTER, {"a": {"\ufffd": 1}}),
    (b'{"a":"caf\xe9"}', "a", NOT_UTF8, {"a": "caf\ufffd"}),
    (b'{"\xe9":1}', "\ufffd", NOT_UTF8, {"\ufffd": 1}),
    (b'{"a":"\xed\xa0\xbd"}', "a", NOT_UTF8, {"a": "\ufffd\ufffd\ufffd"}),
    (b'{"a":NaN}', "a", NOT_A_NUMBER, {"a": 0}),
    (b'{"a":[1,-Infinity]}', "a[1]", NOT_A_NUMBER, {"a": [1, 0]}),
    (b'{"a":1e999}', "a", NOT_A_NUMBER, {"a": 0}),
    (b'{"a":1%s}' % (b"0" * 5_000), "a", NOT_A_NUMBER, {"a": 0}),
    (b'{"a":"x\0y"}', "a", CONTROL, {"a": "x\ufffdy"}),
    (b'{"a":"two\nlines"}', "a", CONTROL, {"a": "two\ufffdlines"}),
    (b'{"a":"two\r\nlines"}', "a", CONTROL, {"a": "two\ufffd\ufffdlines"}),
    (b'{"a":"\t"}', "a", CONTROL, {"a": "\ufffd"}),
    (b'{"a":"\x1b[0m"}', "a", CONTROL, {"a": "\ufffd[0m"}),
    (b'{"a":"\x1f"}', "a", CONTROL, {"a": "\ufffd"}),
    (b'{"a":["x",{"b":"\\"\n"}]}', "a[1].b", CONTROL, {"a": ["x", {"b": '"\ufffd'}]}),
    (b'{"a":"\\\\","b":"\n"}', "b", CONTROL, {"a": "\\", "b": "\ufffd"}),
    (b'{"a\n":1}', "a\ufffd", CONTROL, {"a\ufffd": 1}),
    (b'{\r\n\t"a" :\n"caf\xc3\xa9\n"\n}', "a", CONTROL, {"a": "caf\u00e9\ufffd"}),
    (b'"\\ud83d"', "", CUT_CHARACTER, "\ufffd"),
]


@pytest.mark.parametrize(("body", "place", "holds", "value"), FLAWED)
def test_a_flaw_is_named_and_replaced(body, place, holds, value):
    with pytest.raises((ValueError, RecursionError)):
        msgspec.json.decode(body)
    read, (flaw,) = decode_flawed(body)
    assert (read, flaw.place(), flaw.holds) == (value, place, holds)
    assert msgspec.json.decode(msgspec.json.encode(read)) == value


def test_all_flaws_are_found():
    _, flaws = decode_flawed(b'{"b":"\\ud83d","a":["\\ud83d",{"c":NaN}],"d":"\\u0000"}')
    assert [flaw.place() for flaw in flaws] == ["a[0]", "a[1].c", "b"]


def test_a_byte_order_mark_is_no_flaw():
    assert decode_flawed(b'\xef\xbb\xbf{"a":1}') == ({"a": 1}, [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":1,}',
        b'{"a":\x001}',
        b'{"a":"x}\n',
        b'{"a":"\\\n"}',
        b"{'a':1}",
        b"\xff\xfe{\0}\0",
        b"[" * 100_000,
        b"{} {}",
    ],
)
def test_what_is_not_json_stays_refused(body):
    with pytest.raises((ValueError, RecursionError)):
        decode_flawed(body)


@pytest.mark.parametrize("body", [b'{"a":"' + b'\\"' * 500_000 + b"\n", b'"' * 500_001 + b"\n"])
def test_strings_without_an_end_are_refused_in_linear_time(body):
    start = time.process_time()
    with pytest.raises(ValueError, match="line"):
        decode_flawed(body)
    assert time.process_time() - start < 5


def test_a_document_that_is_too_large_to_search_is_refused():
    many = b"[%s]" % b",".join([b"[]"] * MAX_VALUES)
    with pytest.raises(ValueError, match="too many values"):
        decode_flawed(many)


def test_the_place_within_a_part_of_the_document_is_told():
    assert Flaw(("Messages", 3, "To", 0, "Name"), "").place(2) == "To[0].Name"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": "\0"}, "a"),
        ({"a": [{"b\0": 1}]}, "a[0].b\0"),
        ([["x", "y\0z"]], "[0][1]"),
        ({"a": "x", "b": 1}, None),
    ],
)
def test_a_nul_is_found_at_any_depth(value, place):
    found = nul_in(value)
    assert (found and (found.place(), found.holds)) == (None if place is None else (place, NUL))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_a_sound_document_is_read_as_the_strict_decoder_reads_it(value):
    body = json.dumps(value).encode()
    assert decode_flawed(body) == (msgspec.json.decode(body), [])

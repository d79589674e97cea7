"""Canonical forms, byte for byte those of another implementation (dkimpy), over odd heads and bodies."""

from __future__ import annotations

import hashlib
import re

import dkim
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.dkim import sign
from aerogram.wire.dkim.canonical import relaxed_body, relaxed_fields
from aerogram.wire.dkim.sign import ALWAYS, WHEN_PRESENT

spaces = st.sampled_from([b"", b" ", b"\t", b"  ", b" \t ", b"\r\n ", b"\r\n\t ", b" \r\n  "])
words = st.lists(st.tuples(spaces, st.sampled_from([b"a", b"B:", b"\xc3\xa9", b";=", b"x" * 90])), max_size=5)
values = st.tuples(words, spaces).map(lambda each: b"".join(a + b for a, b in each[0]) + each[1])
cases = st.sampled_from([bytes.lower, bytes.upper, bytes.title, lambda name: name.replace(b"d", b"D")])
names = st.tuples(st.sampled_from([*ALWAYS, *WHEN_PRESENT, b"received", b"x-id", b"fro"]), cases).map(
    lambda each: each[1](each[0])
)
fields = st.lists(st.tuples(names, values), max_size=80)


def a_head(named):
    return b"".join(b"%b:%b\r\n" % each for each in named)


@given(fields)
def test_fields_in_relaxed_form(named):
    # A line of blanks only ends the header section for dkimpy.
    head = re.sub(rb"\r\n[ \t]+(?=\r\n)", b"", a_head(named))
    theirs = Relaxed.canonicalize_headers(dkim.rfc822_parse(head + b"\r\n")[0])
    assert [(name, value + b"\r\n") for name, value in relaxed_fields(head)[:-1]] == theirs


@given(fields, values)
def test_what_is_signed_of_a_head_and_in_which_order(named, sender):
    head = re.sub(rb"\r\n[ \t]+(?=\r\n)", b"", a_head([*named, (b"From", b"a" + sender)]))
    tag, canonical = sign._canonical_head(head)
    headers = Relaxed.canonicalize_headers(dkim.rfc822_parse(head + b"\r\n")[0])
    listed = re.sub(rb"\s", b"", tag).split(b":")
    assert canonical == b"".join(b"%b:%b" % each for each in dkim.select_headers(headers, listed))
    # Oversigned: once more than it occurs, and what must never be added also when absent.
    counts = {name: sum(each == name for each, _ in headers) for name in ALWAYS + WHEN_PRESENT}
    assert {name: listed.count(name) for name in set(listed)} == {
        name: count + 1 for name, count in counts.items() if count or name in ALWAYS
    }
    assert all(len(line) <= 74 for line in tag.split(b"\r\n"))


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"=20", b"."]), max_size=60).map(b"".join))
def test_a_body_in_relaxed_form(body):
    # Of a body of blanks only, and one that does not end with a line end, dkimpy keeps other bytes than it verifies.
    body += b"b\r\n"
    assert relaxed_body(body) == Relaxed.canonicalize_body(body)


@given(st.integers(0, 20_000))
def test_a_body_is_hashed_as_a_whole_whatever_its_size(size):
    body = b"0123456789abcdefg" * (size // 17 + 1)
    assert sign._sha256(body[:size]) == hashlib.sha256(body[:size]).digest()

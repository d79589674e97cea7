"""Which lines are delimiters: the same for whoever shows a mail, changes it or fits it to a hop."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.fitting.fit import fitted
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.content import content_fields
from aerogram.wire.mime.reading.delimiters import is_delimiter
from aerogram.wire.mime.reading.fields import split_fields
from aerogram.wire.mime.reading.walk import leaves_of

BOUNDARY = b"b1"
LONG = b"x" * 60 + b" y" * 600
HEAD = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n"
PART = b"Content-Type: text/plain\r\n\r\n"
DELIMITERS = [b"", b" ", b"\t", b" \t  ", b"--", b"-- ", b"--\t", b"--x", b"---"]
OTHERS = [b"0", b"x", b"-", b"-2", b"-x-", b" x", b"\tx", b" --", b"=", b".", b"_1", b"\r", b"\n", b" \t2"]


def leaves(data):
    start = data.index(b"\r\n\r\n") + 4
    found = leaves_of(data, start, content_fields(split_fields(data[: start - 2])))
    return [data[leaf.start : leaf.end] for leaf in found]


def mail(line):
    """A part whose content has a line that begins like a delimiter."""
    content = b"before\r\n--b1" + line + b"\r\n" + PART + LONG
    return HEAD + b"--b1\r\n" + PART + content + b"\r\n--b1--\r\n"


@pytest.mark.parametrize("after", DELIMITERS)
def test_a_line_that_ends_after_the_boundary_or_goes_on_with_two_hyphens_is_one(after):
    data = b"--b1" + after + b"\r\n"
    assert is_delimiter(data, 4, len(data))


@pytest.mark.parametrize("after", OTHERS)
def test_a_line_that_goes_on_otherwise_is_none(after):
    data = b"--b1" + after + b"\r\n"
    assert not is_delimiter(data, 4, len(data))


@pytest.mark.parametrize("after", [b"\r\n", b"-", b"--", b" \r\n", b""])
def test_what_is_beyond_the_end_does_not_count(after):
    data = b"--b1" + after
    assert is_delimiter(data, 4, 4) is False
    assert is_delimiter(data, 4, 5) is False


@pytest.mark.parametrize("after", OTHERS)
def test_a_content_with_such_a_line_stays_one_part_when_it_is_fitted(after):
    data = mail(after)
    (content,) = leaves(data)
    assert LONG in content
    made = fitted(data, seven_bit=False)
    assert max(map(len, made.split(b"\r\n"))) <= MAX_LINE
    # All of it is encoded, with the line that is no delimiter.
    (encoded,) = leaves(made)
    assert made.count(b"Content-Transfer-Encoding: base64\r\n") == 1
    assert b64decode(encoded) == content


@pytest.mark.parametrize("after", [b"", b" ", b"\t", b"  \t"])
def test_a_part_after_a_delimiter_with_blanks_is_fitted_alone(after):
    made = fitted(mail(after), seven_bit=False)
    assert [content == b"before" for content in leaves(made)] == [True, False]
    assert made.index(b"before") < made.index(b"Content-Transfer-Encoding: ")


@given(st.lists(st.sampled_from([*DELIMITERS, *OTHERS, LONG]), min_size=1, max_size=6))
def test_fitting_finds_the_parts_that_reading_finds(lines):
    content = b"".join(b"--b1" + line + b"\r\n" + PART + b"text\r\n" for line in lines)
    data = HEAD + b"--b1\r\n" + PART + LONG + b"\r\n" + content + b"--b1--\r\n"
    made = fitted(data, seven_bit=False)
    assert len(leaves(made)) == len(leaves(data))

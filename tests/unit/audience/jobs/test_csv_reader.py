"""Reading CSV from any byte on: whatever the pieces, the records are those of Python's own reader."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.jobs.csv_reader import (
    MAX_LINE_BYTES,
    count_lines,
    delimiter_of,
    read_piece,
    start_of,
)

CELLS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12).map(
    # A blank before a quote is taken for a slip, and so is not kept by either reader.
    str.lstrip
)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=5), max_size=12)


def records(data, most=3, delimiter=","):
    """Read a file piece by piece, each with a file object of its own, as one process after another would."""
    found = []
    at = start_of(io.BytesIO(data))
    while True:
        piece = read_piece(io.BytesIO(data), at, delimiter, most)
        if not piece.records:
            return found
        assert len(piece.records) <= most
        assert piece.end > at
        found += piece.records
        at = piece.end


def rows(data, **options):
    return [record.fields for record in records(data, **options)]


@given(
    table=TABLES,
    most=st.integers(1, 5),
    delimiter=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_writer_wrote_is_read_whatever_the_pieces(table, most, delimiter, ending, quoting):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(table)
    assert rows(text.getvalue().encode(), most=most, delimiter=delimiter) == table


@given(text=st.text('ab,;"\n \té\r', max_size=60), most=st.integers(1, 4))
def test_any_text_is_read_as_the_standard_library_reads_it_unless_it_refuses(text, most):
    data = text.encode()
    expected = []
    try:
        lines = io.BytesIO(data)
        for row in csv.reader((line.decode() for line in lines), strict=True, skipinitialspace=True):
            expected += [row] if row else []
    except csv.Error:
        assert any(record.error for record in records(data, most=most))
    else:
        assert [(record.fields, record.error) for record in records(data, most=most)] == [
            (row, "") for row in expected
        ]


@given(data=st.binary(max_size=200), most=st.integers(1, 4))
def test_any_bytes_are_read_to_their_end(data, most):
    assert all(record.fields for record in records(data, most=most))


def test_the_byte_order_mark_is_no_part_of_the_first_name():
    assert rows(b"\xef\xbb\xbfemail,age\n") == [["email", "age"]]


def test_empty_lines_are_no_records():
    assert rows(b"\n\r\na,b\n\n\nc,d\n\n") == [["a", "b"], ["c", "d"]]


def test_a_quote_that_is_never_closed_costs_its_own_line_alone():
    found = records(b'a@example.org,1\n"b@example.org,2\nc@example.org,3\n')
    assert [record.error for record in found] == ["", "Invalid quoting at line", ""]
    assert found[1].fields == ['"b@example.org,2']
    assert found[2].fields == ["c@example.org", "3"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"b\xff,2", "Invalid UTF-8 at line"),
        (b"b\0,2", "NUL character at line"),
        (b"b" * (MAX_LINE_BYTES + 9), "Line is too long"),
        (b'"b"c,2', "Invalid quoting at line"),
    ],
)
def test_a_line_that_cannot_be_read_costs_no_other(line, fault):
    found = records(b"a,1\n" + line + b"\nc,3\n")
    assert [record.error for record in found] == ["", fault, ""]
    assert found[2].fields == ["c", "3"]
    assert "\0" not in found[1].fields[0]


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("email,age", ","), ("email;age;a,b", ";"), ('"a;b;c",d', ","), ("email\tage", "\t"), ("email", ",")],
)
def test_the_delimiter_is_what_the_first_line_has_most_of_outside_of_quotes(line, delimiter):
    assert delimiter_of(line) == delimiter


@pytest.mark.parametrize(("data", "lines"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2)])
def test_lines_are_counted(data, lines):
    assert count_lines(io.BytesIO(data)) == lines

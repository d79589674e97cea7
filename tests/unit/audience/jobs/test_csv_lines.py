"""Lines of an export: read back by an import as they were, or safe for spreadsheets."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.jobs import csv_reader
from aerogram.audience.jobs.csv_charset import start_of
from aerogram.audience.jobs.csv_layout import delimiter_of
from aerogram.audience.jobs.text_lines import lines_of
from aerogram.jobs.exports import csv_lines

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=5)
)


def read(data):
    """The fields of all records, as an import reads a file."""
    file = io.BytesIO(data)
    first = next(lines_of(file, start_of(file), "UTF-8"))
    found = csv_reader.read_piece(file, start_of(file), delimiter_of(first.text), 100)
    assert found.end == len(data)
    assert not any(record.error for record in found.records)
    return [record.fields for record in found.records]


@given(ROWS)
def test_any_texts_are_read_back_by_an_import(rows):
    names = [f"a;\t{number}" for number in range(len(rows[0]))]
    data = csv_lines.header(names, is_for_spreadsheet=False) + csv_lines.lines(rows, is_for_spreadsheet=False)
    assert read(data) == [names, *(row for row in rows if any(map(str.strip, row)))]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-", "\uff1d1", "+33123", "--1", "-.", "-1e5"],
)
def test_what_a_spreadsheet_would_compute_is_guarded(cell):
    assert csv_lines.guarded(cell) == f"'{cell}"
    assert csv_lines.lines([[cell]], is_for_spreadsheet=True).startswith(b"\"'")


@pytest.mark.parametrize(
    "cell", ["", "ann@example.org", "-1", "-1.5", "1", "'", " =1", "2020-11-06T13:38:49Z"]
)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert csv_lines.guarded(cell) == cell


def test_a_spreadsheet_knows_by_its_mark_that_a_file_is_utf8():
    assert csv_lines.header(["é"], is_for_spreadsheet=True) == b'\xef\xbb\xbf"\xc3\xa9"\r\n'
    assert csv_lines.header(["é"], is_for_spreadsheet=False) == b'"\xc3\xa9"\r\n'


def test_moments_and_flags():
    assert (csv_lines.moment(0), csv_lines.moment(1_604_669_929_000)) == ("", "2020-11-06T13:38:49Z")
    assert (csv_lines.flag(0), csv_lines.flag(1)) == ("false", "true")

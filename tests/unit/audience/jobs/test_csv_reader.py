"""Reading CSV from any byte on: whatever the pieces, the records are those of Python's own reader."""

import csv
import gc
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.jobs import csv_reader
from aerogram.audience.jobs.csv_charset import start_of
from aerogram.audience.jobs.csv_reader import MAX_RECORD_BYTES, MAX_RECORD_LINES, read_piece
from aerogram.audience.jobs.text_lines import MAX_LINE_BYTES
from aerogram.jobs.halt import Halt, HaltedError

CELLS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12).map(
    # A blank before a quote is taken for a slip, and so is not kept by either reader.
    str.lstrip
)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=5), max_size=12)


def records(data, most=3, delimiter=",", charset="UTF-8"):
    """Read a file piece by piece, each with a file object of its own, as one process after another would."""
    found = []
    at, broken_until = start_of(io.BytesIO(data)), 0
    while True:
        piece = read_piece(io.BytesIO(data), at, delimiter, most, charset=charset, broken_until=broken_until)
        assert len(piece.records) <= most
        found += piece.records
        if piece.is_last:
            assert piece.end == len(data)
            return found
        assert piece.end > at
        at, broken_until = piece.end, piece.broken_until


def rows(data, **options):
    return [record.fields for record in records(data, **options)]


@given(
    table=TABLES,
    most=st.integers(1, 5),
    delimiter=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    charset=st.sampled_from(["UTF-8", "UTF-16LE", "UTF-16BE"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_a_writer_wrote_is_read_whatever_the_pieces(table, most, delimiter, ending, quoting, charset):
    text = io.StringIO(newline="")
    # With lines that end with CR, Python's writer does not quote a field for its LF.
    quoting = csv.QUOTE_ALL if ending == "\r" else quoting
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(table)
    read = rows(text.getvalue().encode(charset), most=most, delimiter=delimiter, charset=charset)
    assert read == [row for row in table if any(map(str.strip, row))]


@given(text=st.text('ab,;"\n \té\r', max_size=60), most=st.integers(1, 4))
def test_any_text_is_read_as_the_standard_library_reads_it_unless_it_refuses(text, most):
    data = text.encode()
    expected = []
    try:
        lines = data.splitlines(keepends=True)
        for row in csv.reader((line.decode() for line in lines), strict=True, skipinitialspace=True):
            expected += [row] if any(map(str.strip, row)) else []
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
        (b"b" * (3 * MAX_LINE_BYTES + 9), "Line is too long"),
        (b'"b"c,2', "Invalid quoting at line"),
    ],
)
def test_a_line_that_cannot_be_read_costs_no_other(line, fault):
    found = records(b"a,1\n" + line + b"\nc,3\n")
    assert [record.error for record in found] == ["", fault, ""]
    assert found[2].fields == ["c", "3"]
    assert "\0" not in found[1].fields[0]


def test_rows_without_any_text_are_no_records():
    assert rows(b"a,b\n,\n , \n,,,\nc,d\n") == [["a", "b"], ["c", "d"]]


def test_lines_may_end_in_every_way_within_one_file():
    assert rows(b"a,b\rc,d\r\ne,f\ng,h\r\r\ni,j") == [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"],
        ["g", "h"],
        ["i", "j"],
    ]
    assert rows(b'a,"b\rc"\rd,"e\r\nf"\r') == [["a", "b\rc"], ["d", "e\r\nf"]]


@pytest.mark.parametrize("size", [*range(131_060, 131_080), 262_143, 262_144])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["UTF-8", "UTF-16LE", "UTF-16BE"])
def test_the_edge_of_a_block_is_no_edge_of_a_line(size, ending, charset):
    width = 1 if charset == "UTF-8" else 2
    first = "x" * (size // width // 2 - 2) + ",1"
    table = [first, first, "b\U0001f600,2", "c\u010a,3", "d\u0d0a,4"]
    data = ending.join(table).encode(charset)
    assert rows(data, charset=charset) == [row.split(",") for row in table]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("a,1\nb".encode("utf-16-le") + b"\n", "Invalid UTF-16LE at line"),
        ("a,1\n".encode("utf-16-le") + b"\x00\xd8,\x00\n\x00", "Invalid UTF-16LE at line"),
    ],
)
def test_a_damaged_line_of_utf16_is_refused(data, error):
    found = records(data, charset="UTF-16LE")
    assert [each.error for each in found] == ["", error]


def test_a_line_of_utf8_in_a_file_of_a_code_page_is_refused_and_not_made_unreadable():
    data = "a,Z\u00fcrich\n".encode("cp1252") + "b,Z\u00fcrich\n".encode() + b"c,Bern\n"
    found = records(data, charset="windows-1252")
    assert [each.error for each in found] == ["", "UTF-8 in a file of windows-1252 at line", ""]


def test_the_longest_record_is_read_and_a_longer_one_costs_its_first_line():
    field = "\n" * (MAX_RECORD_LINES - 1)
    assert rows(f'a,"{field}"\nb,1\n'.encode()) == [["a", field], ["b", "1"]]
    found = records(f'a,"{field}\n"\nb,1\n'.encode())
    assert (found[0].error, found[0].fields) == ("Invalid quoting at line", ['a,"'])
    assert found[-1].fields == ["b", "1"]


ATTACKS = {
    "a quote closed and another opened in each line": b'x","y\n',
    "the same with a field before": b',x","\n',
    "the same with addresses": b'x@example.org","\n',
    "the same with carriage returns": b'x","y\r',
    "the same with NULs at times": b'x","y\n' * 99 + b'x","\0\n',
    "the same with invalid quotes at times": b'x","y\n' * 999 + b'x"y\n',
    "quotes and delimiters in lines": b'","\n',
    "quotes alone": b'"',
    "quotes and line ends": b'"\n',
    "doubled quotes": b'""\n',
    "three quotes": b'"""\n',
    "delimiters alone": b",",
    "delimiters and quotes": b',"',
    "line feeds alone": b"\n",
    "carriage returns alone": b"\r",
    "a quote and carriage returns": b'"\r',
    "NULs alone": b"\0",
    "lines of NULs": b"\0\n",
    "quotes and NULs": b'"\0\n',
    "invalid UTF-8": b"\xff\n",
    "quotes before invalid UTF-8": b'"\n\xff"\n',
    "blanks": b" \n",
    "long lines with an open quote": b'"' + b"x" * 5_000 + b'\n",',
    "UTF-16": 'x","y\n'.encode("utf-16-le"),
    "a quote in a field": b'a"b","c\n',
}


def seconds_of(data, charset="UTF-8"):
    """Measure a reading. The collector stands still: it would look through all that other tests have left behind."""
    gc.collect()
    gc.disable()
    try:
        started = time.thread_time()
        at, broken_until, is_last = 0, 0, False
        with_gaps = io.BytesIO(data)
        while not is_last:
            _, at, is_last, broken_until = read_piece(
                with_gaps, at, ",", 5_000, charset=charset, broken_until=broken_until
            )
        return time.thread_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ATTACKS)
def test_the_time_is_linear_whatever_the_bytes(name):
    charset = "UTF-16LE" if name == "UTF-16" else "UTF-8"
    small = ATTACKS[name] * (160 * 1024 // len(ATTACKS[name]))
    first, second = seconds_of(small, charset), seconds_of(small * 4, charset)
    # Four times the bytes: sixteen times the time if it were quadratic. A record's bound is reached within both.
    assert second < 9 * first + 0.2


@pytest.mark.parametrize("name", ATTACKS)
def test_work_that_is_halted_ends_at_once(name):
    halt = Halt()
    data = ATTACKS[name] * (1024 * 1024 // len(ATTACKS[name]))
    halt.set()
    with pytest.raises(HaltedError):
        read_piece(io.BytesIO(data), 0, ",", 5_000, halt=halt)


@given(
    data=st.lists(
        st.sampled_from([b'"', b"\n", b"\r", b",", b"a", b"\0", b"\xff", b" ", b'""', b'"\n"']), max_size=60
    ),
    most=st.integers(1, 4),
)
def test_records_are_the_same_whatever_is_known_of_open_quotes(data, most):
    """What the reader remembers saves time and changes nothing, as long as no record reaches its bound."""
    data = b"".join(data)
    remembering = records(data, most=most)
    forgetting, at = [], 0
    while not (piece := read_piece(io.BytesIO(data), at, ",", 1)).is_last:
        forgetting += piece.records
        at = piece.end
    assert remembering == forgetting + piece.records


@given(data=st.lists(st.sampled_from([b'"', b"\n", b",", b"a", b'","\n']), max_size=80))
def test_bounds_of_a_record_never_lose_a_line(data, monkeypatch_bounds):
    data = b"".join(data)
    found = records(data, most=2)
    assert sum(len(each.fields) for each in found) >= sum(
        bool(line.strip(b' ,"\r\n')) for line in data.split(b"\n")
    )


@pytest.fixture(scope="module")
def monkeypatch_bounds():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "MAX_RECORD_LINES", 3)
        patch.setattr(csv_reader, "MAX_RECORD_BYTES", 40)
        yield


def test_bounds_are_above_those_of_a_line():
    assert MAX_RECORD_BYTES > MAX_LINE_BYTES


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (b'="01234",b', "01234"),
        (b'"=""01234""",b', "01234"),
        (b'="",b', ""),
        (b"=1+2,b", "=1+2"),
        (b'="a"&"b",b', '="a"&"b"'),
        (b'x="1",b', 'x="1"'),
    ],
)
def test_a_text_that_is_written_as_a_formula_of_excel_is_that_text(row, cell):
    [record] = read_piece(io.BytesIO(row + b"\n"), 0, ",", 9).records
    assert record.fields == [cell, "b"]

"""Rows of a CSV file as contacts, and what is said of those that are none."""

import pytest

from aerogram.audience.jobs.columns import Columns, names_of
from aerogram.audience.jobs.csv_reader import Record
from aerogram.audience.jobs.moments import moment_parser
from aerogram.audience.properties import Catalogue, Property
from aerogram.audience.property_values import Datatype
from aerogram.audience.subscriptions import Entry
from aerogram.base.errors import RefusedError

CATALOGUE = Catalogue(
    Property(id=number, account_id=1, name=name, datatype=datatype, created_ms=0)
    for number, (name, datatype) in enumerate(
        {"city": Datatype.STR, "age": Datatype.INT, "born": Datatype.DATETIME}.items(), 1
    )
)


def read(*rows, names=("email", "city", "age"), **options):
    return Columns(names, CATALOGUE, **options).read([Record(list(row)) for row in rows], 1)


def test_a_row_says_what_is_known_of_a_contact():
    assert read(["Ann@Example.org ", "Paris", "30"]).entries == [
        Entry("ann@example.org", None, {"1": "Paris", "2": 30}, None)
    ]


def test_an_empty_cell_takes_a_value_away_except_from_a_text():
    assert read(["ann@example.org", "", ""]).entries[0].properties == {"1": "", "2": None}


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (["bob@example.org", "Paris"], '"bob@example.org","Paris", ###Too few columns at line'),
        (["a@b.org", "Paris", "3", "x"], '"a@b.org","Paris","3","x", ###Too many columns at line'),
        (["bob", "Paris", "3"], '"bob","Paris","3", ###Invalid email address###email'),
        (
            ["a@b.org", 'the "city"', "old"],
            '"a@b.org","the ""city""","old", ###Property type does not match definition###age',
        ),
    ],
)
def test_a_faulty_row_is_told_with_the_reason_and_the_column(row, line):
    rows = read(["ann@example.org", "Paris", "30"], row)
    assert [entry.email for entry in rows.entries] == ["ann@example.org"]
    assert [(refusal.item, refusal.text) for refusal in rows.refusals] == [(2, line)]


def test_of_a_contact_s_own_columns_the_name_and_an_exclusion_are_taken():
    names = ("email", "contact:name", "contact:id", "contact:isexcludedfromcampaigns", "city")
    rows = read(
        ["ann@example.org", "Ann", "7", "true", "Paris"],
        ["bob@example.org", "", "8", "false", "Rome"],
        names=names,
    )
    assert rows.entries == [
        Entry("ann@example.org", "Ann", {"1": "Paris"}, True),
        Entry("bob@example.org", None, {"1": "Rome"}, None),
    ]
    [included] = read(
        ["ann@example.org", "Ann", "7", "true", "Paris"], names=names, is_excluded=False
    ).entries
    assert included.is_excluded is False
    [refusal] = read(["ann@example.org", "x" * 5_000, "7", "", ""], names=names).refusals
    assert refusal.text.endswith(", ###The name is too long###contact:name")


def test_empty_cells_beyond_the_last_column_do_not_matter():
    assert not read(["ann@example.org", "Paris", "30", "", ""]).refusals


def test_moments_are_read_by_the_pattern_of_the_file():
    rows = read(
        ["ann@example.org", "1980/12/31"],
        ["bob@example.org", "31.12.1980"],
        ["eve@example.org", ""],
        names=("email", "born"),
        read_moment=moment_parser("yyyy/mm/dd", 2),
    )
    assert [entry.properties for entry in rows.entries] == [{"3": 347_061_600_000}, {"3": None}]
    assert rows.refusals[0].text.endswith(" ###Property type does not match definition###born")


@pytest.mark.parametrize(
    ("pattern", "offset", "text", "seconds"),
    [
        ("yyyy-mm-dd", 0, "2020-02-03", 1_580_688_000),
        ("dd.mm.yy", 0, "3.2.20", 1_580_688_000),
        ("dd/mm/yyyy hh:nn:ss", -5, "03/02/2020 01:02:03", 1_580_709_723),
        ("yyyy-mm-ddThh:nn:ss+01:00", 0, "2020-02-03T01:00:00+01:00", 1_580_688_000),
    ],
)
def test_patterns_of_moments(pattern, offset, text, seconds):
    assert moment_parser(pattern, offset)(text) == seconds


@pytest.mark.parametrize(
    ("pattern", "offset"), [("yyyy", 0), ("foo", 0), ("yyyy-mm-dd-dd", 0), ("yyyy-mm-dd", 13), ("y" * 99, 0)]
)
def test_a_pattern_that_is_none_is_refused(pattern, offset):
    with pytest.raises(RefusedError):
        moment_parser(pattern, offset)


@pytest.mark.parametrize("names", [["city"], ["email", "city", "City"], ["email", ""], ["email"] * 300])
def test_columns_without_an_address_or_with_a_name_twice_are_refused(names):
    with pytest.raises(RefusedError):
        names_of(names)


def test_names_are_in_lower_case():
    assert names_of(["Email", " City "]) == ["email", "city"]

"""What each datatype takes, and how its values are stored and shown."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.properties import NOT_DEFINED, WRONG_TYPE, Catalogue, Property
from aerogram.audience.property_values import (
    MAX_VALUE,
    Datatype,
    WrongTypeError,
    merged_values,
    shown,
    stored_values,
    typed,
)

STR, INT, FLOAT, BOOL, DATETIME = Datatype
NEW_YEAR_MS = 1_514_764_800_000


@pytest.mark.parametrize(
    ("datatype", "value", "stored", "text"),
    [
        (STR, "FR", "FR", "FR"),
        (STR, "", "", ""),
        (STR, 30, "30", "30"),
        (STR, 1.5, "1.5", "1.5"),
        (STR, True, "true", "true"),
        (INT, 30, 30, "30"),
        (INT, "-30", -30, "-30"),
        (INT, " 30 ", 30, "30"),
        (INT, 30.0, 30, "30"),
        (INT, "", None, None),
        (FLOAT, 1.5, 1.5, "1.5"),
        (FLOAT, 3, 3, "3"),
        (FLOAT, "1.5", 1.5, "1.5"),
        (FLOAT, ".5e1", 5.0, "5.0"),
        (FLOAT, "", None, None),
        (BOOL, True, True, "true"),
        (BOOL, "False", False, "false"),
        (BOOL, 1, True, "true"),
        (BOOL, "0", False, "false"),
        (BOOL, "", None, None),
        (DATETIME, 1514764800, NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "1514764800", NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "2018-01-01T00:00:00", NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "2018-01-01T00:00:00Z", NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "2018-01-01t02:00:00+02:00", NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "2018-01-01", NEW_YEAR_MS, "2018-01-01T00:00:00Z"),
        (DATETIME, "1950-06-01T00:00:00Z", -618_105_600_000, "1950-06-01T00:00:00Z"),
        (DATETIME, "", None, None),
        *((datatype, None, None, None) for datatype in Datatype),
    ],
)
def test_a_value_is_stored_by_its_type_and_shown_as_text(datatype, value, stored, text):
    found = typed(datatype, value)
    assert (found, type(found)) == (stored, type(stored))
    if stored is not None:
        assert shown(datatype, found) == text


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        (STR, ["FR"]),
        (STR, {"a": 1}),
        (STR, "a\0b"),
        (STR, "x" * (MAX_VALUE + 1)),
        (INT, "thirty"),
        (INT, "1.5"),
        (INT, 1.5),
        (INT, True),
        (INT, 2**63),
        (INT, "٣"),
        (FLOAT, "1,5"),
        (FLOAT, "nan"),
        (FLOAT, "1e999"),
        (FLOAT, math.inf),
        (FLOAT, math.nan),
        (FLOAT, False),
        (BOOL, "yes"),
        (BOOL, 2),
        (BOOL, 1.0),
        (DATETIME, "yesterday"),
        (DATETIME, "2018-13-01T00:00:00Z"),
        (DATETIME, True),
        (DATETIME, 1.5),
        (DATETIME, 10**15),
        (DATETIME, "9" * 19),
    ],
)
def test_a_value_of_another_type_is_refused(datatype, value):
    with pytest.raises(WrongTypeError):
        typed(datatype, value)


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


@given(st.sampled_from(Datatype), JSON)
def test_whatever_is_given_is_typed_or_refused_and_typing_is_stable(datatype, value):
    try:
        found = typed(datatype, value)
    except WrongTypeError:
        return
    if found is not None:
        text = shown(datatype, found)
        assert stored_values(merged_values("", {"7": found})) == {"7": found}
        assert shown(datatype, typed(datatype, text)) == text


@given(
    st.dictionaries(st.sampled_from("123456"), st.integers() | st.text() | st.booleans()),
    st.dictionaries(st.sampled_from("123456"), st.none() | st.integers()),
)
def test_values_merge_as_dictionaries_do(before, patch):
    packed = merged_values("", before)
    after = {name: value for name, value in {**before, **patch}.items() if value is not None}
    assert stored_values(merged_values(packed, patch)) == after
    assert (merged_values(packed, patch) == "") == (not after)


def a_catalogue():
    def own(number, name, datatype):
        return Property(id=number, account_id=1, name=name, datatype=datatype, created_ms=0)

    return Catalogue([own(7, "age", INT), own(8, "country", STR), own(9, "born", DATETIME)])


def test_values_are_found_by_name_in_any_case_and_all_faults_told():
    typing = a_catalogue().typed({"AGE": "30", "country": None, "shoe": 43, "born": "x"})
    assert typing.values == {"7": 30, "8": None}
    assert typing.errors == [("shoe", NOT_DEFINED), ("born", WRONG_TYPE)]


def test_what_no_definition_names_is_not_shown():
    packed = msgspec.json.encode({"8": "FR", "7": 30, "10": "gone", "9": 0}).decode()
    assert a_catalogue().shown(packed) == [("age", "30"), ("born", "1970-01-01T00:00:00Z"), ("country", "FR")]
    assert a_catalogue().named(packed) == {"country": "FR", "age": 30, "born": 0}
    assert a_catalogue().shown("") == []


def test_definitions_are_found_by_name_in_any_case():
    catalogue = a_catalogue()
    assert (catalogue.id_of("Age"), catalogue.datatype_of("AGE")) == (7, INT)
    assert (catalogue.id_of("shoe"), catalogue.datatype_of("shoe")) == (None, None)

"""Reading a body and a query: what both REST engines share, and where they differ."""

import pytest

from aerogram.doors.rest.engine.reading import (
    MissingValueError,
    given_in,
    named_in,
    query_of,
    read_fields,
    values_of,
)
from aerogram.doors.rest.errors import RestError, unknown_property
from aerogram.doors.rest.fields.kinds import Integer, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Order
from aerogram.doors.rest.v1 import serving
from aerogram.doors.rest.v1.errors import ContentError

ID = Integer("ID", "id", read_only=True)
NAME = Text("Name", "name", required=True)
NOTE = Text("Note", "note", nullable=True)
LIST = Reference("ListID", "list_id", "contactslist")
FIELDS = (ID, NAME, NOTE, LIST)


def test_names_ignore_case_and_unknown_ones_are_given_as_they_were_written():
    given, unknown = named_in({"NAME": "Ann", "Nome": 1}, FIELDS)
    assert (given, unknown) == ({NAME: ("name", "Ann")}, ["Nome"])


@pytest.mark.parametrize("first", ["ListID", "List"])
def test_of_two_spellings_of_a_property_its_own_name_counts(first):
    other = {"ListID": "List", "List": "ListID"}[first]
    given, _ = named_in({first: 1 if first == "ListID" else 2, other: 2 if first == "ListID" else 1}, FIELDS)
    assert given[LIST] == ("listid", 1)


def test_null_is_absent_unless_it_is_kept_and_the_property_can_be_null():
    body = {"name": None, "note": None}
    assert named_in(body, FIELDS)[0] == {}
    assert named_in(body, FIELDS, keeps_null=True)[0] == {NOTE: ("note", None)}


def test_what_is_wrong_is_gathered_beside_the_values():
    values, wrong = read_fields({NOTE: ("note", "x"), LIST: ("listid", "x")}, FIELDS, is_new=True)
    assert values == {"note": "x"}
    assert [field for field, _ in wrong] == [NAME, LIST]
    assert isinstance(wrong[0][1], MissingValueError)


def test_an_object_that_exists_may_leave_out_what_a_new_one_needs():
    assert read_fields({}, FIELDS, is_new=False) == ({}, [])


def test_the_older_api_takes_a_read_only_property_that_is_given_back_as_it_is():
    given = given_in(b'{"ID": 7, "Name": "Ann"}', FIELDS, lambda name: unknown_property("Thing", name))
    assert values_of(given, FIELDS, {"id": 7}, is_new=False) == {"name": "Ann"}
    with pytest.raises(RestError, match='MJ19 Setting a value for property "ID"'):
        values_of(given, FIELDS, {"id": 8}, is_new=False)


def test_the_older_api_refuses_the_first_unknown_property_whatever_else_is_wrong():
    with pytest.raises(RestError, match='"TThing" has no property "Nome"'):
        given_in(b'{"Nome": 1, "Neme": 2}', FIELDS, lambda name: unknown_property("Thing", name))


def test_the_content_api_passes_over_read_only_properties_and_gathers_all_that_is_wrong():
    assert serving.values_of({"id": 8, "name": "Ann", "note": None}, FIELDS, is_new=True) == {
        "name": "Ann",
        "note": None,
    }
    with pytest.raises(ContentError) as caught:
        serving.values_of({"nome": 1, "listid": "x"}, FIELDS, is_new=True)
    assert [(detail.field, detail.constraint) for detail in caught.value.details] == [
        ("nome", "MJC-0008"),
        ("Name", "MJC-0002"),
        ("ListID", "MJC-0000"),
    ]


def test_a_query_asks_for_a_page():
    own = {"name": Filter("Name", "name", filters.words, "name")}
    parameters = {"name": "Ann", "sort": "Name DESC", "limit": "5", "offset": "10", "other": "1"}
    query = query_of(parameters, own, {"name": NAME}, (Condition("kind", 1),))
    assert query.conditions == (Condition("kind", 1), Condition("name", "Ann"))
    assert query.orders == (Order("name", is_descending=True),)
    assert (query.limit, query.offset) == (5, 10)

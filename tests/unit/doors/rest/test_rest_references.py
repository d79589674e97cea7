"""References and Style=Full, over collections in memory."""

import json

import pytest

from aerogram.doors.rest.engine.engine import Engine, Request
from aerogram.doors.rest.errors import RestError
from aerogram.doors.rest.fields.kinds import Address, Flag, Integer, Moment, Number, Text, UnixTime
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries.listing import Condition, page_of
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area, CredentialKind, Principal
from aerogram.model.actor import actor_of

ANN = actor_of(Principal(account_id=1, kind=CredentialKind.API_KEY, label="ann"), "rest")


class Rows:
    """A collection in memory."""

    def __init__(self, *rows):
        self.rows = list(rows)

    async def page(self, _, query):
        return page_of(self.rows, query, {"id": "id", "email": "email"})

    async def add(self, _, values):
        self.rows.append({"id": len(self.rows) + 1, **values})
        return self.rows[-1]

    async def change(self, _, row, values):
        return {**row, **values}

    async def remove(self, *_):
        return None


class Person(ChangeableResource):
    """Who is referred to."""

    name = "person"
    class_name = "Person"
    area = Area.CONTACTS
    keys = (by_id, lambda text: Condition("email", text) if "@" in text else None)
    fields = (Integer("ID", "id", read_only=True), Address("Email", "email"))


class Visit(ChangeableResource):
    """Who refers."""

    name = "visit"
    class_name = "Visit"
    area = Area.LISTS
    methods = frozenset({"GET", "POST", "PUT"})
    keys = (by_id,)
    refused_methods = frozenset({"DELETE"})
    fields = (
        Integer("ID", "id", read_only=True),
        Reference("PersonID", "person_id", "person", required=True),
        Reference("PlaceID", "place_id", "place", unset=0),
        Moment("StartAt", "start_ms"),
        UnixTime("EndAt", "end_ms"),
        Number("Score", "score"),
        Flag("IsOpen", "is_open", read_only=True),
        Text("Note", "note"),
        Integer("APIKeyID", "account_id", read_only=True),
    )


@pytest.fixture
def engine():
    people = Rows({"id": 7, "email": "ann@example.com"}, {"id": 8, "email": "bob@example.com"})
    return Engine([Person(people), Visit(Rows())])


async def call(engine, method, *segments, query="", **body):
    request = Request(
        actor=ANN, method=method, segments=segments, query=query, body=json.dumps(body).encode()
    )
    reply = await engine.serve(request)
    return json.loads(reply.body)["Data"] if reply.body else reply.status


async def refused(engine, *segments, **body):
    with pytest.raises(RestError) as refusal:
        await call(engine, "POST", *segments, **body)
    return refusal.value


@pytest.mark.parametrize(
    "body",
    [
        {"PersonID": 8},
        {"personid": "8"},
        {"PersonALT": "bob@example.com"},
        {"PersonAlt": "bob@example.com"},
        {"Person": 8},
        {"PersonALT": "ann@example.com", "PersonID": 8},
    ],
)
async def test_a_reference_is_set_by_id_or_by_the_unique_key(engine, body):
    [made] = await call(engine, "POST", "visit", **body)
    assert made["PersonID"] == 8


async def test_a_reference_to_nothing_is_left_out_or_shown_as_declared(engine):
    [made] = await call(engine, "POST", "visit", PersonID=7, PlaceID=0)
    assert made == {
        "EndAt": 0,
        "ID": 1,
        "IsOpen": False,
        "PersonID": 7,
        "PlaceID": 0,
        "StartAt": "",
    }


async def test_an_id_of_a_kind_that_is_not_served_is_taken_as_it_is(engine):
    [made] = await call(engine, "POST", "visit", PersonID=7, PlaceID=99)
    assert made["PlaceID"] == 99


async def test_a_key_that_nothing_has_is_refused_in_recorded_words(engine):
    for name in ("Person", "Place"):
        refusal = await refused(
            engine,
            "visit",
            **{"PersonID": 7, f"{name}ALT": "x@example.com"}
            if name == "Place"
            else {"PersonALT": "x@example.com"},
        )
        assert refusal.status == 400
        assert str(refusal) == (
            f'Property "{name}", alternate key value "x@example.com" could not be resolved to an ID'
        )


async def test_an_id_that_nothing_has_is_refused(engine):
    refusal = await refused(engine, "visit", PersonID=1)
    assert refusal.info == "MJ08 Property Person is invalid: There is no person with the ID 1"


async def test_a_required_reference_is_missed_by_its_short_name(engine):
    for body in ({}, {"PersonID": None}, {"PersonID": 0}, {"PersonALT": ""}):
        refusal = await refused(engine, "visit", **body)
        assert refusal.info == "MJ08 Property Person is invalid: MJ03 A non-empty value is required"


async def test_all_errors_of_a_body_are_gathered(engine):
    refusal = await refused(engine, "visit", PersonID="x", StartAt="tomorrow", Score="much")
    assert refusal.info == {
        "Person": "MJ08 Property Person is invalid: The value must be an integer",
        "StartAt": "MJ08 Property StartAt is invalid: The value is neither RFC 3339 nor a Unix time",
        "Score": "MJ08 Property Score is invalid: The value must be a number",
    }


@pytest.mark.parametrize(
    "text",
    [
        1604669929,
        "1604669929",
        "2020-11-06T13:38:49Z",
        "2020-11-06T13:38:49",
        "2020-11-06 13:38:49 UTC",
        "2020-11-06T15:38:49+02:00",
        "2020-11-06 08:38:49 -05:00",
    ],
)
async def test_a_moment_is_read_in_all_its_forms(engine, text):
    [made] = await call(engine, "POST", "visit", PersonID=7, StartAt=text, EndAt=text)
    assert (made["StartAt"], made["EndAt"]) == ("2020-11-06T13:38:49Z", 1_604_669_929)


async def test_a_property_that_the_class_has_not_is_refused_in_recorded_words(engine):
    refusal = await refused(engine, "visit", firstname="Ann")
    assert refusal.status == 400
    assert str(refusal) == 'Invalid json input: object ""->"TVisit" has no property "firstname"'


async def test_a_read_only_property_of_a_new_object_may_only_be_empty(engine):
    assert await call(engine, "POST", "visit", PersonID=7, ID=0, IsOpen="false")
    assert await call(engine, "POST", "visit", PersonID=7, APIKeyID=ANN.account_id)
    refusal = await refused(engine, "visit", PersonID=7, IsOpen=True)
    assert (refusal.status, str(refusal)) == (
        401,
        'Internal error: MJ19 Setting a value for property "IsOpen" is not allowed',
    )


async def test_a_verb_that_mailjet_refuses_is_answered_as_there(engine):
    await call(engine, "POST", "visit", PersonID=7)
    with pytest.raises(RestError) as refusal:
        await call(engine, "DELETE", "visit", "1")
    assert (refusal.value.status, str(refusal.value)) == (401, "Operation not allowed")


async def test_in_full_style_a_reference_is_shown_with_its_object(engine):
    await call(engine, "POST", "visit", PersonID=7)
    await call(engine, "POST", "visit", PersonID=8)
    first, second = await call(engine, "GET", "visit", query="style=full")
    assert first["PersonID"] == 7
    assert first["Person"] == {"ID": 7, "Email": {"Email": "ann@example.com"}}
    assert second["Person"]["Email"] == {"Email": "bob@example.com"}
    assert "Place" not in first
    [person] = await call(engine, "GET", "person", "7", query="Style=Full")
    assert person == {"Email": {"Email": "ann@example.com"}, "ID": 7}
    assert "Person" not in (await call(engine, "GET", "visit", query="style=brief"))[0]

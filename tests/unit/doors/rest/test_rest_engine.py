"""The engine with a collection in memory: whatever is asked, it answers or refuses in a documented shape."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.content.templates.stored_parts import Content
from aerogram.content.templates.templates import Template
from aerogram.doors.rest.engine.engine import Engine, Request
from aerogram.doors.rest.errors import RestError
from aerogram.doors.rest.queries.listing import Condition, combined, page_of
from aerogram.doors.rest.resources.campaigns.template import template
from aerogram.doors.rest.resources.messages.eventcallbackurl import EventCallbackUrl
from aerogram.doors.rest.resources.messages.message import Message
from aerogram.doors.rest.resources.messages.messagehistory import MessageHistory
from aerogram.model.account import CredentialKind, Principal
from aerogram.model.actor import actor_of

TEMPLATE_KEYS = [
    *("ID", "Name", "Author", "OwnerId", "OwnerType", "Presets", "Categories", "Copyright", "Description"),
    *("EditMode", "IsStarred", "IsTextPartGenerationEnabled", "Locale", "LocaleList", "Previews", "Purposes"),
    *("CreatedAt", "LastUpdatedAt"),
]
"""In the order of a recorded answer of Mailjet's."""
ANN = actor_of(Principal(account_id=1, kind=CredentialKind.API_KEY, label="ann"), "rest")
ROW = {
    "id": 7,
    "account_id": 1,
    "event_type": "open",
    "is_backup": False,
    "status": "alive",
    "url": "https://hooks.example.com/x",
    "version": 1,
    "key": ("open", False),
}


class OneCallback:
    """A collection of one row that remembers nothing."""

    async def page(self, _, query):
        return page_of([ROW], query, {name: name for name in ROW})

    async def add(self, actor, values):
        return {**ROW, **values, "account_id": actor.account_id}

    async def change(self, _, row, values):
        return {**row, **values}

    async def remove(self, *_):
        return None


class OneTemplate:
    """The stored templates, of which there is one that remembers nothing."""

    template = Template(id=7, account_id=1, name="Welcome", created_ms=1, updated_ms=1)

    async def page(self, *_):
        return [self.template], 1

    async def create(self, actor, values):
        return Template(
            **{"id": 8, "account_id": actor.account_id, "created_ms": 1, "updated_ms": 1} | values
        )

    async def change(self, _, __, values):
        return msgspec.structs.replace(self.template, **values)

    async def remove(self, *_):
        return None

    async def content(self, *_):
        return Content()

    async def change_content(self, _, __, values):
        return Content(**values)


class Nothing:
    """A collection without rows, which notes what it was asked for."""

    def __init__(self):
        self.queries = []

    async def page(self, _, query):
        self.queries.append(query)
        return page_of([], query, {})


def serve(engine, method, *segments, query="", body=b""):
    request = Request(actor=ANN, method=method, segments=segments, query=query, body=body)
    return finished(engine.serve(request))


def finished(coroutine):
    """What a coroutine returns that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


ENGINE = Engine(
    [
        EventCallbackUrl(OneCallback()),
        Message(Nothing()),
        MessageHistory(Nothing()),
        template(OneTemplate()),
    ]
)

resources = st.sampled_from(["eventcallbackurl", "Message", "messagehistory", "template", "nothing"])
keys = st.sampled_from(["7", "open|false", "user|x", "", "-1", "9" * 30]) | st.text(max_size=10)
actions = st.sampled_from(["detailcontent", "DetailContent"]) | st.text(max_size=5)
segments = st.tuples(resources) | st.tuples(resources, keys) | st.tuples(resources, keys, actions)
names = st.sampled_from(
    [
        *("Url", "url", "EventType", "IsBackup", "Status", "Version", "ID", "APIKeyID", "x"),
        *("Name", "Purposes", "EditMode", "CreatedAt", "Previews", "Html-part", "Headers", "MJMLContent"),
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
bodies = st.binary(max_size=20) | st.dictionaries(names, scalars | st.lists(scalars), max_size=4).map(
    lambda body: json.dumps(body).encode()
)
parameters = st.sampled_from(
    [
        "Limit",
        "offset",
        "Sort",
        "countOnly",
        "FromTS",
        "ToTS",
        "MessageStatus",
        "SenderID",
        "Backup",
        "EventType",
        "Categories",
        "PurposesSelectionMethod",
        "Purposes",
    ]
)
queries = st.text(max_size=30) | st.lists(st.tuples(parameters, st.text(max_size=10))).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)


def served_or_refused(*call, **options):
    try:
        return serve(ENGINE, *call, **options)
    except RestError as error:
        return error


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]), segments, queries, bodies)
def test_any_request_is_served_or_refused(method, path, query, body):
    reply = served_or_refused(method, *path, query=query, body=body)
    if isinstance(reply, RestError):
        assert reply.status in (400, 401, 404, 405)
        assert str(reply)
        return
    if reply.status in (204, 304):
        assert reply.body == b""
        return
    assert reply.status in (200, 201)
    envelope = json.loads(reply.body)
    assert list(envelope) == ["Count", "Data", "Total"]
    for row in envelope["Data"]:
        assert list(row) == sorted(row, key=str.lower) or path[0] == "template"


def test_every_moment_is_understood_to_the_millisecond():
    messages = Nothing()
    engine = Engine([Message(messages)])
    for text, first, last in [
        ("1700000000", 1_700_000_000_000, 1_700_000_000_999),
        ("1700000000123", 1_700_000_000_123, 1_700_000_000_123),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000, 1_700_000_000_999),
        ("2023-11-14t22:13:20z", 1_700_000_000_000, 1_700_000_000_999),
        ("2023-11-14T22:13:20.5Z", 1_700_000_000_500, 1_700_000_000_500),
        ("2023-11-15T00:13:20+02:00", 1_700_000_000_000, 1_700_000_000_999),
        ("2023-11-14", 1_699_920_000_000, 1_699_920_000_999),
    ]:
        serve(engine, "GET", "message", query=f"FromTS={text}&ToTS={text}")
        found = {condition.name: condition.value for condition in messages.queries[-1].conditions}
        assert found == {"after_ms": first, "until_ms": last}


def test_the_first_of_a_repeated_parameter_counts():
    messages = Nothing()
    serve(Engine([Message(messages)]), "GET", "message", query="Limit=3&limit=7&Offset=2")
    assert (messages.queries[-1].limit, messages.queries[-1].offset) == (3, 2)


def test_a_recent_resource_shows_its_properties_as_recorded():
    [row] = json.loads(serve(ENGINE, "GET", "template", "7").body)["Data"]
    assert list(row) == TEMPLATE_KEYS


def test_a_moment_is_given_back_in_each_spelling_of_the_clients():
    for text in ("1970-01-01T00:00:00Z", "1970-01-01 00:00:00 UTC"):
        body = json.dumps({"CreatedAt": text}).encode()
        assert serve(ENGINE, "PUT", "template", "7", body=body).status == 304


def test_a_set_of_words_is_compared_as_its_companion_says():
    class Noting(OneTemplate):
        async def page(self, _, request):
            self.conditions = request.conditions
            return [], 0

    noting = Noting()
    engine = Engine([template(noting)])
    for method, expected in [
        ("", {"purposes_any": 0b011}),
        ("containsany", {"purposes_any": 0b011}),
        ("ContainsAll", {"purposes_all": 0b011}),
        ("issubset", {"purposes_lack": 0b1100}),
    ]:
        query = f"Purposes=Transactional,+marketing&PurposesSelectionMethod={method}"
        serve(engine, "GET", "template", query=query)
        assert noting.conditions == expected


def test_two_conditions_that_exclude_each_other_select_nothing():
    conditions = (Condition("id", 1), Condition("name", "a"), Condition("id", 2))
    assert combined(conditions) == {"nothing": True}
    assert combined(conditions[:2]) == {"id": 1, "name": "a"}

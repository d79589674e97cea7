"""The same mail by the Send APIs and by SMTP: it is refused, held or let through for the same reason everywhere."""

import base64
from typing import NamedTuple

import pytest
from sqlalchemy import bindparam, select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.account import CredentialKind, Principal, SendDefaults
from aerogram.model.decision import Hold, Reason, ReasonKind, Refuse
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import content, event, message
from support.actors import acting
from support.calls import a_message
from support.http_door import KEY, SECRET, Door, Keys, a_client, serving
from support.smtp_door import SmtpHouse
from support.v3_calls import a_v3_message

STORED = Sql(
    select(message.c.id, message.c.state, message.c.reply, content.c.door, content.c.send_options)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
EVENTS = Sql(
    select(event.c.kind, event.c.reply)
    .where(event.c.message_id == bindparam("which"), event.c.kind != int(EventKind.ACCEPTED))
    .order_by(event.c.id),
    "which",
)
ANN = "ann@example.org"
WAITS, NEVER = "waits@example.net", "never@example.net"


class Stored(NamedTuple):
    id: int
    state: int
    reply: str
    door: str
    send_options: str


def rule(request):
    """Hold what goes to one address, refuse what goes to another."""
    [recipient] = request.recipients
    if recipient.email == WAITS:
        return Hold((Reason(ReasonKind.RULE, f"{WAITS} is looked at first."),))
    if recipient.email == NEVER:
        return Refuse((Reason(ReasonKind.RULE, f"{NEVER} gets nothing."),))
    return None


class Caller(Keys):
    """One caller at every door, of whom a test says more."""

    def __init__(self):
        super().__init__()
        self.facts = {}

    async def check(self, key, secret):
        if (key, secret) != (KEY, SECRET):
            return None
        facts = {"account_id": self.account_id, "kind": CredentialKind.API_KEY, "label": "key of ann"}
        return Principal(**(facts | self.facts))

    async def check_token(self, _):
        return None


@pytest.fixture
def caller():
    return Caller()


@pytest.fixture
async def installation(database, ids, clock, tmp_path, caller):
    made = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path, [rule])
    made.authenticator = caller
    async with made.opened():
        caller.account_id = made.account_id
        await made.senders.add(acting(made.account_id), "@example.com")
        await made.categories.add(acting(made.account_id), "receipts")
        yield made


@pytest.fixture
async def by_v31(door_url):
    async def send(author, to, category):
        properties = {"MonitoringCategory": category} if category else {}
        one = a_message(From={"Email": author}, To=[{"Email": to}], **properties)
        async with a_client(door_url) as client:
            answer = (await client.post("/v3.1/send", json={"Messages": [one]})).json()
        if "Messages" not in answer:
            return answer["ErrorMessage"]
        [entry] = answer["Messages"]
        return "" if entry["Status"] == "success" else entry["Errors"][0]["ErrorMessage"]

    return send


@pytest.fixture
async def by_v3(door_url):
    async def send(author, to, category):
        properties = {"Mj-MonitoringCategory": category} if category else {}
        one = a_v3_message(FromEmail=author, To=to) | properties
        async with a_client(door_url) as client:
            answer = (await client.post("/v3/send", json=one)).json()
        return "" if "Sent" in answer else answer["ErrorMessage"]

    return send


@pytest.fixture
async def by_smtp(installation):
    async def send(author, to, category):
        client = await installation.client()
        await client.say("EHLO client.example")
        pair = base64.b64encode(f"\0{KEY}\0{SECRET}".encode()).decode()
        reply = await client.say(f"AUTH PLAIN {pair}")
        if not reply.startswith("235"):
            return reply
        head = f"From: {author}\r\nTo: {to}\r\nSubject: x\r\n"
        head += f"X-MJ-MonitoringCategory: {category}\r\n" if category else ""
        reply = await client.send_mail(f"{head}\r\nx\r\n".encode(), sender="", recipients=(to,))
        return "" if reply.startswith("250") else reply

    return send


@pytest.fixture
async def door_url(installation, caller, database, ids, clock, tmp_path):
    door = Door(database, DiskBlobs(tmp_path / "http"), ids, clock, Sealer(new_master_key()), caller, [rule])
    async with serving(door.app) as url:
        yield url


@pytest.fixture
def send_everywhere(by_v3, by_v31, by_smtp):
    """Send one mail by each door; give what v3, v3.1 and SMTP say against it, "" for nothing."""

    async def send(author=ANN, to="bob@example.net", category=""):
        return [await by(author, to, category) for by in (by_v3, by_v31, by_smtp)]

    return send


@pytest.fixture
def stored(database):
    async def read():
        def unit():
            return (yield STORED())

        return [Stored(*row) for row in await database.read(unit)]

    return read


REFUSED = [
    (
        {},
        {"author": "eve@elsewhere.example"},
        '"eve@elsewhere.example" is not an authorized sender email address for your account.',
        "550 5.7.1 <eve@elsewhere.example>: Sender address rejected: Sender not allowed",
    ),
    (
        {"domain": "example.org"},
        {"author": "ann@example.com"},
        '"ann@example.com" is not an authorized sender email address for your account.',
        "550 5.7.1 <ann@example.com>: Sender address rejected: this token sends from example.org only",
    ),
    (
        {},
        {"category": "unknown"},
        "The monitoring category doesn't exist for your account.",
        "550 5.6.0 X-MJ-MonitoringCategory: the account has no category 'unknown'",
    ),
    (
        {"kind": CredentialKind.CONTENT_TOKEN},
        {},
        "key of ann has no full permission for send.",
        "550 5.7.1 key of ann may not send mail",
    ),
    ({}, {"to": NEVER}, f"{NEVER} gets nothing.", f"550 5.7.1 {NEVER} gets nothing."),
]


@pytest.mark.parametrize(("facts", "mail", "http", "smtp"), REFUSED)
async def test_every_door_refuses_the_same(send_everywhere, caller, stored, facts, mail, http, smtp):
    caller.facts = facts
    assert await send_everywhere(**mail) == [http, http, smtp]
    assert await stored() == []


async def test_every_door_lets_the_same_through(send_everywhere, caller, stored):
    caller.facts = {"domain": "example.org"}
    assert await send_everywhere(category="receipts") == ["", "", ""]
    assert [(row.state, row.door) for row in await stored()] == [
        (MessageState.QUEUED, "v3"),
        (MessageState.QUEUED, "v3.1"),
        (MessageState.QUEUED, "smtp"),
    ]


async def test_what_a_sandbox_key_sends_never_leaves_by_any_door(send_everywhere, caller, stored):
    caller.facts = {"defaults": SendDefaults(is_sandboxed=True)}
    assert await send_everywhere() == ["", "", ""]
    assert ["is_sandboxed" in row.send_options for row in await stored()] == [True] * 3


async def test_what_is_held_is_accepted_by_every_door_and_waits(send_everywhere, stored, database):
    assert await send_everywhere(to=WAITS) == ["", "", ""]
    why = f"{WAITS} is looked at first."
    rows = await stored()
    assert [(row.state, row.reply) for row in rows] == [(MessageState.HELD, why)] * 3
    for row in rows:

        def unit(which=row.id):
            return (yield EVENTS(which))

        assert [tuple(each) for each in await database.read(unit)] == [(EventKind.HELD, why)]

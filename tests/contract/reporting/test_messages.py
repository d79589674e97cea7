"""Messages, their history and totals as their account asks for them, on both engines."""

import pytest

from aerogram.audience.contacts import Contacts
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.page import PageRequest
from aerogram.reporting.messages import Messages
from support.actors import acting
from support.plant import Plant

ACCOUNT, STRANGER = 1, 2


@pytest.fixture
def messages(database):
    return Messages(database)


@pytest.fixture
def plant(database, tmp_path, ids, clock):
    return Plant(database, tmp_path, ids, clock)


async def test_a_message_names_the_contact_who_has_its_address_today(messages, plant, database, ids, clock):
    [ann, bob] = await plant.accept("Ann@example.net", "bob@example.net")
    contact = await Contacts(database, ids, clock).create(acting(ACCOUNT), "ann@example.net")
    rows, total = await messages.page(acting(ACCOUNT), PageRequest({}, 10))
    assert {row["id"]: row["contact_id"] for row in rows} == {ann: contact.id, bob: None}
    assert total == 2
    [row], _ = await messages.page(acting(ACCOUNT), PageRequest({"id": ann}, 10))
    assert row["contact_id"] == contact.id


async def test_a_stranger_sees_nothing(messages, plant):
    [message_id] = await plant.accept("ann@example.net")
    assert await messages.page(acting(STRANGER), PageRequest({"id": message_id}, 10)) == ([], 0)
    assert await messages.history(acting(STRANGER), message_id, 10, 0) == ([], 0)
    assert (await messages.totals(acting(STRANGER))).processed == 0


async def test_what_happened_is_told_and_counted(messages, plant, clock):
    [message_id] = await plant.accept("ann@example.net")
    async with plant.working():
        await plant.until(message_id, MessageState.SENT)
    events, total = await messages.history(acting(ACCOUNT), message_id, 10, 0)
    assert [(each.kind, each.message_id, each.at_ms) for each in events] == [
        (EventKind.SENT, message_id, clock.now_ms())
    ]
    assert total == 1
    assert await messages.history(acting(ACCOUNT), None, 0, 0) == ([], 1)
    totals = await messages.totals(acting(ACCOUNT))
    assert (totals.processed, totals.sent, totals.deferred) == (1, 1, 0)

"""Several processes over one PostgreSQL share the work, and each event is told by one of them."""

import pytest

from aerogram.reporting.webhooks.schedule import Timings
from aerogram.store.open import open_database
from support.webhooks import eventually, message_ids


@pytest.fixture
def database_url(postgresql_server):
    return postgresql_server.new_database()


@pytest.fixture
async def nodes(tmp_path, database, database_url):
    """Two connections to one store, as of two machines."""
    other = await open_database(tmp_path, database_url)
    yield database, other
    await other.close()


@pytest.fixture
def is_empty(mailroom):
    async def ask():
        return await mailroom.backlog() == 0

    return ask


async def test_two_processes_tell_each_event_once(mailroom, nodes, receiver, start_sender, is_empty):
    await mailroom.callback(receiver.url())
    messages = await mailroom.messages(200)
    await start_sender(database=nodes[0])
    await start_sender(database=nodes[1])
    for message in messages:
        await mailroom.happen([message])
    await eventually(is_empty)
    assert sorted(message_ids(receiver)) == messages


async def test_a_killed_process_is_replaced_when_its_lease_ends(
    mailroom, nodes, receiver, start_sender, is_empty
):
    receiver.answer = lambda _: None
    await mailroom.callback(receiver.url())
    messages = await mailroom.messages(20)
    await mailroom.happen(messages)
    killed = await start_sender(database=nodes[0])
    await receiver.until(lambda it: it.under_way == 8)
    await start_sender(database=nodes[1])
    await killed.kill()
    receiver.answer = lambda _: 200
    await eventually(is_empty)
    assert sorted(set(message_ids(receiver))) == messages


async def test_a_stopped_process_is_replaced_at_once(mailroom, nodes, receiver, start_sender, is_empty):
    await mailroom.callback(receiver.url())
    patient = Timings(look_ms=20, pause_ms=5, lease_ms=300_000)
    first = await start_sender(patient, database=nodes[0])
    await mailroom.happen(await mailroom.messages(1))
    await eventually(is_empty)
    await first.stop()
    await start_sender(patient, database=nodes[1])
    await mailroom.happen(await mailroom.messages(1))
    await eventually(is_empty)
    assert len(receiver.requests) == 2

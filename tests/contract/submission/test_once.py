"""Idempotency keys, on both engines: whatever is repeated, at whatever moment, is accepted once."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from aerogram.base.clock import DAY, ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.model.idempotency import IdempotencyKey, Replay
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.open import open_database
from aerogram.store.records.messages import idempotency as records
from aerogram.store.sql import Sql
from aerogram.store.tables import idempotency, message
from aerogram.submission.accept import Acceptor
from aerogram.submission.once import KeyReusedError
from support import repeating_child
from support.submissions import a_submission

ROOT = Path(__file__).parents[3]
MESSAGES = Sql(select(message.c.id, message.c.uuid, message.c.recipient).order_by(message.c.id))
KEYS = Sql(select(func.count()).select_from(idempotency))


def a_key(key="k", fingerprint="f", account_id=1):
    return IdempotencyKey(account_id, key, fingerprint)


@pytest.fixture
def woken():
    return []


@pytest.fixture
def blobs(tmp_path):
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def acceptor(database, blobs, ids, clock, woken):
    return Acceptor(database, blobs, ids, clock, check_room=lambda: None, on_accepted=woken.append)


@pytest.fixture
def messages(database):
    """Give (id, uuid, recipient) of all messages."""

    async def read():
        def unit():
            return [tuple(row) for row in (yield MESSAGES())]

        return await database.read(unit)

    return read


@pytest.fixture
def keys(database):
    """Count the keys that are kept."""

    async def read():
        def unit():
            return (yield KEYS())[0][0]

        return await database.read(unit)

    return read


async def test_a_repeated_call_gets_the_receipts_of_the_first_and_adds_nothing(acceptor, messages, woken):
    asked = [a_submission("a@example.net", "b@example.net"), a_submission("c@example.net")]
    first = await acceptor.accept(asked, a_key())
    again = await acceptor.accept(asked, a_key())
    assert again == first
    assert isinstance(again, Replay)
    assert not isinstance(first, Replay)
    assert [(each.message_id, each.uuid, each.email) for one in first for each in one] == await messages()
    assert woken == [3]


async def test_of_fifty_calls_at_once_one_is_accepted(acceptor, messages, woken):
    found = await asyncio.gather(*(acceptor.accept([a_submission()], a_key()) for _ in range(50)))
    assert len(await messages()) == 1
    assert all(each == found[0] for each in found)
    assert sum(isinstance(each, Replay) for each in found) == 49
    assert woken == [1]


async def test_another_request_with_the_same_key_is_refused_and_harms_nobody_else(acceptor, messages):
    calls = [
        acceptor.accept([a_submission("a@example.net")], a_key("k", "one")),
        acceptor.accept([a_submission("b@example.net")], a_key("k", "two")),
        acceptor.accept([a_submission("c@example.net")], a_key("other")),
        acceptor.accept([a_submission("d@example.net")]),
    ]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(found[1], KeyReusedError)
    assert [len(found[index]) for index in (0, 2, 3)] == [1, 1, 1]
    assert {row[2] for row in await messages()} == {"a@example.net", "c@example.net", "d@example.net"}
    with pytest.raises(KeyReusedError):
        await acceptor.accept([a_submission("b@example.net")], a_key("k", "two"))


async def test_a_key_is_its_accounts_own(acceptor, messages):
    await acceptor.accept([a_submission()], a_key(account_id=1))
    await acceptor.accept([a_submission(account_id=2)], a_key(fingerprint="other", account_id=2))
    assert len(await messages()) == 2


async def test_keys_differ_by_case(acceptor, messages):
    await acceptor.accept([a_submission()], a_key("key"))
    await acceptor.accept([a_submission()], a_key("KEY"))
    assert len(await messages()) == 2


async def test_a_key_holds_across_a_restart(tmp_path, database_url, database, blobs, clock, messages):
    def started(opened):
        return Acceptor(
            opened, blobs, IdGenerator(clock), clock, check_room=lambda: None, on_accepted=lambda _: None
        )

    first = await started(database).accept([a_submission()], a_key())
    clock.advance(DAY - 1)
    reopened = await open_database(tmp_path, database_url)
    again = await started(reopened).accept([a_submission()], a_key())
    await reopened.close()
    assert again == first
    assert len(await messages()) == 1


def said_by_processes(data, database_url, processes, calls):
    """Make the same calls in each of several processes at once; return what each said."""
    where = [database_url] if database_url else []
    children = [
        subprocess.Popen(
            [sys.executable, repeating_child.__file__, str(data), str(node), str(calls), *where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
        )
        for node in range(1, processes + 1)
    ]
    try:
        for child in children:
            assert child.stdout.readline() == b"begun\n"
        for child in children:
            child.stdin.write(b"\n")
            child.stdin.flush()
        return [json.loads(child.stdout.readline()) for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()


async def test_of_calls_in_several_processes_each_is_accepted_once(tmp_path, database_url, messages):
    """The key is in the store, so it does not matter which process answers."""
    told = await asyncio.to_thread(said_by_processes, tmp_path, database_url, 3, 60)
    assert [each["receipts"] for each in told] == [told[0]["receipts"]] * 3
    assert sum(each["accepted"] for each in told) == 60
    known = {(message_id, uuid) for message_id, uuid, _ in await messages()}
    assert known == {tuple(receipt) for call in told[0]["receipts"] for receipt in call}
    assert len(known) == 60


async def test_a_key_is_free_again_after_a_day(acceptor, messages, clock):
    first = await acceptor.accept([a_submission()], a_key("k", "one"))
    clock.advance(DAY)
    assert await acceptor.accept([a_submission()], a_key("k", "one")) == first
    clock.advance(1)
    second = await acceptor.accept([a_submission()], a_key("k", "two"))
    assert second != first
    assert await acceptor.accept([a_submission()], a_key("k", "two")) == second
    assert len(await messages()) == 2


async def test_old_keys_are_removed_in_small_bites(acceptor, keys, clock):
    many = records.MOST_FORGOTTEN + 20
    await asyncio.gather(*(acceptor.accept([a_submission()], a_key(f"old {n}")) for n in range(many)))
    clock.advance(DAY + 1)
    await acceptor.accept([a_submission()])
    assert await keys() == many
    await acceptor.accept([a_submission()], a_key("new"))
    assert await keys() == 21
    await acceptor.accept([a_submission()], a_key("new"))
    assert await keys() == 1


async def test_large_bodies_of_a_repeated_call_are_not_written_to_files(acceptor, tmp_path, messages):
    def files():
        return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]

    head = b"From: ann@example.org\r\n\r\n"
    first = await acceptor.accept([a_submission(body=head + b"x" * INLINE_LIMIT_BYTES)], a_key())
    again = await acceptor.accept([a_submission(body=head + b"y" * INLINE_LIMIT_BYTES)], a_key())
    assert again == first
    assert len(files()) == 1
    with pytest.raises(KeyReusedError):
        await acceptor.accept([a_submission(body=head + b"z" * INLINE_LIMIT_BYTES)], a_key(fingerprint="g"))
    assert len(files()) == 1
    assert len(await messages()) == 1


async def test_a_call_that_cannot_be_stored_leaves_its_key_unused(acceptor, messages, keys):
    with pytest.raises((ValueError, asyncpg.DataError), match="surrogate"):
        await acceptor.accept([a_submission(subject="\ud800")], a_key())
    assert (await messages(), await keys()) == ([], 0)
    await acceptor.accept([a_submission()], a_key())
    assert len(await messages()) == 1


class TestTwoNodes:
    """Two processes over one PostgreSQL."""

    @pytest.fixture
    def database_url(self, postgresql_server):
        return postgresql_server.new_database()

    @pytest.fixture
    async def nodes(self, tmp_path, database, database_url, blobs, clock):
        other = await open_database(tmp_path, database_url)
        yield [
            Acceptor(
                opened,
                blobs,
                IdGenerator(clock, number),
                clock,
                check_room=lambda: None,
                on_accepted=lambda _: None,
            )
            for number, opened in enumerate((database, other))
        ]
        await other.close()

    async def test_calls_of_both_at_once_are_accepted_once(self, nodes, messages):
        found = await asyncio.gather(
            *(node.accept([a_submission()], a_key(f"k{n % 5}")) for n in range(50) for node in nodes)
        )
        assert len(await messages()) == 5
        assert len({each[0][0].message_id for each in found}) == 5

    async def test_many_keys_in_opposite_orders_end_without_a_deadlock(self, nodes, messages):
        numbers = range(60)
        await asyncio.gather(
            *(nodes[0].accept([a_submission()], a_key(f"k{n}")) for n in numbers),
            *(nodes[1].accept([a_submission()], a_key(f"k{n}")) for n in reversed(numbers)),
        )
        assert len(await messages()) == 60

    async def test_old_keys_are_removed_by_both_at_once(self, nodes, keys, clock):
        await asyncio.gather(*(nodes[0].accept([a_submission()], a_key(f"old {n}")) for n in range(150)))
        clock.advance(DAY + 1)
        for turn in range(4):
            await asyncio.gather(*(node.accept([a_submission()], a_key(f"new {turn}")) for node in nodes))
        assert await keys() == 4


accounts = itertools.count(1)
calls = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("fg")), min_size=1, max_size=12)


@given(turns=st.lists(calls, min_size=1, max_size=4))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
async def test_whatever_the_order_of_calls_each_key_has_the_messages_of_one_call(database, tmp_path, turns):
    account_id = next(accounts)
    clock = ManualClock()
    ids = IdGenerator(clock, after=await database.read(largest_message))
    woken = []
    acceptor = Acceptor(
        database,
        DiskBlobs(tmp_path / "blobs"),
        ids,
        clock,
        check_room=lambda: None,
        on_accepted=woken.append,
    )
    owners: dict[str, tuple[str, object]] = {}
    for turn in turns:
        found = await asyncio.gather(
            *(
                acceptor.accept([a_submission(account_id=account_id)], a_key(key, fingerprint, account_id))
                for key, fingerprint in turn
            ),
            return_exceptions=True,
        )
        for (key, fingerprint), receipts in zip(turn, found, strict=True):
            first_fingerprint, first_receipts = owners.setdefault(key, (fingerprint, receipts))
            if fingerprint == first_fingerprint:
                assert receipts == first_receipts
            else:
                assert isinstance(receipts, KeyReusedError)
    assert sum(woken) == len(owners)


def largest_message():
    rows = yield LARGEST()
    return rows[0][0] or 0


LARGEST = Sql(select(func.max(message.c.id)))

"""Queue keys: they keep rank and account, sort as claims need them, and SQL makes the same as Python."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from aerogram.base.ids import MAX_ID
from aerogram.model.message import Rank
from aerogram.store.records.messages.queue_keys import (
    AS_DEFERRED,
    AS_LEASED,
    AS_READY,
    DEFERRED,
    END,
    IS_LEASED,
    LEASED,
    WAITING,
    deferred_key,
    leased_key,
    rank_of,
    ready_key,
)
from aerogram.store.sql import Sql
from aerogram.store.tables import message
from support.queue_rows import message_row, put

RANKS = st.sampled_from(Rank)
ACCOUNTS = st.integers(0, MAX_ID)
MAX_SIGNED = 2**63 - 1


@given(RANKS, ACCOUNTS)
def test_every_key_keeps_its_rank_and_fits_a_signed_number(rank, account_id):
    keys = ready_key(rank, account_id), leased_key(rank), deferred_key(rank)
    assert [rank_of(key) for key in keys] == [rank] * 3
    assert 0 <= keys[0] < LEASED <= keys[1] < DEFERRED <= keys[2] < END <= MAX_SIGNED
    assert set(keys[1:]) <= set(WAITING)


@given(st.tuples(RANKS, ACCOUNTS), st.tuples(RANKS, ACCOUNTS))
def test_ready_keys_sort_by_rank_and_then_by_account_and_are_never_shared(one, other):
    assert (ready_key(*one) < ready_key(*other)) == (one < other)
    assert (ready_key(*one) == ready_key(*other)) == (one == other)


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        (AS_READY, ready_key),
        (AS_LEASED, lambda rank, _: leased_key(rank)),
        (AS_DEFERRED, lambda rank, _: deferred_key(rank)),
    ],
)
async def test_sql_moves_a_message_as_python_does(database, expression, made):
    chance = random.Random(7)
    accounts = [1, MAX_ID, *(chance.randint(1, MAX_ID) for _ in range(20))]
    wanted = [(rank, account_id) for rank in Rank for account_id in accounts]
    rows, expected = [], {}
    for number, (rank, account_id) in enumerate(wanted):
        for key in (ready_key(rank, account_id), leased_key(rank), deferred_key(rank)):
            message_id = len(rows) + 1
            rows.append(message_row(message_id, number + 1, account_id, queue_key=key))
            expected[message_id] = made(rank, account_id)
    await put(database, rows)
    move, find = (
        Sql(update(message).values(queue_key=expression)),
        Sql(select(message.c.id, message.c.queue_key)),
    )

    def unit():
        yield move()
        return dict(map(tuple, (yield find())))

    assert await database.write(unit) == expected


async def test_leased_messages_are_told_from_all_others(database):
    keys = [
        made(rank)
        for rank in Rank
        for made in (lambda rank: ready_key(rank, MAX_ID), leased_key, deferred_key)
    ]
    await put(database, [message_row(n + 1, n + 1, queue_key=key) for n, key in enumerate(keys)])
    find = Sql(select(message.c.queue_key).where(IS_LEASED))

    def unit():
        return [row[0] for row in (yield find())]

    assert sorted(await database.read(unit)) == sorted(map(leased_key, Rank))

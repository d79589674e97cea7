"""Claims from a large queue, on both engines: bounded, fair among any number of accounts, and nothing is missed."""

import pytest

from aerogram.base.clock import SECOND
from aerogram.base.ids import SEQUENCE_BITS
from aerogram.queue.leases import LEASE_MS, Leases
from aerogram.store.records.messages import claims, queue, queue_keys
from support.queue_rows import message_row, put

NODE_2 = 2 << SEQUENCE_BITS


@pytest.fixture
def claim(database, clock):
    """Claim as one process does, with a place that it remembers."""
    place = claims.START

    async def claimed(most, lease=77, held=()):
        nonlocal place
        now = clock.now_ms()
        found = await database.write(
            lambda: claims.claim(now, now + LEASE_MS, lease, most, dict(held), place)
        )
        place = found.place
        return [row[0] for row in found.rows]

    return claimed


def ready(number, account_id=1, **values):
    return message_row(number, number, account_id, **values)


async def test_every_account_has_its_turn_when_there_are_more_than_places(database, clock, claim):
    now = clock.now_ms()
    accounts = range(1, 101)
    await put(database, [ready(each * 10 + n, each, now=now + n) for each in accounts for n in range(3)])
    seen = []
    for _ in range(10):
        found = await claim(10)
        assert len(found) == 10
        seen += [message_id // 10 for message_id in found]
    assert sorted(seen) == list(accounts)


async def test_the_turn_goes_on_from_the_beginning_after_the_last_account(database, clock, claim):
    await put(
        database, [ready(each * 10 + n, each, now=clock.now_ms()) for each in range(1, 6) for n in range(4)]
    )
    seen = []
    while found := await claim(3):
        seen.append([message_id // 10 for message_id in found])
    assert sum(map(len, seen)) == 20
    # Among any five that follow each other, each account has one.
    order = [account for each in seen for account in each]
    assert all(len(set(order[start : start + 5])) == 5 for start in range(0, 20, 5))


async def test_a_lower_rank_goes_first_however_many_accounts_have_mail(database, clock, claim):
    now = clock.now_ms()
    first = [ready(each, each, rank=1, now=now + 5) for each in range(1, 41)]
    later = [ready(1000 + each, 1, rank=4, now=now) for each in range(50)]
    await put(database, later + first)
    assert sorted(await claim(40)) == list(range(1, 41))
    assert await claim(3) == [1000, 1001, 1002]


async def test_the_places_that_one_account_leaves_go_to_the_others(database, clock, claim):
    now = clock.now_ms()
    few = [ready(each, 1, now=now) for each in range(1, 3)]
    some = [ready(each, 2, now=now) for each in range(11, 21)]
    many = [ready(each, 3, now=now) for each in range(100, 200)]
    await put(database, few + some + many)
    found = await claim(60)
    assert len(found) == 60
    assert {1, 2, *range(11, 21)} < set(found)


async def test_one_account_is_served_oldest_first_to_the_last(database, clock, claim):
    await put(database, [ready(number, now=1_000 + number) for number in range(1, 501)])
    served = []
    while found := await claim(37):
        served += found
        clock.advance(100)
    assert served == list(range(1, 501))


async def test_what_was_put_behind_the_place_of_a_claim_is_found_by_the_next_sweep(database, clock, claim):
    now = clock.now_ms()
    await put(database, [ready(1, now=now), ready(2, now=now)])
    assert await claim(1) == [1]
    # Another process dated it long ago and commits it only now.
    await put(database, [ready(3, now=now - 60 * SECOND)])
    assert await claim(1) == [2]
    assert await claim(1) == []
    clock.advance(claims.SWEEP_MS)
    assert await claim(1) == [3]


async def test_mail_that_is_committed_a_little_out_of_order_is_found_at_once(database, clock, claim):
    now = clock.now_ms()
    await put(database, [ready(2, now=now)])
    assert await claim(1) == [2]
    await put(database, [ready(1, now=now - claims.MARGIN_MS + 1)])
    assert await claim(1) == [1]


async def test_a_clock_that_is_set_back_hides_no_mail(database, clock, claim):
    await put(database, [ready(1, now=clock.now_ms())])
    assert await claim(1) == [1]
    clock.advance(-3600 * SECOND)
    await put(database, [ready(2, now=clock.now_ms())])
    assert await claim(1) == [2]


async def test_deferred_mail_waits_for_its_time_and_keeps_its_rank(database, clock, claim):
    now = clock.now_ms()
    later = [
        ready(each, each, queue_key=queue_keys.deferred_key(rank), now=now, due_ms=now + 10 * SECOND)
        for each, rank in ((1, 4), (2, 0))
    ]
    await put(database, [*later, ready(3, 3, rank=2, now=now)])
    assert await claim(1) == [3]
    assert await claim(9) == []
    clock.advance(10 * SECOND)
    assert await claim(1) == [2]
    assert await claim(1) == [1]


async def test_more_deferred_mail_than_one_claim_takes_is_all_found(database, clock, claim):
    due = clock.now_ms() + SECOND
    keys = queue_keys.deferred_key(1)
    await put(database, [ready(each, queue_key=keys, due_ms=due) for each in range(1, 101)])
    assert await claim(5) == []
    clock.advance(SECOND)
    found = []
    while some := await claim(7):
        found += some
    assert sorted(found) == list(range(1, 101))


async def test_the_leases_of_one_dead_process_are_freed_and_no_others(database, clock, claim):
    await put(database, [ready(each, now=clock.now_ms()) for each in range(1, 5)])
    [one] = await claim(1, lease=NODE_2 + 7)
    assert len(await claim(3, lease=(3 << SEQUENCE_BITS) + 7)) == 3
    clock.advance(SECOND)
    await database.write(lambda: queue.free_of(2, 2, clock.now_ms()))
    assert await claim(9) == [one]
    await database.write(lambda: queue.free_of(0, 31, clock.now_ms()))
    assert len(await claim(9)) == 4


async def test_two_processes_take_turns_without_taking_the_same(database, clock, ids):
    await put(database, [ready(each, each % 3 + 1, now=clock.now_ms()) for each in range(1, 91)])
    workers = Leases(database, ids, clock), Leases(database, ids, clock)
    taken = [letter.message_id for _ in range(5) for worker in workers for letter in await worker.claim(9)]
    assert sorted(taken) == list(range(1, 91))

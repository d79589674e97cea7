"""A budget of bytes: who gets room, who waits, and who is refused."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.errors import BusyError
from aerogram.base.in_flight.budget import LOOK_SECONDS, SMALL_BYTES, ByteBudget, sharer_of
from aerogram.base.shared.layout import Number, Table
from support.together import together

MEGABYTE = 1024 * 1024
BUDGET = 8 * MEGABYTE
LARGEST = BUDGET - BUDGET // 8
CLIENTS = ["127.0.0.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", ""]


def test_large_holdings_leave_the_reserve_to_small_ones():
    budget = ByteBudget(BUDGET)
    assert budget.holding("127.0.0.1").set_to(LARGEST)
    assert not budget.holding("127.0.0.1").set_to(SMALL_BYTES + 1)
    small = [budget.holding("127.0.0.1") for _ in range(BUDGET // 8 // SMALL_BYTES + 1)]
    assert [each.set_to(SMALL_BYTES) for each in small] == [True] * (len(small) - 1) + [False]


def test_one_network_has_its_share_and_others_theirs():
    budget = ByteBudget(BUDGET)
    share = BUDGET // 2
    assert budget.holding("192.0.2.1").set_to(share - MEGABYTE)
    assert not budget.holding("192.0.2.1").set_to(MEGABYTE + 1)
    assert budget.holding("192.0.2.1").set_to(SMALL_BYTES), "small ones are always within the share"
    assert budget.holding("192.0.2.2").set_to(share - MEGABYTE)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.1", bytes([192, 0, 2, 1])),
        ("2001:db8::1", bytes.fromhex("20010db800000000")),
        ("2001:db8::ffff:1", bytes.fromhex("20010db800000000")),
        ("2001:db8:0:1::1", bytes.fromhex("20010db800000001")),
        ("::ffff:192.0.2.1", bytes([192, 0, 2, 1])),
        ("127.0.0.1", b""),
        ("127.8.9.1", b""),
        ("::1", b""),
        ("::ffff:127.0.0.1", b""),
        ("", b""),
        ("testclient", b""),
        ("unix:/run/x", b""),
    ],
)
def test_a_share_is_that_of_a_network_and_loopback_has_none(client, network):
    assert sharer_of(client) == network


def test_what_is_larger_than_the_budget_is_granted_alone():
    budget = ByteBudget(BUDGET)
    small = budget.holding("192.0.2.1")
    assert budget.holding("192.0.2.1").set_to(2 * BUDGET)
    assert not small.set_to(1)


def test_a_holding_that_is_refused_keeps_what_it_has():
    budget = ByteBudget(BUDGET)
    other, holding = budget.holding(""), budget.holding("")
    assert holding.set_to(MEGABYTE)
    assert other.set_to(LARGEST - MEGABYTE)
    assert not holding.set_to(2 * MEGABYTE)
    assert (holding.count, budget.used) == (MEGABYTE, LARGEST)
    holding.release()
    holding.release()
    assert budget.used == LARGEST - MEGABYTE


async def test_those_that_wait_are_granted_in_order_when_there_is_room():
    budget = ByteBudget(BUDGET)
    first = budget.holding("")
    assert first.set_to(LARGEST)
    waiting = [budget.holding("") for _ in range(3)]
    granted = []

    async def wait(number):
        await waiting[number].wait_for(3 * MEGABYTE, 5)
        granted.append(number)

    tasks = [asyncio.create_task(wait(number)) for number in range(3)]
    await asyncio.sleep(0)
    first.release()
    await asyncio.sleep(0.01)
    assert granted == [0, 1]
    waiting[0].release()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert budget.used == 6 * MEGABYTE


async def test_bodies_larger_than_a_share_do_not_wait_for_each_other_forever():
    budget = ByteBudget(BUDGET)
    one, two = budget.holding("192.0.2.1"), budget.holding("192.0.2.1")
    assert one.set_to(SMALL_BYTES * 4)
    assert two.set_to(SMALL_BYTES * 4)
    await one.wait_for(10 * BUDGET, 5)
    waiting = asyncio.create_task(two.wait_for(10 * BUDGET, 5))
    await asyncio.sleep(0)
    assert not waiting.done()
    one.release()
    await waiting


async def test_one_that_waits_too_long_is_told_so_and_holds_what_it_held():
    budget = ByteBudget(BUDGET)
    assert budget.holding("").set_to(LARGEST)
    holding = budget.holding("")
    assert holding.set_to(10)
    with pytest.raises(BusyError):
        await holding.wait_for(MEGABYTE, 0.01)
    assert holding.count == 10


async def test_one_that_stops_waiting_is_granted_nothing():
    budget = ByteBudget(BUDGET)
    other, holding = budget.holding(""), budget.holding("")
    assert other.set_to(LARGEST)
    task = asyncio.create_task(holding.wait_for(MEGABYTE, 5))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    other.release()
    assert (holding.count, budget.used) == (0, 0)


def test_it_says_for_how_long_it_has_refused_until_there_is_room(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("aerogram.base.in_flight.budget.time.monotonic", lambda: now[0])
    budget = ByteBudget(BUDGET)
    holding = budget.holding("")
    assert holding.set_to(LARGEST)
    assert budget.refusing_seconds == 0.0
    assert not budget.holding("").set_to(MEGABYTE)
    now[0] += 7
    assert budget.refusing_seconds == 7.0
    holding.release()
    assert budget.refusing_seconds == 0.0


class TestSeveralProcesses:
    """Each counts its own bytes, and grants by those of all."""

    @pytest.fixture
    def budgets(self):
        with together(2) as (_, children):
            yield [of_process(child) for child in children]

    def test_the_budget_is_that_of_all(self, budgets):
        one, other = budgets
        holding = one.holding("127.0.0.1")
        assert holding.set_to(LARGEST)
        assert not other.holding("127.0.0.1").set_to(MEGABYTE)
        assert not other.has_room_for(MEGABYTE, "127.0.0.1")
        small = other.holding("127.0.0.1")
        assert small.set_to(SMALL_BYTES), "the reserve is for small ones everywhere"
        assert (one.used, other.used) == (LARGEST, SMALL_BYTES)
        assert one.used_by_all == other.used_by_all == LARGEST + SMALL_BYTES
        holding.release()
        assert other.holding("127.0.0.1").set_to(MEGABYTE)

    def test_a_network_has_its_share_in_all_together(self, budgets):
        one, other = budgets
        holding = one.holding("192.0.2.1")
        assert holding.set_to(BUDGET // 2 - MEGABYTE)
        assert not other.holding("192.0.2.1").set_to(MEGABYTE + 1)
        assert other.holding("192.0.2.2").set_to(MEGABYTE + 1)
        holding.set_to(SMALL_BYTES)
        assert other.holding("192.0.2.1").set_to(MEGABYTE + 1)

    def test_what_is_larger_than_the_budget_is_granted_when_no_process_holds_anything(self, budgets):
        one, other = budgets
        small = one.holding("")
        assert small.set_to(1)
        assert not other.holding("").set_to(2 * BUDGET)
        small.release()
        assert other.holding("").set_to(2 * BUDGET)

    async def test_those_that_wait_find_the_room_that_another_process_gives_back(self, budgets):
        one, other = budgets
        first = one.holding("")
        assert first.set_to(LARGEST)
        waiting = [other.holding("") for _ in range(2)]
        tasks = [asyncio.create_task(each.wait_for(MEGABYTE, 30)) for each in waiting]
        await asyncio.sleep(3 * LOOK_SECONDS)
        assert not any(task.done() for task in tasks)
        first.release()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)
        assert other.used == 2 * MEGABYTE

    async def test_nobody_looks_when_nobody_waits(self, budgets):
        one, other = budgets
        first = one.holding("")
        assert first.set_to(LARGEST)
        with pytest.raises(BusyError):
            await other.holding("").wait_for(MEGABYTE, LOOK_SECONDS)
        await asyncio.sleep(2 * LOOK_SECONDS)
        assert other._look is None

    def test_refusals_end_when_there_is_room_in_all(self, budgets, monkeypatch):
        now = [100.0]
        monkeypatch.setattr("aerogram.base.in_flight.budget.time.monotonic", lambda: now[0])
        one, other = budgets
        holding = one.holding("")
        assert holding.set_to(LARGEST)
        assert not other.holding("").set_to(MEGABYTE)
        now[0] += 7
        assert (one.refusing_seconds, other.refusing_seconds) == (0.0, 7.0)
        holding.release()
        assert other.refusing_seconds == 0.0

    def test_a_dead_process_holds_nothing(self):
        with together(2) as (supervisor, children):
            one, other = [of_process(child) for child in children]
            assert one.holding("192.0.2.1").set_to(BUDGET // 2)
            supervisor.left(0)
            assert other.used_by_all == 0
            assert other.holding("192.0.2.1").set_to(BUDGET // 2)


def of_process(child):
    return ByteBudget(BUDGET, child.number(Number.BYTES_IN_MEMORY), child.gauges(Table.BYTES_IN_MEMORY))


STEPS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3 * MEGABYTE) | st.integers(0, SMALL_BYTES), st.booleans())
)


@given(STEPS, st.sampled_from([1, 3]))
@settings(deadline=None)
def test_whatever_is_held_and_released_the_sum_is_right_and_within_the_budget(steps, processes):
    with together(processes) as (_, children):
        budgets = [of_process(child) for child in children] if processes > 1 else [ByteBudget(BUDGET)]
        use(budgets, steps)


def use(budgets, steps):
    holdings = [
        budgets[number % len(budgets)].holding(CLIENTS[number % len(CLIENTS)]) for number in range(10)
    ]
    for number, count, releases in steps:
        holding = holdings[number]
        if releases:
            holding.release()
        else:
            holding.set_to(count)
        assert {budget.used_by_all for budget in budgets} == {sum(each.count for each in holdings)}
        assert budgets[0].used_by_all <= BUDGET
        assert sum(each.count for each in holdings if each.count > SMALL_BYTES) <= LARGEST
        for network in {sharer_of(client) for client in CLIENTS} - {b""}:
            mine = [each for each in holdings if sharer_of(each.client) == network]
            large = [each.count for each in mine if each.count > SMALL_BYTES]
            assert sum(large) <= BUDGET // 2 or len(large) == 1
    for holding in holdings:
        holding.release()
    assert not any(budget.used or budget._by_network for budget in budgets)
    assert budgets[0].used_by_all == 0

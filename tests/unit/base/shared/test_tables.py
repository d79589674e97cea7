"""Tables of several processes: a sequence of operations over all of them gives what one dictionary would give."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.shared.layout import SHAPES, WAYS, Table
from aerogram.base.shared.shared import Shared
from aerogram.identity.bounded_counts import BoundedCounts
from support.together import together

WINDOW = 100
LIMIT = 4
KEYS = [b"a", b"b", b"c"]
slot_counts = st.sampled_from([1, 2, 3, 5])
steps = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["do", "do", "do", "do", "forget", "replace"]),
        st.sampled_from(KEYS),
        st.integers(0, 40),
    ),
    max_size=80,
)


class Replaceable:
    """The same table in each child; a child can be replaced by another one that takes its slot."""

    def __init__(self, supervisor, children, make):
        self._supervisor, self._make = supervisor, make
        self.tables = [make(child) for child in children]

    def replace(self, slot):
        self._supervisor.left(slot)
        self.tables[slot] = self._make(Shared.enter(self._supervisor.descriptor, slot))


@given(slot_counts, steps)
@settings(deadline=None)
def test_windows_count_what_one_process_would_count(slots, steps):
    model, now = BoundedCounts(LIMIT, WINDOW), 1000
    with together(slots) as (supervisor, children):
        each = Replaceable(
            supervisor, children, lambda child: child.windows(Table.FAILURES_OF_NAME, LIMIT, WINDOW)
        )
        for number, step, key, pause in steps:
            slot, now = number % slots, now + pause
            if step == "do":
                model.add(key, now)
                each.tables[slot].add(key, now)
            elif step == "forget":
                model.forget(key, now)
                each.tables[slot].forget(key, now)
            else:
                each.replace(slot)
            for table in each.tables:
                assert [table.full_until(key, now) for key in KEYS] == [
                    model.full_until(key, now) for key in KEYS
                ]


@given(slot_counts, steps, st.lists(st.integers(-200, 200), min_size=1, max_size=20))
@settings(deadline=None)
def test_no_window_is_longer_than_it_may_be_when_the_clock_is_set(slots, steps, jumps):
    now = 10_000
    with together(slots) as (_, children):
        tables = [child.windows(Table.FAILURES_OF_NAME, LIMIT, WINDOW) for child in children]
        for number, (slot, _, key, pause) in enumerate(steps):
            now += pause + jumps[number % len(jumps)]
            tables[slot % slots].add(key, now)
            assert all(table.full_until(key, now) <= now + WINDOW for table in tables)


@given(slot_counts, steps)
@settings(deadline=None)
def test_gauges_show_each_what_the_others_hold(slots, steps):
    with together(slots) as (supervisor, children):
        each = Replaceable(supervisor, children, lambda child: child.gauges(Table.CONNECTIONS))
        model = [{} for _ in range(slots)]
        for number, step, key, amount in steps:
            slot = number % slots
            if step == "replace":
                each.replace(slot)
                model[slot] = {}
            else:
                model[slot][key] = 0 if step == "forget" else amount
                each.tables[slot].set(key, model[slot][key])
            for own, table in enumerate(each.tables):
                for asked in KEYS:
                    others = sum(held.get(asked, 0) for other, held in enumerate(model) if other != own)
                    assert table.of_others(asked) == others


@given(slot_counts, steps)
@settings(deadline=None)
def test_moments_show_the_latest_of_all(slots, steps):
    with together(slots) as (supervisor, children):
        each = Replaceable(supervisor, children, lambda child: child.moments(Table.PROVEN_LOGINS))
        model = [{} for _ in range(slots)]
        for number, step, key, moment in steps:
            slot = number % slots
            if step == "do":
                each.tables[slot].put(key, moment + 1)
                model[slot][key] = moment + 1
            elif step == "forget":
                each.tables[slot].forget(key)
                model[slot].pop(key, None)
            else:
                each.replace(slot)
            for table in each.tables:
                for asked in KEYS:
                    known = [held.get(asked, 0) for held in model]
                    assert table.latest(asked, 100) == max(known)
                    assert table.latest(asked, 20) == max((each for each in known if each <= 20), default=0)


PRICE, MOST = 7, 100


@given(slot_counts, steps, st.sampled_from([0, 0, 0, 5000]))
@settings(deadline=None)
def test_rates_are_those_of_one_token_bucket(slots, steps, back):
    paid, now = dict.fromkeys(KEYS, 0), 10_000
    with together(slots) as (supervisor, children):
        each = Replaceable(supervisor, children, lambda child: child.rates(Table.RATES, PRICE, MOST))
        for number, step, key, pause in steps:
            slot, now = number % slots, now + pause // 4
            if step == "replace":
                each.replace(slot)
            elif step == "forget" and back:
                # Whatever is ahead of the clock by more than can be owed is forgotten.
                now, back = now - back, 0
                paid = dict.fromkeys(KEYS, 0)
            else:
                owed_until = max(now, paid[key]) + PRICE
                expected = max(0, owed_until - now - MOST)
                assert each.tables[slot].take(key, now) == expected
                if not expected:
                    paid[key] = owed_until


def keys_of_one_bucket(table, count):
    found, number = {}, 0
    while True:
        key = b"%d" % number
        number += 1
        same = found.setdefault(table._place(key)[1], [])
        same.append(key)
        if len(same) == count:
            return same


@pytest.fixture
def pair():
    with together(2) as (_, children):
        yield children


def test_a_full_bucket_of_windows_forgets_ended_ones_then_the_lowest_count_then_the_oldest(pair):
    table, other = [child.windows(Table.FAILURES_OF_NAME, 3, WINDOW) for child in pair]
    keys = keys_of_one_bucket(table, WAYS + 4)
    high, ended, rest = keys[0], keys[1], keys[2:]
    for _ in range(3):
        table.add(ended, 1000 - WINDOW + 1)
    for key in (high, high, high, *rest[: WAYS - 2]):
        table.add(key, 1000)
    now = 1000 + 1
    assert other.full_until(ended, 1000)
    table.add(rest[WAYS - 2], now)
    assert not other.full_until(ended, 1000)
    for key in rest[: WAYS - 2]:
        # None of these was forgotten: two more make it full.
        assert not other.full_until(key, now)
    table.add(rest[WAYS - 1], now)
    table.add(rest[WAYS - 1], now)
    table.add(rest[WAYS - 1], now)
    assert other.full_until(high, now)
    assert other.full_until(rest[WAYS - 1], now)
    # The oldest of the lowest made room: it needs three again.
    table.add(rest[0], now)
    table.add(rest[0], now)
    assert not other.full_until(rest[0], now)
    # The others kept their one.
    table.add(rest[WAYS - 2], now)
    table.add(rest[WAYS - 2], now)
    assert other.full_until(rest[WAYS - 2], now)


def test_a_full_bucket_of_gauges_keeps_the_highest_amounts(pair):
    table, other = [child.gauges(Table.PASSWORDS) for child in pair]
    keys = keys_of_one_bucket(table, WAYS + 2)
    for amount, key in enumerate(keys[:WAYS], start=5):
        table.set(key, amount)
    table.set(keys[WAYS], 1)
    assert other.of_others(keys[WAYS]) == 0
    table.set(keys[WAYS + 1], 50)
    assert [other.of_others(key) for key in keys] == [0, *range(6, 5 + WAYS), 0, 50]
    table.set(keys[1], 0)
    table.set(keys[WAYS], 1)
    assert other.of_others(keys[WAYS]) == 1


def test_a_full_bucket_of_moments_forgets_the_earliest(pair):
    table, other = [child.moments(Table.PROVEN_LOGINS) for child in pair]
    keys = keys_of_one_bucket(table, WAYS + 1)
    for moment, key in enumerate(keys, start=10):
        table.put(key, moment)
    assert [other.latest(key, 1000) for key in keys] == [0, *range(11, 11 + WAYS)]


def test_a_full_bucket_of_rates_forgets_what_is_paid_for_first(pair):
    table, other = [child.rates(Table.RATES, PRICE, PRICE) for child in pair]
    keys = keys_of_one_bucket(table, WAYS + 1)
    for number, key in enumerate(keys):
        assert table.take(key, 1000 + number) == 0
    now = 1000 + PRICE - 1
    assert [other.take(key, now) for key in keys[1 : PRICE - 1]] == list(range(2, PRICE))
    assert other.take(keys[0], now) == 0


def test_a_flood_of_keys_displaces_none_with_a_higher_count(pair):
    table, other = [child.windows(Table.FAILURES_OF_PAIR, 3, WINDOW) for child in pair]
    guessed = [b"guessed %d" % number for number in range(50)]
    for key in guessed:
        for _ in range(3):
            table.add(key, 1000)
    for number in range(SHAPES[Table.FAILURES_OF_PAIR].buckets * WAYS):
        table.add(b"invented %d" % number, 1000)
    assert all(other.full_until(key, 1000) for key in guessed)


def test_most_keys_of_a_table_that_is_filled_as_intended_are_kept(pair):
    table, other = [child.gauges(Table.CONNECTIONS) for child in pair]
    numbers = random.Random(7)
    keys = [numbers.randbytes(4) for _ in range(6000)]
    for key in keys:
        table.set(key, 1)
    assert sum(other.of_others(key) for key in keys) > 5990

"""What one receiver may be told, and when: without sockets, stores or clocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import DAY, HOUR, SECOND
from aerogram.model.event import EventKind
from aerogram.model.webhook_event import WebhookEvent
from aerogram.reporting.webhooks.schedule import (
    FAILURES_TO_PAUSE,
    MAX_GROUP,
    MAX_IN_FLIGHT,
    MAX_WAITING,
    Schedule,
    Timings,
)
from aerogram.store.records.webhooks.outbox import PARKED_MS, Entry

NOW = 1_800_000_000_000
RETRY = 30 * SECOND
SINGLE, GROUPED = 1, 2


def entry(event_id, message_id=None, *, callback_id=SINGLE, attempts=0, due_ms=NOW, created_ms=NOW):
    return Entry(
        callback_id=callback_id,
        attempts=attempts,
        due_ms=due_ms,
        created_ms=created_ms,
        event=WebhookEvent(
            event_id=event_id,
            kind=EventKind.SENT,
            at_ms=NOW,
            message_id=event_id if message_id is None else message_id,
            uuid="",
            recipient="a@example.net",
        ),
    )


def a_schedule(entries=(), **options):
    schedule = Schedule(Timings(), **options)
    schedule.serve([SINGLE, GROUPED], frozenset([GROUPED]))
    schedule.offer(list(entries), NOW)
    return schedule


def read(schedule, entries, now):
    """What the caller does when it reads a page of the outbox."""
    schedule.begin_read()
    schedule.offer(list(entries), now)


def ids(batch):
    return [each.event.event_id for each in batch.entries] if batch else None


def tell(schedule, batch, now=NOW):
    was_failing = schedule.delivered(now)
    schedule.settle(batch)
    return was_failing


def refuse(schedule, batch, now=NOW):
    effect = schedule.failed(batch, now)
    schedule.settle(batch)
    return effect


def batches(schedule, now=NOW):
    found = []
    while batch := schedule.next_batch(now):
        found.append(batch)
    return found


# Order


def test_events_are_told_oldest_first():
    schedule = a_schedule([entry(1), entry(2), entry(3)])
    assert [ids(batch) for batch in batches(schedule)] == [[1], [2], [3]]


def test_so_many_calls_are_under_way_and_no_more():
    schedule = a_schedule([entry(number) for number in range(20)])
    assert len(batches(schedule)) == MAX_IN_FLIGHT
    assert not schedule.wants_more(NOW)


def test_the_next_event_of_a_message_waits_until_the_first_is_settled():
    schedule = a_schedule([entry(1, 7), entry(2, 7), entry(3, 8)])
    first, other = batches(schedule)
    assert (ids(first), ids(other)) == ([1], [3])
    schedule.delivered(NOW)
    assert schedule.next_batch(NOW) is None
    schedule.settle(first)
    assert ids(schedule.next_batch(NOW)) == [2]


def test_the_next_event_of_a_message_waits_while_the_first_is_refused():
    schedule = a_schedule([entry(1, 7), entry(2, 7)])
    refuse(schedule, schedule.next_batch(NOW))
    again = entry(1, 7, attempts=1, due_ms=NOW + RETRY)
    read(schedule, [again, entry(2, 7)], NOW + 1)
    assert schedule.next_batch(NOW + 1) is None
    # The successor may be read alone, from a later page: it still may not overtake.
    read(schedule, [entry(2, 7)], NOW + RETRY)
    assert schedule.next_batch(NOW + RETRY) is None
    read(schedule, [again, entry(2, 7)], NOW + RETRY)
    assert ids(schedule.next_batch(NOW + RETRY)) == [1]


def test_an_event_that_was_refused_before_a_restart_still_goes_first():
    schedule = a_schedule([entry(1, 7, attempts=3, due_ms=NOW + 1000), entry(2, 7)])
    assert schedule.next_batch(NOW) is None
    assert schedule.wake_at_ms(NOW) == NOW + 1000


def test_an_event_that_another_process_committed_late_goes_before_newer_ones():
    schedule = a_schedule([entry(5)])
    read(schedule, [entry(3)], NOW)
    assert [ids(batch) for batch in batches(schedule)] == [[3], [5]]


def test_what_is_under_way_is_not_taken_twice():
    schedule = a_schedule([entry(1)])
    batch = schedule.next_batch(NOW)
    schedule.begin_read()
    schedule.offer([entry(1)], NOW)
    assert schedule.next_batch(NOW) is None
    schedule.settle(batch)


def test_what_was_told_while_the_outbox_was_read_is_not_taken_for_new():
    schedule = a_schedule([entry(1)])
    batch = schedule.next_batch(NOW)
    schedule.begin_read()
    tell(schedule, batch)
    schedule.offer([entry(1)], NOW)
    assert schedule.next_batch(NOW) is None


# Grouping


def test_an_array_waits_a_second_for_company():
    schedule = a_schedule([entry(1, callback_id=GROUPED), entry(2, callback_id=GROUPED)])
    assert schedule.next_batch(NOW + 999) is None
    assert schedule.wake_at_ms(NOW) == NOW + 1000
    batch = schedule.next_batch(NOW + 1000)
    assert (ids(batch), batch.is_grouped) == ([1, 2], True)


def test_a_full_array_does_not_wait():
    schedule = a_schedule([entry(number, callback_id=GROUPED) for number in range(MAX_GROUP + 1)])
    assert len(ids(schedule.next_batch(NOW))) == MAX_GROUP
    assert schedule.next_batch(NOW) is None


def test_events_of_one_message_share_an_array_in_their_order():
    schedule = a_schedule([entry(1, 7, callback_id=GROUPED), entry(2, 7, callback_id=GROUPED)])
    assert ids(schedule.next_batch(NOW + SECOND)) == [1, 2]


def test_a_single_event_does_not_overtake_its_message_in_an_array():
    schedule = a_schedule([entry(1, 7, callback_id=GROUPED), entry(2, 7), entry(3, 8)])
    assert ids(schedule.next_batch(NOW)) == [3]
    assert schedule.next_batch(NOW) is None
    assert ids(schedule.next_batch(NOW + SECOND)) == [1]


def test_an_event_that_a_receiver_cannot_take_parts_from_its_company():
    entries = [entry(number, callback_id=GROUPED) for number in range(MAX_GROUP)]
    schedule, now, told = a_schedule(entries), NOW, []
    attempts = dict.fromkeys(range(MAX_GROUP), 0)
    for _ in range(7):
        now += RETRY
        read(
            schedule,
            [
                entry(number, callback_id=GROUPED, attempts=made, due_ms=NOW)
                for number, made in attempts.items()
                if number not in told
            ],
            now,
        )
        for batch in batches(schedule, now):
            if 42 in ids(batch):
                for _, made, _, event_id in refuse(schedule, batch, now).postponed:
                    attempts[event_id] = made
            else:
                told += ids(batch)
                tell(schedule, batch, now)
    assert sorted(told) == [number for number in range(MAX_GROUP) if number != 42]


# Refusals


def test_a_refused_event_is_told_again_after_thirty_seconds():
    schedule = a_schedule([entry(1)])
    effect = refuse(schedule, schedule.next_batch(NOW))
    assert effect.postponed == [(NOW + RETRY, 1, SINGLE, 1)]
    assert (effect.is_first, effect.is_dead) == (True, False)
    assert schedule.wake_at_ms(NOW) == NOW + RETRY


def test_a_refused_event_does_not_hold_back_other_messages():
    schedule = a_schedule([entry(1)])
    refuse(schedule, schedule.next_batch(NOW))
    read(schedule, [entry(2)], NOW)
    assert ids(schedule.next_batch(NOW)) == [2]


def test_a_receiver_that_refuses_everything_is_left_alone_and_then_asked_with_one_event():
    schedule = a_schedule([entry(number) for number in range(50)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(schedule, schedule.next_batch(NOW))
    assert schedule.next_batch(NOW) is None
    assert not schedule.wants_more(NOW)
    assert schedule.wake_at_ms(NOW) == NOW + RETRY
    assert len(batches(schedule, NOW + RETRY)) == 1


def test_a_hanging_receiver_sees_fewer_than_twenty_calls_before_it_is_left_alone():
    schedule, calls = a_schedule([entry(number) for number in range(100)]), 0
    under_way = batches(schedule)
    while under_way:
        calls += 1
        refuse(schedule, under_way.pop(0))
        under_way += batches(schedule)
    assert calls <= 20


def test_one_answer_opens_the_road_again():
    schedule = a_schedule([entry(number) for number in range(50)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(schedule, schedule.next_batch(NOW))
    (probe,) = batches(schedule, NOW + RETRY)
    assert tell(schedule, probe, NOW + RETRY) is True
    assert len(batches(schedule, NOW + RETRY)) == MAX_IN_FLIGHT


def test_a_receiver_that_was_well_has_nothing_to_recover_from():
    schedule = a_schedule([entry(1)])
    assert tell(schedule, schedule.next_batch(NOW)) is False


def fail_until(schedule, since, until):
    now, effect = since, None
    while now <= until:
        read(schedule, [entry(1, attempts=1, due_ms=0)], now)
        batch = schedule.next_batch(now)
        if batch:
            effect = refuse(schedule, batch, now)
        now += RETRY
    return effect


def test_a_day_after_the_first_failure_the_url_is_dead():
    schedule = a_schedule()
    assert not fail_until(schedule, NOW, NOW + DAY - RETRY).is_dead
    read(schedule, [entry(1, attempts=1, due_ms=0)], NOW + DAY)
    assert refuse(schedule, schedule.next_batch(NOW + DAY), NOW + DAY).is_dead
    assert schedule.is_dead
    assert schedule.next_batch(NOW + 2 * DAY) is None
    assert schedule.wake_at_ms(NOW + DAY) is None


def test_the_day_is_counted_on_after_a_restart():
    schedule = a_schedule([entry(1, attempts=9)], failing_since_ms=NOW - DAY)
    assert refuse(schedule, schedule.next_batch(NOW)).is_dead


def test_a_success_begins_a_new_day():
    schedule = a_schedule([entry(1)], failing_since_ms=NOW - DAY + 1)
    tell(schedule, schedule.next_batch(NOW))
    read(schedule, [entry(2)], NOW)
    assert not refuse(schedule, schedule.next_batch(NOW), NOW + HOUR).is_dead


def test_a_new_event_gives_a_dead_url_one_chance():
    schedule = a_schedule([entry(1, attempts=5)], failing_since_ms=NOW - DAY, is_dead=True)
    assert schedule.next_batch(NOW) is None
    schedule.give_chance(NOW)
    assert ids(schedule.next_batch(NOW)) == [1]
    assert schedule.next_batch(NOW) is None


def test_chances_come_no_faster_than_retries():
    schedule = a_schedule([entry(1, attempts=5), entry(2)], failing_since_ms=NOW - DAY, is_dead=True)
    schedule.give_chance(NOW)
    effect = refuse(schedule, schedule.next_batch(NOW))
    assert not effect.is_dead
    schedule.give_chance(NOW + 1)
    assert schedule.next_batch(NOW + 1) is None
    assert schedule.wake_at_ms(NOW + 1) == NOW + RETRY
    assert schedule.next_batch(NOW + RETRY)


def test_an_answer_brings_a_dead_url_back():
    schedule = a_schedule([entry(1), entry(2)], failing_since_ms=NOW - DAY, is_dead=True)
    schedule.give_chance(NOW)
    assert tell(schedule, schedule.next_batch(NOW)) is True
    assert not schedule.is_dead
    assert schedule.next_batch(NOW)


def test_an_event_refused_for_a_day_by_a_receiver_that_takes_others_is_parked():
    schedule = a_schedule([entry(1)])
    tell(schedule, schedule.next_batch(NOW))
    attempts = DAY // RETRY - 1
    read(schedule, [entry(2, attempts=attempts), entry(3, 2)], NOW)
    effect = refuse(schedule, schedule.next_batch(NOW))
    assert effect.parked == [2]
    assert effect.postponed == [(PARKED_MS, attempts + 1, SINGLE, 2)]
    # Its message goes on without it.
    assert ids(schedule.next_batch(NOW)) == [3]


def test_no_event_is_parked_while_its_receiver_refuses_everything():
    schedule = a_schedule([entry(1, attempts=DAY // RETRY)])
    assert refuse(schedule, schedule.next_batch(NOW)).parked == []


def test_a_flood_of_refusals_keeps_memory_bounded_and_retries_going():
    schedule = a_schedule()
    for number in range(MAX_WAITING + 50):
        read(schedule, [entry(number)], NOW)
        if batch := schedule.next_batch(NOW):
            refuse(schedule, batch)
            schedule.delivered(NOW)
    assert schedule.is_full
    assert schedule.next_batch(NOW) is None
    assert schedule.wants_more(NOW)
    later = NOW + RETRY
    read(schedule, [entry(0, attempts=1, due_ms=later), entry(1_000_000)], later)
    assert ids(schedule.next_batch(later)) == [0]


def test_a_clock_that_is_set_back_delays_nothing():
    schedule = a_schedule([entry(number) for number in range(FAILURES_TO_PAUSE)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(schedule, schedule.next_batch(NOW + DAY), NOW + DAY)
    read(schedule, [entry(0, attempts=1, due_ms=NOW + DAY + RETRY)], NOW)
    assert ids(schedule.next_batch(NOW)) == [0]


def test_rows_deleted_with_their_callback_are_not_waited_for():
    schedule = a_schedule([entry(1, 7)])
    refuse(schedule, schedule.next_batch(NOW))
    schedule.serve([GROUPED], frozenset([GROUPED]))
    read(schedule, [entry(2, 7, callback_id=GROUPED)], NOW)
    assert ids(schedule.next_batch(NOW + SECOND)) == [2]


# Whatever happens


@pytest.mark.parametrize("grouped", [frozenset(), frozenset([GROUPED]), frozenset([SINGLE, GROUPED])])
@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.sampled_from([SINGLE, GROUPED])), min_size=1, max_size=12),
    answers=st.lists(st.booleans(), max_size=40),
    latest_first=st.booleans(),
)
def test_every_event_is_told_and_each_message_in_order(grouped, rows, answers, latest_first):
    outbox = {
        number: entry(number, message_id, callback_id=callback_id)
        for number, (message_id, callback_id) in enumerate(rows)
    }
    schedule = Schedule(Timings())
    schedule.serve([SINGLE, GROUPED], grouped)
    told, now, left = [], NOW, list(answers)
    for _ in range(200):
        if not outbox:
            break
        schedule.begin_read()
        read(schedule, list(outbox.values()), now)
        under_way = batches(schedule, now)
        for batch in reversed(under_way) if latest_first else under_way:
            if left.pop() if left else True:
                told += ids(batch)
                tell(schedule, batch, now)
                for number in ids(batch):
                    del outbox[number]
            else:
                for due_ms, made, callback_id, number in refuse(schedule, batch, now).postponed:
                    message_id = outbox[number].event.message_id
                    outbox[number] = entry(
                        number, message_id, callback_id=callback_id, attempts=made, due_ms=due_ms
                    )
        now += RETRY // 3
    assert not outbox
    for message in {message for message, _ in rows}:
        in_order = [number for number in told if rows[number][0] == message]
        assert in_order == sorted(in_order)

"""What one receiver may be told, and when: without sockets, stores or clocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import DAY, HOUR, SECOND
from aerogram.model.announcement import Announcement
from aerogram.model.event import EventKind
from aerogram.reporting.webhooks.lane import (
    FAILURES_TO_PAUSE,
    MAX_GROUP,
    MAX_IN_FLIGHT,
    MAX_WAITING,
    Lane,
    Timings,
)
from aerogram.store.records.callback_journal import PARKED_MS, Entry

NOW = 1_800_000_000_000
RETRY = 30 * SECOND
SINGLE, GROUPED = 1, 2


def entry(event_id, message_id=None, *, callback_id=SINGLE, attempts=0, due_ms=NOW, created_ms=NOW):
    return Entry(
        callback_id=callback_id,
        attempts=attempts,
        due_ms=due_ms,
        created_ms=created_ms,
        announcement=Announcement(
            event_id=event_id,
            kind=EventKind.SENT,
            at_ms=NOW,
            message_id=event_id if message_id is None else message_id,
            uuid="",
            recipient="a@example.net",
        ),
    )


def a_lane(entries=(), **options):
    lane = Lane(Timings(), **options)
    lane.serve([SINGLE, GROUPED], frozenset([GROUPED]))
    lane.offer(list(entries), NOW)
    return lane


def read(lane, entries, now):
    """What the caller does when it reads a page of the journal."""
    lane.begin_read()
    lane.offer(list(entries), now)


def ids(parcel):
    return [each.announcement.event_id for each in parcel.entries] if parcel else None


def tell(lane, parcel, now=NOW):
    was_failing = lane.told(now)
    lane.settle(parcel)
    return was_failing


def refuse(lane, parcel, now=NOW):
    verdict = lane.refused(parcel, now)
    lane.settle(parcel)
    return verdict


def parcels(lane, now=NOW):
    found = []
    while parcel := lane.next_parcel(now):
        found.append(parcel)
    return found


# Order


def test_events_are_told_oldest_first():
    lane = a_lane([entry(1), entry(2), entry(3)])
    assert [ids(parcel) for parcel in parcels(lane)] == [[1], [2], [3]]


def test_so_many_calls_are_under_way_and_no_more():
    lane = a_lane([entry(number) for number in range(20)])
    assert len(parcels(lane)) == MAX_IN_FLIGHT
    assert not lane.wants_more(NOW)


def test_the_next_event_of_a_message_waits_until_the_first_is_settled():
    lane = a_lane([entry(1, 7), entry(2, 7), entry(3, 8)])
    first, other = parcels(lane)
    assert (ids(first), ids(other)) == ([1], [3])
    lane.told(NOW)
    assert lane.next_parcel(NOW) is None
    lane.settle(first)
    assert ids(lane.next_parcel(NOW)) == [2]


def test_the_next_event_of_a_message_waits_while_the_first_is_refused():
    lane = a_lane([entry(1, 7), entry(2, 7)])
    refuse(lane, lane.next_parcel(NOW))
    again = entry(1, 7, attempts=1, due_ms=NOW + RETRY)
    read(lane, [again, entry(2, 7)], NOW + 1)
    assert lane.next_parcel(NOW + 1) is None
    # The successor may be read alone, from a later page: it still may not overtake.
    read(lane, [entry(2, 7)], NOW + RETRY)
    assert lane.next_parcel(NOW + RETRY) is None
    read(lane, [again, entry(2, 7)], NOW + RETRY)
    assert ids(lane.next_parcel(NOW + RETRY)) == [1]


def test_an_event_that_was_refused_before_a_restart_still_goes_first():
    lane = a_lane([entry(1, 7, attempts=3, due_ms=NOW + 1000), entry(2, 7)])
    assert lane.next_parcel(NOW) is None
    assert lane.wake_at_ms(NOW) == NOW + 1000


def test_an_event_that_another_process_committed_late_goes_before_newer_ones():
    lane = a_lane([entry(5)])
    read(lane, [entry(3)], NOW)
    assert [ids(parcel) for parcel in parcels(lane)] == [[3], [5]]


def test_what_is_under_way_is_not_taken_twice():
    lane = a_lane([entry(1)])
    parcel = lane.next_parcel(NOW)
    lane.begin_read()
    lane.offer([entry(1)], NOW)
    assert lane.next_parcel(NOW) is None
    lane.settle(parcel)


def test_what_was_told_while_the_journal_was_read_is_not_taken_for_new():
    lane = a_lane([entry(1)])
    parcel = lane.next_parcel(NOW)
    lane.begin_read()
    tell(lane, parcel)
    lane.offer([entry(1)], NOW)
    assert lane.next_parcel(NOW) is None


# Grouping


def test_an_array_waits_a_second_for_company():
    lane = a_lane([entry(1, callback_id=GROUPED), entry(2, callback_id=GROUPED)])
    assert lane.next_parcel(NOW + 999) is None
    assert lane.wake_at_ms(NOW) == NOW + 1000
    parcel = lane.next_parcel(NOW + 1000)
    assert (ids(parcel), parcel.is_grouped) == ([1, 2], True)


def test_a_full_array_does_not_wait():
    lane = a_lane([entry(number, callback_id=GROUPED) for number in range(MAX_GROUP + 1)])
    assert len(ids(lane.next_parcel(NOW))) == MAX_GROUP
    assert lane.next_parcel(NOW) is None


def test_events_of_one_message_share_an_array_in_their_order():
    lane = a_lane([entry(1, 7, callback_id=GROUPED), entry(2, 7, callback_id=GROUPED)])
    assert ids(lane.next_parcel(NOW + SECOND)) == [1, 2]


def test_a_single_event_does_not_overtake_its_message_in_an_array():
    lane = a_lane([entry(1, 7, callback_id=GROUPED), entry(2, 7), entry(3, 8)])
    assert ids(lane.next_parcel(NOW)) == [3]
    assert lane.next_parcel(NOW) is None
    assert ids(lane.next_parcel(NOW + SECOND)) == [1]


def test_an_event_that_a_receiver_cannot_take_parts_from_its_company():
    entries = [entry(number, callback_id=GROUPED) for number in range(MAX_GROUP)]
    lane, now, told = a_lane(entries), NOW, []
    attempts = dict.fromkeys(range(MAX_GROUP), 0)
    for _ in range(7):
        now += RETRY
        read(
            lane,
            [
                entry(number, callback_id=GROUPED, attempts=made, due_ms=NOW)
                for number, made in attempts.items()
                if number not in told
            ],
            now,
        )
        for parcel in parcels(lane, now):
            if 42 in ids(parcel):
                for _, made, _, event_id in refuse(lane, parcel, now).postponed:
                    attempts[event_id] = made
            else:
                told += ids(parcel)
                tell(lane, parcel, now)
    assert sorted(told) == [number for number in range(MAX_GROUP) if number != 42]


# Refusals


def test_a_refused_event_is_told_again_after_thirty_seconds():
    lane = a_lane([entry(1)])
    verdict = refuse(lane, lane.next_parcel(NOW))
    assert verdict.postponed == [(NOW + RETRY, 1, SINGLE, 1)]
    assert (verdict.is_first, verdict.is_dead) == (True, False)
    assert lane.wake_at_ms(NOW) == NOW + RETRY


def test_a_refused_event_does_not_hold_back_other_messages():
    lane = a_lane([entry(1)])
    refuse(lane, lane.next_parcel(NOW))
    read(lane, [entry(2)], NOW)
    assert ids(lane.next_parcel(NOW)) == [2]


def test_a_receiver_that_refuses_everything_is_left_alone_and_then_asked_with_one_event():
    lane = a_lane([entry(number) for number in range(50)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(lane, lane.next_parcel(NOW))
    assert lane.next_parcel(NOW) is None
    assert not lane.wants_more(NOW)
    assert lane.wake_at_ms(NOW) == NOW + RETRY
    assert len(parcels(lane, NOW + RETRY)) == 1


def test_a_hanging_receiver_sees_fewer_than_twenty_calls_before_it_is_left_alone():
    lane, calls = a_lane([entry(number) for number in range(100)]), 0
    under_way = parcels(lane)
    while under_way:
        calls += 1
        refuse(lane, under_way.pop(0))
        under_way += parcels(lane)
    assert calls <= 20


def test_one_answer_opens_the_road_again():
    lane = a_lane([entry(number) for number in range(50)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(lane, lane.next_parcel(NOW))
    (probe,) = parcels(lane, NOW + RETRY)
    assert tell(lane, probe, NOW + RETRY) is True
    assert len(parcels(lane, NOW + RETRY)) == MAX_IN_FLIGHT


def test_a_receiver_that_was_well_has_nothing_to_recover_from():
    lane = a_lane([entry(1)])
    assert tell(lane, lane.next_parcel(NOW)) is False


def fail_until(lane, since, until):
    now, verdict = since, None
    while now <= until:
        read(lane, [entry(1, attempts=1, due_ms=0)], now)
        parcel = lane.next_parcel(now)
        if parcel:
            verdict = refuse(lane, parcel, now)
        now += RETRY
    return verdict


def test_a_day_after_the_first_failure_the_url_is_dead():
    lane = a_lane()
    assert not fail_until(lane, NOW, NOW + DAY - RETRY).is_dead
    read(lane, [entry(1, attempts=1, due_ms=0)], NOW + DAY)
    assert refuse(lane, lane.next_parcel(NOW + DAY), NOW + DAY).is_dead
    assert lane.is_dead
    assert lane.next_parcel(NOW + 2 * DAY) is None
    assert lane.wake_at_ms(NOW + DAY) is None


def test_the_day_is_counted_on_after_a_restart():
    lane = a_lane([entry(1, attempts=9)], failing_since_ms=NOW - DAY)
    assert refuse(lane, lane.next_parcel(NOW)).is_dead


def test_a_success_begins_a_new_day():
    lane = a_lane([entry(1)], failing_since_ms=NOW - DAY + 1)
    tell(lane, lane.next_parcel(NOW))
    read(lane, [entry(2)], NOW)
    assert not refuse(lane, lane.next_parcel(NOW), NOW + HOUR).is_dead


def test_a_new_event_gives_a_dead_url_one_chance():
    lane = a_lane([entry(1, attempts=5)], failing_since_ms=NOW - DAY, is_dead=True)
    assert lane.next_parcel(NOW) is None
    lane.give_chance(NOW)
    assert ids(lane.next_parcel(NOW)) == [1]
    assert lane.next_parcel(NOW) is None


def test_chances_come_no_faster_than_retries():
    lane = a_lane([entry(1, attempts=5), entry(2)], failing_since_ms=NOW - DAY, is_dead=True)
    lane.give_chance(NOW)
    verdict = refuse(lane, lane.next_parcel(NOW))
    assert not verdict.is_dead
    lane.give_chance(NOW + 1)
    assert lane.next_parcel(NOW + 1) is None
    assert lane.wake_at_ms(NOW + 1) == NOW + RETRY
    assert lane.next_parcel(NOW + RETRY)


def test_an_answer_brings_a_dead_url_back():
    lane = a_lane([entry(1), entry(2)], failing_since_ms=NOW - DAY, is_dead=True)
    lane.give_chance(NOW)
    assert tell(lane, lane.next_parcel(NOW)) is True
    assert not lane.is_dead
    assert lane.next_parcel(NOW)


def test_an_event_refused_for_a_day_by_a_receiver_that_takes_others_is_parked():
    lane = a_lane([entry(1)])
    tell(lane, lane.next_parcel(NOW))
    attempts = DAY // RETRY - 1
    read(lane, [entry(2, attempts=attempts), entry(3, 2)], NOW)
    verdict = refuse(lane, lane.next_parcel(NOW))
    assert verdict.parked == [2]
    assert verdict.postponed == [(PARKED_MS, attempts + 1, SINGLE, 2)]
    # Its message goes on without it.
    assert ids(lane.next_parcel(NOW)) == [3]


def test_no_event_is_parked_while_its_receiver_refuses_everything():
    lane = a_lane([entry(1, attempts=DAY // RETRY)])
    assert refuse(lane, lane.next_parcel(NOW)).parked == []


def test_a_flood_of_refusals_keeps_memory_bounded_and_retries_going():
    lane = a_lane()
    for number in range(MAX_WAITING + 50):
        read(lane, [entry(number)], NOW)
        if parcel := lane.next_parcel(NOW):
            refuse(lane, parcel)
            lane.told(NOW)
    assert lane.is_full
    assert lane.next_parcel(NOW) is None
    assert lane.wants_more(NOW)
    later = NOW + RETRY
    read(lane, [entry(0, attempts=1, due_ms=later), entry(1_000_000)], later)
    assert ids(lane.next_parcel(later)) == [0]


def test_a_clock_that_is_set_back_delays_nothing():
    lane = a_lane([entry(number) for number in range(FAILURES_TO_PAUSE)])
    for _ in range(FAILURES_TO_PAUSE):
        refuse(lane, lane.next_parcel(NOW + DAY), NOW + DAY)
    read(lane, [entry(0, attempts=1, due_ms=NOW + DAY + RETRY)], NOW)
    assert ids(lane.next_parcel(NOW)) == [0]


def test_rows_deleted_with_their_callback_are_not_waited_for():
    lane = a_lane([entry(1, 7)])
    refuse(lane, lane.next_parcel(NOW))
    lane.serve([GROUPED], frozenset([GROUPED]))
    read(lane, [entry(2, 7, callback_id=GROUPED)], NOW)
    assert ids(lane.next_parcel(NOW + SECOND)) == [2]


# Whatever happens


@pytest.mark.parametrize("grouped", [frozenset(), frozenset([GROUPED]), frozenset([SINGLE, GROUPED])])
@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.sampled_from([SINGLE, GROUPED])), min_size=1, max_size=12),
    answers=st.lists(st.booleans(), max_size=40),
    latest_first=st.booleans(),
)
def test_every_event_is_told_and_each_message_in_order(grouped, rows, answers, latest_first):
    journal = {
        number: entry(number, message_id, callback_id=callback_id)
        for number, (message_id, callback_id) in enumerate(rows)
    }
    lane = Lane(Timings())
    lane.serve([SINGLE, GROUPED], grouped)
    told, now, left = [], NOW, list(answers)
    for _ in range(200):
        if not journal:
            break
        lane.begin_read()
        read(lane, list(journal.values()), now)
        under_way = parcels(lane, now)
        for parcel in reversed(under_way) if latest_first else under_way:
            if left.pop() if left else True:
                told += ids(parcel)
                tell(lane, parcel, now)
                for number in ids(parcel):
                    del journal[number]
            else:
                for due_ms, made, callback_id, number in refuse(lane, parcel, now).postponed:
                    message_id = journal[number].announcement.message_id
                    journal[number] = entry(
                        number, message_id, callback_id=callback_id, attempts=made, due_ms=due_ms
                    )
        now += RETRY // 3
    assert not journal
    for message in {message for message, _ in rows}:
        in_order = [number for number in told if rows[number][0] == message]
        assert in_order == sorted(in_order)

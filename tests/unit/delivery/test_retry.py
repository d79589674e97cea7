from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import DAY, HOUR, MINUTE, SECOND
from aerogram.delivery.retry import DEFAULT_SCHEDULE, Schedule, next_attempt

ACCEPTED = 1_800_000_000_000


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, 5 * MINUTE), (2, 10 * MINUTE), (3, 20 * MINUTE), (4, 40 * MINUTE), (5, HOUR), (6, 2 * HOUR),
     (7, 4 * HOUR), (8, 4 * HOUR), (30, 4 * HOUR)],
)  # fmt: skip
def test_waits_grow_to_four_hours_and_move_by_a_tenth_at_most(attempts, wait):
    moment = next_attempt(17, attempts, ACCEPTED, ACCEPTED, DEFAULT_SCHEDULE)
    assert 0.9 * wait <= moment - ACCEPTED <= 1.1 * wait


def test_messages_deferred_together_come_back_apart():
    moments = {next_attempt(1000 + n, 1, ACCEPTED, ACCEPTED, DEFAULT_SCHEDULE) for n in range(1000)}
    assert len(moments) > 500
    spread = [moment - ACCEPTED - 5 * MINUTE for moment in moments]
    assert min(spread) < -25 * SECOND
    assert max(spread) > 25 * SECOND


def test_the_same_attempt_gets_the_same_moment():
    first = next_attempt(17, 3, ACCEPTED, ACCEPTED + HOUR, DEFAULT_SCHEDULE)
    assert first == next_attempt(17, 3, ACCEPTED, ACCEPTED + HOUR, DEFAULT_SCHEDULE)


def test_the_last_attempt_is_at_expiry_and_none_comes_after():
    expiry = ACCEPTED + 5 * DAY
    assert next_attempt(17, 40, ACCEPTED, expiry - HOUR, DEFAULT_SCHEDULE) == expiry
    assert next_attempt(17, 41, ACCEPTED, expiry, DEFAULT_SCHEDULE) is None


def test_a_clock_that_was_set_back_does_not_expire_a_message():
    now = ACCEPTED - DAY
    assert next_attempt(17, 1, ACCEPTED, now, DEFAULT_SCHEDULE) > now


schedules = st.builds(
    lambda waits, expire: Schedule(waits_ms=tuple(waits), expire_ms=expire),
    st.lists(st.integers(1, 10 * DAY), min_size=1, max_size=9),
    st.integers(1, 30 * DAY),
)


@given(
    message_id=st.integers(1, 2**53 - 1),
    attempts=st.integers(0, 10_000),
    age=st.integers(-DAY, 40 * DAY),
    schedule=schedules,
)
def test_a_retry_never_moves_backwards_and_stays_inside_expiry(message_id, attempts, age, schedule):
    now = ACCEPTED + age
    moment = next_attempt(message_id, attempts, ACCEPTED, now, schedule)
    if moment is None:
        assert age >= schedule.expire_ms
    else:
        assert now < moment <= ACCEPTED + schedule.expire_ms


def test_every_message_is_given_up_in_the_end():
    now, attempts = ACCEPTED, 1
    while (moment := next_attempt(17, attempts, ACCEPTED, now, DEFAULT_SCHEDULE)) is not None:
        assert moment > now
        now, attempts = moment, attempts + 1
    assert now == ACCEPTED + 5 * DAY
    assert attempts < 50

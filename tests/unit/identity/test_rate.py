"""Requests a minute."""

from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import MINUTE, SECOND, ManualClock
from aerogram.identity.rate import RateLimiter


def test_a_minutes_worth_passes_at_once_and_then_one_must_wait(clock):
    limiter = RateLimiter(60, clock)
    assert [limiter.take(1) for _ in range(60)] == [0] * 60
    assert limiter.take(1) == 1
    clock.advance(SECOND)
    assert limiter.take(1) == 0
    assert limiter.take(1) > 0


def test_accounts_do_not_share_their_limit(clock):
    limiter = RateLimiter(1, clock)
    assert limiter.take(1) == 0
    assert limiter.take(2) == 0
    assert limiter.take(1) == 60


def test_no_limit_lets_all_pass(clock):
    limiter = RateLimiter(None, clock)
    assert not any(limiter.take(1) for _ in range(10_000))


def test_a_clock_that_goes_back_locks_nobody_out_for_long(clock):
    limiter = RateLimiter(60, clock)
    for _ in range(60):
        limiter.take(1)
    clock.advance(-24 * 60 * MINUTE)
    assert limiter.take(1) <= 60
    clock.advance(MINUTE)
    assert limiter.take(1) == 0


@given(st.lists(st.integers(0, 5 * SECOND), min_size=1, max_size=200), st.integers(1, 100))
def test_never_more_than_twice_the_limit_in_any_minute(steps, limit):
    clock = ManualClock()
    limiter = RateLimiter(limit, clock)
    passed = []
    for step in steps:
        clock.advance(step)
        if limiter.take(1) == 0:
            passed.append(clock.now_ms())
    for start in passed:
        assert sum(start <= moment < start + MINUTE for moment in passed) <= 2 * limit

"""Requests a minute."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.clock import MINUTE, SECOND, ManualClock
from aerogram.identity.rate import RateLimiter
from support.together import Spread, together


@pytest.fixture(params=["alone", "several processes"])
def limiting(request, clock):
    if request.param == "alone":
        yield lambda limit: RateLimiter(limit, clock)
        return
    with together(3) as (_, children):
        yield lambda limit: Spread([RateLimiter(limit, clock, child) for child in children])


def test_a_minutes_worth_passes_at_once_and_then_one_must_wait(limiting, clock):
    limiter = limiting(60)
    assert [limiter.take(1) for _ in range(60)] == [0] * 60
    assert limiter.take(1) == 1
    clock.advance(SECOND)
    assert limiter.take(1) == 0
    assert limiter.take(1) > 0


def test_accounts_do_not_share_their_limit(limiting):
    limiter = limiting(1)
    assert limiter.take(1) == 0
    assert limiter.take(2) == 0
    assert limiter.take(1) == 60


def test_no_limit_lets_all_pass(limiting):
    limiter = limiting(None)
    assert not any(limiter.take(1) for _ in range(10_000))


def test_a_clock_that_goes_back_locks_nobody_out_for_long(limiting, clock):
    limiter = limiting(60)
    for _ in range(60):
        limiter.take(1)
    clock.advance(-24 * 60 * MINUTE)
    assert limiter.take(1) <= 60
    clock.advance(MINUTE)
    assert limiter.take(1) == 0


@given(st.lists(st.integers(0, 5 * SECOND), min_size=1, max_size=200), st.integers(1, 100), st.booleans())
@settings(deadline=None)
def test_never_more_than_twice_the_limit_in_any_minute(steps, limit, is_alone):
    clock = ManualClock()
    with together(3) as (_, children):
        limiter = RateLimiter(limit, clock)
        if not is_alone:
            limiter = Spread([RateLimiter(limit, clock, child) for child in children])
        passed = []
        for step in steps:
            clock.advance(step)
            if limiter.take(1) == 0:
                passed.append(clock.now_ms())
    for start in passed:
        assert sum(start <= moment < start + MINUTE for moment in passed) <= 2 * limit


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 15)), max_size=200))
@settings(deadline=None)
def test_several_processes_answer_as_one_would(steps):
    # Sixty a minute is one a second, so the times of both are whole.
    clock = ManualClock()
    alone = RateLimiter(60, clock)
    with together(3) as (_, children):
        several = [RateLimiter(60, clock, child) for child in children]
        for slot, who, seconds in steps:
            clock.advance(seconds * SECOND if seconds < 3 else 0)
            for _ in range(seconds):
                assert several[slot].take(who) == alone.take(who)


def test_limits_of_different_names_do_not_share_their_keys(clock):
    with together(2) as (_, children):
        accounts, networks = (
            RateLimiter(1, clock, children[0]),
            RateLimiter(1, clock, children[1], "sign-ups"),
        )
        assert [accounts.take(1), networks.take(1), accounts.take("1"), accounts.take(b"1")] == [0] * 4
        assert accounts.take(1) == 60

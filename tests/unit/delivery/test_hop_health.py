from __future__ import annotations

import pytest

from aerogram.delivery.connections.hop_health import HopHealth
from aerogram.delivery.outcomes.conclude import HopFailure
from aerogram.delivery.routing.route import Hop
from aerogram.wire.smtp.client.events import Stage

HOP = Hop("mx.example.net", 25)
REFUSED = HopFailure(host="mx.example.net", stage=Stage.CONNECT, reason="connection refused")


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def health(now):
    return HopHealth(lambda: now[0], first_seconds=2.0, longest_seconds=10.0)


def test_a_hop_that_never_failed_may_be_tried(health):
    assert health.paused(HOP) is None


def test_a_failed_hop_rests_and_tells_why(health, now):
    health.failed(HOP, REFUSED)
    assert health.paused(HOP) is REFUSED
    now[0] = 2.0
    assert health.paused(HOP) is None


def test_each_further_failure_doubles_the_rest_up_to_the_longest(health, now):
    rests = []
    for _ in range(5):
        health.failed(HOP, REFUSED)
        start = now[0]
        while health.paused(HOP):
            now[0] += 0.5
        rests.append(now[0] - start)
    assert rests == [2.0, 4.0, 8.0, 10.0, 10.0]


def test_failures_seen_at_the_same_time_count_once(health, now):
    health.failed(HOP, REFUSED)
    health.failed(HOP, REFUSED)
    now[0] = 2.0
    assert health.paused(HOP) is None


def test_a_mail_taken_forgets_the_failures(health, now):
    health.failed(HOP, REFUSED)
    health.served(HOP)
    assert health.paused(HOP) is None
    health.failed(HOP, REFUSED)
    now[0] = 2.0
    assert health.paused(HOP) is None

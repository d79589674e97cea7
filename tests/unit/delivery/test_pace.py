"""Gathering: longer under load, never long, and for single mails not at all longer than before."""

import pytest

from aerogram.delivery.pace import FEW, LEAST_SECONDS, LONGEST_SECONDS, Pace


class Seconds:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("count", "passed", "gathered"),
    [
        (0, 0.01, LEAST_SECONDS),
        (FEW, 0.01, LEAST_SECONDS),
        (FEW + 1, 0.01, LONGEST_SECONDS),
        (10, 0.004, 0.02),
        (25, 0.01, 0.02),
        (200, 0.01, LEAST_SECONDS),
        (10, 60.0, LONGEST_SECONDS),
    ],
)
def test_as_long_as_the_wanted_number_takes_to_come_within_bounds(count, passed, gathered):
    seconds = Seconds()
    pace = Pace(50, seconds)
    seconds.now += passed
    assert pace.seconds_after(count) == pytest.approx(gathered)


def test_the_rate_is_that_since_the_last_batch():
    seconds = Seconds()
    pace = Pace(50, seconds)
    seconds.now += 60
    pace.seconds_after(10)
    seconds.now += 0.01
    assert pace.seconds_after(25) == pytest.approx(0.02)

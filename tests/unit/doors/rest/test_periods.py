"""Periods begin in UTC."""

from datetime import UTC, datetime

import pytest

from aerogram.doors.rest.queries.listing import Condition
from aerogram.doors.rest.queries.periods import start_of, without_periods

NOW = int(datetime(2024, 2, 29, 13, 14, 15, tzinfo=UTC).timestamp()) * 1_000 + 678
"""A Thursday."""


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("day", "2024-02-29"),
        ("week", "2024-02-26"),
        ("month", "2024-02-01"),
        ("year", "2024-01-01"),
    ],
)
def test_a_period_begins_at_midnight(period, start):
    assert start_of(period, NOW) == int(datetime.fromisoformat(f"{start}T00:00:00Z").timestamp()) * 1_000


def test_the_latest_of_several_beginnings_counts():
    early, late = Condition("after_ms", 7), Condition("after_ms", NOW)
    other = Condition("id", 1)
    day = Condition("period", "day")
    assert without_periods((other, day, early), NOW) == (
        other,
        Condition("after_ms", start_of("day", NOW) - 1),
    )
    assert without_periods((late, day), NOW) == (late,)
    assert without_periods((other,), NOW) == (other,)

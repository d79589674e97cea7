"""Moments: whatever is written, it is read or refused; what is shown is read again as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.doors.rest.fields.moments import MomentError, first_and_last, shown

MAX = 253_402_300_799_999
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
writings = st.text(max_size=40) | st.from_regex(r"[0-9T:Z+\- UTC.]{0,30}", fullmatch=True) | scalars


@given(writings)
def test_any_value_is_read_or_refused(value):
    try:
        first, last = first_and_last(value)
    except MomentError:
        return
    assert 0 <= first <= last <= MAX + 1_000


@given(st.integers(0, MAX // 1_000))
def test_what_is_shown_is_read_again_to_the_second(seconds):
    assert first_and_last(shown(seconds * 1_000)) == (seconds * 1_000, seconds * 1_000 + 999)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-11-06T13:38:49+01:00", 1_604_666_329_000),
        ("2020-11-06T13:38:49 01:00", 1_604_666_329_000),
        ("2020-11-06 13:38:49 -0100", 1_604_673_529_000),
        ("2020-11-06 13:38:49 UTC", 1_604_669_929_000),
        ("2020-11-06", 1_604_620_800_000),
        (" 1604669929 ", 1_604_669_929_000),
        (1_604_669_929_123, 1_604_669_929_123),
    ],
)
def test_each_form_that_clients_write_is_read(text, expected):
    assert first_and_last(text)[0] == expected

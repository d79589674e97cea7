"""Dates of mail are read back by the standard library as the moments they were."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.date import format_date


def test_a_moment_is_written_as_mail_writes_it():
    assert format_date(1_767_225_600_999) == "Thu, 01 Jan 2026 00:00:00 +0000"


@given(st.integers(0, 4_102_444_800))
def test_any_second_reads_back(second):
    assert parsedate_to_datetime(format_date(second * 1000)).timestamp() == second

"""Parse the datetimes of a CSV file by the pattern of the import. No IO.

(compatibility: contacts#csv-import)

The letters of a pattern are y, m, d, h, n (minutes) and s; the separators are ``-``, ``/``, ``.``, ``:`` and space.
A pattern that contains ``T`` means RFC 3339, whose datetimes have their own zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_OFFSET: Final = 12
"""Largest TimezoneOffset in hours, in either direction."""
MAX_PATTERN: Final = 40
_RUN: Final = re.compile(r"(y+|m+|d+|h+|n+|s+|[-/.: ])", re.IGNORECASE)
_PARTS: Final = {"y": "year", "m": "month", "d": "day", "h": "hour", "n": "minute", "s": "second"}
_LONG_YEAR: Final = 4
_CENTURY: Final = 2_000


def moment_parser(pattern: str, offset_hours: int) -> Callable[[str], int]:
    """Build the function that parses datetimes of a pattern to Unix seconds. Raises `RefusedError`."""
    if not -MAX_OFFSET <= offset_hours <= MAX_OFFSET:
        raise RefusedError(f"TimezoneOffset must be between -{MAX_OFFSET} and {MAX_OFFSET}.")
    zone = timezone(timedelta(hours=offset_hours))
    if "T" in pattern:
        return lambda text: int(_zoned(datetime.fromisoformat(text.strip().upper()), zone).timestamp())
    expression, names = _expression(pattern)
    match = re.compile(expression, re.ASCII).fullmatch

    def read(text: str) -> int:
        found = match(text.strip())
        if found is None:
            raise ValueError
        parts = {"year": 1970, "month": 1, "day": 1} | {name: int(found[name]) for name in names}
        if len(found["year"]) < _LONG_YEAR:
            parts["year"] += _CENTURY
        return int(datetime(**parts, tzinfo=zone).timestamp())

    return read


def _zoned(moment: datetime, zone: timezone) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)


def _expression(pattern: str) -> tuple[str, list[str]]:
    """Convert a pattern to a regular expression with a group for each part."""
    runs = _RUN.findall(pattern)
    names = [_PARTS[run[0].lower()] for run in runs if run[0].isalpha()]
    if len(pattern) > MAX_PATTERN or "".join(runs) != pattern or len(set(names)) < len(names):
        raise RefusedError(f'Invalid DateTimeFormat "{pattern[:MAX_PATTERN]}".')
    if not {"year", "month", "day"} <= set(names):
        raise RefusedError("DateTimeFormat must contain year, month and day.")
    return "".join(_part(run) for run in runs), names


def _part(run: str) -> str:
    if not run[0].isalpha():
        return re.escape(run)
    name = _PARTS[run[0].lower()]
    digits = f"[0-9]{{{len(run)}}}" if name == "year" else "[0-9]{1,2}"
    return f"(?P<{name}>{digits})"

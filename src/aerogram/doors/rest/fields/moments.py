"""Timestamps as clients write them: RFC 3339 with or without a zone, Unix seconds, Unix milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from aerogram.base.clock import SECOND

_MILLISECONDS_FROM: Final = 10**11
"""Larger numbers are milliseconds: as seconds they would be after the year 5138."""
_MAX_MOMENT: Final = 253_402_300_799_999
"""The end of the year 9999, in milliseconds."""
_MAX_TEXT: Final = 64
"""Longer than any valid timestamp."""


class MomentError(ValueError):
    """A value that is no timestamp; the text says why."""


def first_and_last(value: Any) -> tuple[int, int]:
    """Return the first and last millisecond of a timestamp; they differ if it is given in seconds.

    Without a zone it is UTC. A space is accepted instead of T and before the zone (also before the zone's
    name, as Ruby writes ``2020-12-10 17:35:35 UTC``). Raises `MomentError`.
    """
    number = _number(value)
    is_exact = number is not None and abs(number) >= _MILLISECONDS_FROM
    if number is None:
        moment = _written(value)
        number = int(moment.timestamp()) * SECOND + moment.microsecond // 1_000
        is_exact = moment.microsecond != 0
    elif not is_exact:
        number *= SECOND
    if not 0 <= number <= _MAX_MOMENT:
        raise MomentError("a moment before 1970 or after 9999")
    return (number, number) if is_exact else (number, number + SECOND - 1)


def shown(milliseconds: int) -> str:
    """Return ``2020-11-06T13:38:49Z``, without a fraction."""
    return f"{datetime.fromtimestamp(milliseconds // SECOND, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) < _MAX_TEXT else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _written(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise MomentError("neither RFC 3339 nor a Unix time")
    text = value.strip().upper().removesuffix("UTC").strip()
    day, _, time = text.replace("T", " ", 1).partition(" ")
    # An unencoded plus sign in a query arrives as a space.
    has_sign = "-" in time or "+" in time
    time = time.replace(" ", "" if has_sign else "+")
    try:
        moment = datetime.fromisoformat(f"{day}T{time}" if time else day)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        moment.timestamp()
    except (ValueError, OverflowError):
        raise MomentError("neither RFC 3339 nor a Unix time") from None
    return moment

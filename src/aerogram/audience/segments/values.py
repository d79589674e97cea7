"""Convert the literals of an expression to numbers, booleans and times; None when one cannot be converted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.model.segment import MAX_MOMENT_DIGITS, NUMBERS, Constant, Kind

if TYPE_CHECKING:
    from aerogram.audience.segments.tree import Literal

MAX_INTEGER: Final = 2**63 - 1
"""The largest integer of both databases; a larger number becomes a float."""
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?\s*", re.ASCII)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


def number_in(text: str) -> int | float | None:
    """Parse a number such as ``40`` or ``-2.5``."""
    if _NUMBER.fullmatch(text) is None:
        return None
    if "." not in text and abs(number := int(text)) <= MAX_INTEGER:
        return number
    return float(text)


def moment_in(text: str) -> int | None:
    """Parse RFC 3339 or a date alone to milliseconds; UTC unless the text names a zone."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds // 1_000


def moment_at(seconds: float) -> int | None:
    """Convert a Unix time to milliseconds; None when it is outside the calendar."""
    milliseconds = int(seconds * SECOND)
    return milliseconds if abs(milliseconds) < 10**MAX_MOMENT_DIGITS else None


def constant_of(literal: Literal, kind: Kind) -> Constant | None:
    """Convert a literal to a constant that compares with a kind; None when it cannot."""
    if kind is Kind.TEXT:
        return Constant(kind, literal.source)
    if kind is Kind.FLAG:
        truth = _TRUTHS.get(literal.source.strip().lower())
        return None if truth is None else Constant(kind, truth)
    if isinstance(literal.value, bool):
        return None
    number = number_in(literal.source)
    if kind in NUMBERS:
        return None if number is None else number_constant(number)
    moment = moment_in(literal.source) if number is None else moment_at(number)
    return None if moment is None else Constant(kind, moment)


def number_constant(number: float) -> Constant:
    """Return a number as an integer or float constant."""
    return Constant(Kind.INTEGER if isinstance(number, int) else Kind.FLOAT, number)

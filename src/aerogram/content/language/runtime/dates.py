"""Dates: parse seconds or ISO 8601, and format with patterns such as ``dd.mm.yyyy hh:nn`` (Delphi's letters)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from aerogram.content.language.runtime.values import kind_of, number_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.language.errors import Place

MAX_FORMAT: Final = 200
"""Characters of a format."""
_ISO_LENGTH: Final = 40
_NOON: Final = 12
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PART: Final = re.compile(
    r""""[^"]*"|'[^']*'|am/pm|yyyy|yy|d{1,4}|m{1,4}|h{1,2}|n{1,2}|s{1,2}|zzz|.""", re.IGNORECASE | re.DOTALL
)
_OFFSET: Final = re.compile(r"([+-])([01][0-9]|2[0-3]):?([0-5][0-9])")

_WRITERS: Final[dict[str, Callable[[datetime], str]]] = {
    "yyyy": lambda date: f"{date.year:04}",
    "yy": lambda date: f"{date.year % 100:02}",
    "mmmm": lambda date: _MONTHS[date.month - 1],
    "mmm": lambda date: _MONTHS[date.month - 1][:3],
    "mm": lambda date: f"{date.month:02}",
    "m": lambda date: f"{date.month}",
    "dddd": lambda date: _DAYS[date.weekday()],
    "ddd": lambda date: _DAYS[date.weekday()][:3],
    "dd": lambda date: f"{date.day:02}",
    "d": lambda date: f"{date.day}",
    "hh": lambda date: f"{date.hour:02}",
    "h": lambda date: f"{date.hour}",
    "nn": lambda date: f"{date.minute:02}",
    "n": lambda date: f"{date.minute}",
    "ss": lambda date: f"{date.second:02}",
    "s": lambda date: f"{date.second}",
    "zzz": lambda date: f"{date.microsecond // 1000:03}",
    "am/pm": lambda date: "am" if date.hour < _NOON else "pm",
}


def read_date(value: Any, place: Place) -> datetime:
    """Parse seconds since the Unix epoch, or ISO 8601 (UTC unless it names a zone). Raises `TemplateError`."""
    if isinstance(value, datetime):
        return value
    seconds = number_in(value) if isinstance(value, str) else value
    try:
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            return datetime.fromtimestamp(seconds, tz=UTC)
        if isinstance(value, str) and len(value) <= _ISO_LENGTH:
            date = datetime.fromisoformat(value)
            return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        pass
    raise place.expression_error(
        f"Not a date: {value[:_ISO_LENGTH] if isinstance(value, str) else kind_of(value)}"
    )


def offset_of(text: str, place: Place) -> timezone:
    """Parse ``+03:00``, ``-0330``, ``Z`` or ``UTC``. Raises `TemplateError`."""
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise place.expression_error(f'Not an offset such as "+03:00": "{text[:_ISO_LENGTH]}"')
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(size if found[1] == "+" else -size)


def format_date(form: str, date: datetime, place: Place) -> str:
    """Format a date with English names. ``m`` after hours means minutes, as in Delphi; quoted text is literal.

    Raises `TemplateError` for a format that is too long.
    """
    if len(form) > MAX_FORMAT:
        raise place.expression_error(f"A format of more than {MAX_FORMAT} characters")
    parts: list[str] = _PART.findall(form)
    is_half_day = any(part.lower() == "am/pm" for part in parts)
    texts: list[str] = []
    after_hours = False
    for part in parts:
        letters = part.lower()
        if letters in {"m", "mm"} and after_hours:
            letters = letters.replace("m", "n")
        if letters in {"h", "hh"} and is_half_day:
            texts.append(f"{(date.hour - 1) % _NOON + 1:0{len(letters)}}")
        elif letters in _WRITERS:
            texts.append(_WRITERS[letters](date))
        else:
            texts.append(part[1:-1] if len(part) > 1 else part)
        if letters in _WRITERS:
            after_hours = letters in {"h", "hh"}
    return "".join(texts)

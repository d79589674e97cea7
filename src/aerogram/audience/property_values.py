"""Values of contact properties: how each datatype is read, stored and shown. No IO.

A contact's values are stored as one JSON object, keyed by property id. Integers, numbers and booleans are
JSON values; datetimes are milliseconds since the epoch (compatibility: contacts#property-values).
"""

from __future__ import annotations

import enum
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.clock import SECOND, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | int | float | bool
"""A stored value."""

MAX_VALUE: Final = 65_535
"""Characters of a text; our choice."""
MAX_NAME: Final = 255
"""Characters of a property's name: fits the indexes of both databases in any script."""
_MAX_INTEGER: Final = 2**63 - 1
_MIN_MOMENT: Final = -62_135_596_800_000
_MAX_MOMENT: Final = 253_402_300_799_999
"""The start of the year 1 and the end of the year 9999, in milliseconds."""
_is_integer: Final = re.compile(r"[+-]?[0-9]{1,19}\Z").match
_is_number: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z").match
_FLAGS: Final[Mapping[str, bool]] = {"true": True, "1": True, "false": False, "0": False}

_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
_encode: Final = msgspec.json.Encoder().encode


class Datatype(enum.Enum):
    """The type of a property's values."""

    STR = "str"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATETIME = "datetime"


class WrongTypeError(ValueError):
    """The value does not fit the datatype."""


def typed(datatype: Datatype, value: Any) -> Value | None:
    """Convert a JSON value or a text cell to a datatype; None removes the property.

    An empty text also removes it, except for the datatype str. Raises `WrongTypeError`.
    """
    if value is None:
        return None
    return _READERS[datatype](value)


def shown(datatype: Datatype, value: Value) -> str:
    """Format a stored value for clients, always as text.

    A value stored under an earlier datatype of the property is shown unchanged.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if datatype is Datatype.DATETIME and isinstance(value, int) and _MIN_MOMENT <= value <= _MAX_MOMENT:
        return rfc3339(value)
    return str(value)


def stored_values(packed: str) -> dict[str, Any]:
    """Unpack the values of a contact's row, keyed by property id as text."""
    return _decode(packed) if packed else {}


def merged_values(packed: str, patch: Mapping[str, Any]) -> str:
    """Merge values into the packed values of a contact's row; None removes one. "" when none remain."""
    values = {**stored_values(packed), **patch}
    return packed_values({name: value for name, value in values.items() if value is not None})


def packed_values(values: Mapping[str, Any]) -> str:
    """Pack values for a contact's row."""
    return _encode(values).decode() if values else ""


def _read_text(value: Any) -> str:
    text = shown(Datatype.STR, value) if isinstance(value, str | int | float) else None
    if text is None or len(text) > MAX_VALUE or "\0" in text:
        raise WrongTypeError
    return text


def _read_integer(value: Any) -> int | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if _is_integer(value) is None:
            raise WrongTypeError
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MAX_INTEGER:
        raise WrongTypeError
    return value


def _read_number(value: Any) -> float | int | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if _is_number(value) is None:
            raise WrongTypeError
        value = int(value) if _is_integer(value) else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _MAX_INTEGER:
        raise WrongTypeError
    if not math.isfinite(value):
        raise WrongTypeError
    return value


def _read_flag(value: Any) -> bool | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
    flag = _FLAGS.get(str(value).lower()) if isinstance(value, str | bool | int) else None
    if flag is None:
        raise WrongTypeError
    return flag


def _read_moment(value: Any) -> int | None:
    """Parse Unix seconds or RFC 3339; UTC unless the text names a zone."""
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if _is_integer(value) is None:
            return _bounded(_parsed(value))
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongTypeError
    return _bounded(value * SECOND)


def _parsed(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.upper())
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return int(moment.timestamp()) * SECOND
    except (ValueError, OverflowError):
        raise WrongTypeError from None


def _bounded(moment_ms: int) -> int:
    if not _MIN_MOMENT <= moment_ms <= _MAX_MOMENT:
        raise WrongTypeError
    return moment_ms


_READERS: Final[Mapping[Datatype, Callable[[Any], Value | None]]] = {
    Datatype.STR: _read_text,
    Datatype.INT: _read_integer,
    Datatype.FLOAT: _read_number,
    Datatype.BOOL: _read_flag,
    Datatype.DATETIME: _read_moment,
}

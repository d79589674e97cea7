"""Convert values to texts, numbers and booleans. A value is JSON, or a `datetime` from a function."""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.content.language.runtime.budget import MAX_DIGITS, MAX_INTEGER

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.frame import Frame

Number = int | float

MAX_PRINTED_INTEGER: Final = 10**MAX_DIGITS
EXACT_BELOW: Final = 1e15
"""Floats below this are printed with 15 digits, so that 0.1 + 0.2 prints as 0.3."""
PLAIN_FROM: Final = 1e-7
PLAIN_BELOW: Final = 1e21
"""Numbers in this range are printed without an exponent."""

_NUMBER: Final = re.compile(r"\s*([+-]?[0-9]{1,18})(\.[0-9]{1,17})?\s*")
_NUMBER_LENGTH: Final = 64
"""Characters of the longest text that is parsed as a number."""
_SHOWN: Final = 40
_encode: Final = msgspec.json.Encoder().encode


def text_of(value: Any, frame: Frame, place: Place) -> str:
    """Print a value: texts unchanged, integers without a fraction, arrays and objects as JSON.

    Raises `TemplateError` for unprintable values: numbers beyond `MAX_DIGITS`, infinity.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -MAX_PRINTED_INTEGER < value < MAX_PRINTED_INTEGER:
            raise place.expression_error(f"A number of more than {MAX_DIGITS} digits")
        return str(value)
    if isinstance(value, float):
        return _text_of_float(value, place)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return _json_of(value, frame, place)


def _text_of_float(value: float, place: Place) -> str:
    if not math.isfinite(value):
        raise place.expression_error("A number that is not finite")
    size = abs(value)
    if size == 0:
        return "0"
    text = f"{value:.15g}" if size < EXACT_BELOW else repr(value)
    if "e" in text and PLAIN_FROM <= size < PLAIN_BELOW:
        text = f"{Decimal(text):f}"
    return text.removesuffix(".0")


def _json_of(value: Any, frame: Frame, place: Place) -> str:
    if not isinstance(value, dict | list):
        raise place.expression_error("A value that cannot be printed")
    try:
        text = _encode(value).decode()
    except (RecursionError, ValueError, OverflowError, TypeError, msgspec.MsgspecError):
        raise place.expression_error(f"This {kind_of(value)} cannot be printed") from None
    frame.pay_for_text(len(text), place)
    return text


def truth_of(value: Any) -> bool:
    """Return a value as a condition: false, 0, "", and empty arrays and objects are false."""
    return bool(value)


def number_in(text: str) -> Number | None:
    """Parse a decimal number, as variables from forms and headers often are texts; else None."""
    found = _NUMBER.fullmatch(text) if len(text) <= _NUMBER_LENGTH else None
    if found is None:
        return None
    return float(text) if found[2] else int(text)


def number_of(value: Any, place: Place) -> Number:
    """Convert a value to a number. Raises `TemplateError` if it is not a number or too large."""
    if isinstance(value, str):
        number = number_in(value)
        if number is None:
            raise place.expression_error(f'Not a number: "{value[:_SHOWN]}"')
        return number
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.expression_error(f"Not a number: {kind_of(value)}")
    return bounded(value, place)


def bounded(number: Number, place: Place) -> Number:
    """Check that a number is finite and, if an integer, fits in 64 bits. Raises `TemplateError`."""
    if isinstance(number, float):
        if math.isfinite(number):
            return number
    elif -MAX_INTEGER <= number <= MAX_INTEGER:
        return number
    raise place.expression_error("The number is too large")


def kind_of(value: Any) -> str:
    """Return the name of a value's kind for errors."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "text", list: "array", dict: "object", datetime: "date"}.get(type(value), "value")

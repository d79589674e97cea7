"""Operators, lenient as template authors expect: a text that contains a number counts as a number.

``+`` concatenates if either side is text. Values of incomparable kinds are not equal, and ordering them is an
error. Mailjet documents none of this.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aerogram.content.language.runtime.values import Number, bounded, kind_of, number_in, number_of, text_of

if TYPE_CHECKING:
    from datetime import datetime

    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.frame import Frame

Operator = Callable[[Any, Any, "Frame", "Place"], Any]

_TRUTHS: Final = {"true": True, "false": False}
_LONGEST_TRUTH: Final = 5


def add(left: Any, right: Any, frame: Frame, place: Place) -> Any:
    """Add numbers; concatenate if either side is text."""
    if isinstance(left, str) or isinstance(right, str):
        start, end = text_of(left, frame, place), text_of(right, frame, place)
        frame.pay_for_text(len(start) + len(end), place)
        return start + end
    return bounded(number_of(left, place) + number_of(right, place), place)


def subtract(left: Any, right: Any, frame: Frame, place: Place) -> Any:  # noqa: ARG001 - an Operator
    """Subtract numbers."""
    return bounded(number_of(left, place) - number_of(right, place), place)


def multiply(left: Any, right: Any, frame: Frame, place: Place) -> Any:  # noqa: ARG001 - an Operator
    """Multiply numbers."""
    return bounded(number_of(left, place) * number_of(right, place), place)


def divide(left: Any, right: Any, frame: Frame, place: Place) -> Any:  # noqa: ARG001 - an Operator
    """Divide numbers; the result may have a fraction."""
    return bounded(number_of(left, place) / _divisor(right, place), place)


def divide_whole(left: Any, right: Any, frame: Frame, place: Place) -> Any:  # noqa: ARG001 - an Operator
    """Divide and truncate towards zero, as in Pascal."""
    number, divisor = number_of(left, place), _divisor(right, place)
    if isinstance(number, int) and isinstance(divisor, int):
        quotient = abs(number) // abs(divisor)
        return quotient if (number < 0) == (divisor < 0) else -quotient
    return bounded(math.trunc(bounded(number / divisor, place)), place)


def remainder(left: Any, right: Any, frame: Frame, place: Place) -> Any:  # noqa: ARG001 - an Operator
    """Return the remainder of `divide_whole`; it has the sign of the left side."""
    number, divisor = number_of(left, place), _divisor(right, place)
    if isinstance(number, int) and isinstance(divisor, int):
        rest = abs(number) % abs(divisor)
        return rest if number >= 0 else -rest
    return math.fmod(number, divisor)


def _divisor(value: Any, place: Place) -> Number:
    number = number_of(value, place)
    if number == 0:
        raise place.expression_error("Division by zero")
    return number


def equal(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether two values are the same text, number, boolean or date."""
    pair = _comparable(left, right, frame, place)
    return pair is not None and bool(pair[0] == pair[1])


def unequal(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether two values differ."""
    return not equal(left, right, frame, place)


def less(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether the left side is smaller; texts compare by character."""
    pair = _comparable(left, right, frame, place)
    if pair is None:
        raise place.expression_error(f"Cannot compare {kind_of(left)} with {kind_of(right)}")
    return bool(pair[0] < pair[1])


def greater(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether the left side is larger."""
    return less(right, left, frame, place)


def at_least(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether the left side is as large or larger."""
    return not less(left, right, frame, place)


def at_most(left: Any, right: Any, frame: Frame, place: Place) -> bool:
    """Return whether the left side is as large or smaller."""
    return not less(right, left, frame, place)


def _comparable(left: Any, right: Any, frame: Frame, place: Place) -> tuple[Any, Any] | None:
    """Convert two values to a comparable kind; None when there is none."""
    if isinstance(left, str) and isinstance(right, str):
        frame.pay_for_text(min(len(left), len(right)), place)
        return left, right
    if isinstance(left, str):
        left = _like(left, right)
    elif isinstance(right, str):
        right = _like(right, left)
    return (left, right) if _comparable_kind(left) == _comparable_kind(right) != "" else None


def _like(text: str, other: Any) -> bool | Number | None:
    """Parse a text as the kind of the other side."""
    if isinstance(other, bool):
        return _TRUTHS.get(text.lower()) if len(text) <= _LONGEST_TRUTH else None
    return number_in(text)


def _comparable_kind(value: bool | Number | datetime | list[Any] | dict[str, Any] | None) -> str:  # noqa: FBT001
    kind = kind_of(value)
    return kind if kind in {"boolean", "number", "date"} else ""


COMPARISONS: Final[dict[str, Operator]] = {
    "=": equal,
    "==": equal,
    "===": equal,
    "!=": unequal,
    "<>": unequal,
    "<": less,
    ">": greater,
    "<=": at_most,
    ">=": at_least,
}
SUMS: Final[dict[str, Operator]] = {"+": add, "-": subtract}
PRODUCTS: Final[dict[str, Operator]] = {"*": multiply, "/": divide, "div": divide_whole, "mod": remainder}

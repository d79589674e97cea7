"""The functions of the language and their parameters; names ignore case.

(compatibility: segments#functions)
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aerogram.audience.segments.errors import SegmentError
from aerogram.audience.segments.tree import Call, Literal, Name
from aerogram.audience.segments.values import MAX_INTEGER, moment_at, moment_in, number_in
from aerogram.base.clock import HOUR, MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.audience.segments.tree import Operand

MAX_DAYS: Final = 36_500
"""Largest number of days in a function, as in the template language."""
MAX_FORMAT: Final = 200
"""Characters of a date format, as in the template language."""
_OFFSET: Final = re.compile(r"([+-])([01][0-9]):?([0-5][0-9])", re.ASCII)


class Parameter(enum.Enum):
    """The type of an argument; the values name it in errors."""

    PROPERTY = "the name of a property"
    VALUE = "a property, or a function that gives a value"
    TEXT = "a text or a property"
    WORDS = "a text in double quotes"
    NUMBER = "a number"
    DAYS = f"a whole number of days, up to {MAX_DAYS}"
    SECONDS = "a Unix time in seconds"
    CAMPAIGN = "the ID of a campaign, or 0"
    INSTANT = 'a date such as "2024-05-01T09:00:00Z", ToDate or DateTimeNow'
    LIMIT = "0, or a date"
    FORMAT = f'a format such as "yyyy-mm-dd", of up to {MAX_FORMAT} characters'
    OFFSET = 'an offset such as "+03:00"'


class Function(NamedTuple):
    """A function's parameters, and whether it is a condition or gives a value."""

    name: str
    parameters: tuple[Parameter, ...]
    is_condition: bool = False


_P: Final = Parameter
_ACTIVITY: Final = (_P.CAMPAIGN, _P.LIMIT, _P.LIMIT)
FUNCTIONS: Final[Mapping[str, Function]] = {
    function.name.lower(): function
    for function in (
        Function("IsProvided", (_P.PROPERTY,), is_condition=True),
        Function("IsBetweenNumbers", (_P.VALUE, _P.NUMBER, _P.NUMBER), is_condition=True),
        Function("StartsWith", (_P.VALUE, _P.TEXT), is_condition=True),
        Function("EndsWith", (_P.VALUE, _P.TEXT), is_condition=True),
        Function("Contains", (_P.VALUE, _P.TEXT), is_condition=True),
        Function("Between", (_P.VALUE, _P.INSTANT, _P.INSTANT), is_condition=True),
        Function("IsInNextDays", (_P.VALUE, _P.DAYS), is_condition=True),
        Function("IsInPreviousDays", (_P.VALUE, _P.DAYS), is_condition=True),
        Function("HasOpenedSince", (_P.DAYS,), is_condition=True),
        Function("HasClickedSince", (_P.DAYS,), is_condition=True),
        Function("ToDate", (_P.SECONDS,)),
        Function("DateTimeNow", ()),
        Function("FormatDateTime", (_P.FORMAT, _P.VALUE)),
        Function("FormatDateTimeTZ", (_P.FORMAT, _P.VALUE, _P.OFFSET)),
        Function("OpenCount", _ACTIVITY),
        Function("ClickCount", (_P.WORDS, *_ACTIVITY)),
        Function("UnsubCount", _ACTIVITY),
        Function("Last", (_P.PROPERTY,)),
        Function("Avg", (_P.DAYS, _P.PROPERTY)),
        Function("Max", (_P.DAYS, _P.PROPERTY)),
        Function("Min", (_P.DAYS, _P.PROPERTY)),
    )
}
_INSTANTS: Final = frozenset({"todate", "datetimenow"})


def check_call(call: Call) -> None:
    """Check the arguments of a call. Raises `SegmentError`."""
    function = FUNCTIONS[call.function]
    wanted = len(function.parameters)
    if len(call.arguments) != wanted:
        counted = "1 argument" if wanted == 1 else f"{wanted} arguments"
        raise SegmentError(f"{function.name} takes {counted}, not {len(call.arguments)}", call.at)
    for number, (parameter, argument) in enumerate(zip(function.parameters, call.arguments, strict=True), 1):
        if not _fits(parameter, argument):
            which = "The argument" if wanted == 1 else f"Argument {number}"
            raise SegmentError(f"{which} of {function.name} must be {parameter.value}", argument.at)


def _fits(parameter: Parameter, argument: Operand) -> bool:
    match parameter:
        case Parameter.PROPERTY:
            return isinstance(argument, Name)
        case Parameter.VALUE:
            return isinstance(argument, Name) or _gives_value(argument)
        case Parameter.TEXT:
            return isinstance(argument, Name | Literal) or _gives_value(argument)
        case Parameter.INSTANT:
            return instant_fits(argument)
        case Parameter.LIMIT:
            return instant_fits(argument) or number_of(argument) == 0
        case Parameter.WORDS:
            return isinstance(argument, Literal) and isinstance(argument.value, str)
        case Parameter.FORMAT:
            return isinstance(argument, Literal) and len(argument.source) <= MAX_FORMAT
        case Parameter.OFFSET:
            return isinstance(argument, Literal) and offset_ms(argument.source) is not None
        case _:
            return _is_number(parameter, number_of(argument))


def _is_number(parameter: Parameter, number: Any) -> bool:
    if parameter is Parameter.NUMBER:
        return number is not None
    if parameter is Parameter.SECONDS:
        return number is not None and moment_at(number) is not None
    largest = MAX_DAYS if parameter is Parameter.DAYS else MAX_INTEGER
    return isinstance(number, int) and 0 <= number <= largest


def _gives_value(argument: Operand) -> bool:
    return isinstance(argument, Call) and not FUNCTIONS[argument.function].is_condition


def instant_fits(argument: Operand) -> bool:
    """Return whether an argument is a time that does not depend on the contact."""
    if isinstance(argument, Call):
        return argument.function in _INSTANTS
    return isinstance(argument, Literal) and moment_of(argument) is not None


def moment_of(literal: Literal) -> int | None:
    """Parse a date, or a Unix time in seconds, to milliseconds; None for anything else."""
    number = number_of(literal)
    return moment_in(literal.source) if number is None else moment_at(number)


def number_of(argument: Operand) -> int | float | None:
    """Parse a number, quoted or not; None for anything else."""
    return number_in(argument.source) if isinstance(argument, Literal) else None


def offset_ms(text: str) -> int | None:
    """Parse ``+03:00``, ``Z`` or ``UTC`` to milliseconds; None for anything else."""
    if text.upper() in {"Z", "UTC"}:
        return 0
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    size = int(found[2]) * HOUR + int(found[3]) * MINUTE
    return size if found[1] == "+" else -size

"""Bind function calls to an account's properties and the current time; the parser checked their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from aerogram.audience.segments.dates import pieces_of, printed
from aerogram.audience.segments.operands import NEVER, Binding, compared
from aerogram.audience.segments.signatures import moment_of, number_of, offset_ms
from aerogram.audience.segments.tree import Call, Literal, Name, Operand
from aerogram.base.clock import DAY
from aerogram.base.folding import folded
from aerogram.model.event import EventKind
from aerogram.model.segment import (
    NUMBERS,
    Constant,
    Contained,
    Counted,
    Every,
    Folded,
    Gathered,
    Gathering,
    Happened,
    Kind,
    Newest,
    Operator,
    Printed,
    Provided,
    TextPosition,
    kind_of,
)

if TYPE_CHECKING:
    from aerogram.model.segment import Condition, Value

ValueMaker = Callable[[Call, Binding], "Value | None"]
ConditionMaker = Callable[[Call, Binding], "Condition"]

_GATHERINGS: Final = {"avg": Gathering.AVERAGE, "max": Gathering.LARGEST, "min": Gathering.SMALLEST}
_POSITIONS: Final = {
    "startswith": TextPosition.START,
    "endswith": TextPosition.END,
    "contains": TextPosition.ANYWHERE,
}
_HAPPENED: Final = {"hasopenedsince": EventKind.OPEN, "hasclickedsince": EventKind.CLICK}
_COUNTED: Final = {
    "opencount": EventKind.OPEN,
    "clickcount": EventKind.CLICK,
    "unsubcount": EventKind.UNSUB,
}
_GATHERED: Final = NUMBERS | {Kind.MOMENT}
"""Kinds with a minimum and a maximum; averages take numbers only."""


def condition_of(call: Call, binding: Binding) -> Condition:
    """Return the condition of a function call."""
    return _CONDITIONS[call.function](call, binding)


def value_of(operand: Operand, binding: Binding) -> Value | None:
    """Return the value of a property or function; None for an unknown property."""
    if isinstance(operand, Call):
        return _VALUES[operand.function](operand, binding)
    return binding.own(operand) if isinstance(operand, Name) else None


def _is_provided(call: Call, binding: Binding) -> Condition:
    [name] = call.arguments
    found = binding.own(name) if isinstance(name, Name) else None
    return Provided(found) if found else NEVER


def _is_between_numbers(call: Call, binding: Binding) -> Condition:
    value = value_of(call.arguments[0], binding)
    if value is None or kind_of(value) not in NUMBERS:
        return NEVER
    _, least, most = call.arguments
    return Every(
        (
            compared(Operator.AT_LEAST, value, least if isinstance(least, Literal) else None),
            compared(Operator.AT_MOST, value, most if isinstance(most, Literal) else None),
        )
    )


def _contains(call: Call, binding: Binding) -> Condition:
    first, second = call.arguments
    text = value_of(first, binding)
    part = _text_of(second, binding)
    if text is None or part is None or kind_of(text) is not Kind.TEXT or kind_of(part) is not Kind.TEXT:
        return NEVER
    return Contained(_POSITIONS[call.function], _folded(text), _folded(part))


def _text_of(operand: Operand, binding: Binding) -> Value | None:
    """Return a text or a property's value; a name that is no property is an unquoted text."""
    if isinstance(operand, Name):
        operand = operand if binding.own(operand) else Literal(operand.text, operand.text, operand.at)
    return Constant(Kind.TEXT, operand.source) if isinstance(operand, Literal) else value_of(operand, binding)


def _folded(text: Value) -> Value:
    return Constant(Kind.TEXT, folded(str(text.value))) if isinstance(text, Constant) else Folded(text)


def _between(call: Call, binding: Binding) -> Condition:
    value, start, end = call.arguments
    return _within(value_of(value, binding), _instant(start, binding), _instant(end, binding))


def _is_in_next_days(call: Call, binding: Binding) -> Condition:
    value, days = call.arguments
    now = binding.now_ms
    return _within(value_of(value, binding), _moment(now), _moment(now + _days(days)))


def _is_in_previous_days(call: Call, binding: Binding) -> Condition:
    value, days = call.arguments
    now = binding.now_ms
    return _within(value_of(value, binding), _moment(now - _days(days)), _moment(now))


def _within(value: Value | None, start: Constant | None, end: Constant | None) -> Condition:
    """Return the condition that a datetime lies between two others, inclusive."""
    if value is None or kind_of(value) is not Kind.MOMENT:
        return NEVER
    return Every((compared(Operator.AT_LEAST, value, start), compared(Operator.AT_MOST, value, end)))


def _happened_since(call: Call, binding: Binding) -> Condition:
    return Happened(_HAPPENED[call.function], _since(call.arguments[0], binding))


def _counted(call: Call, binding: Binding) -> Value:
    *url, campaign, start, end = call.arguments
    number = number_of(campaign)
    return Counted(
        _COUNTED[call.function],
        campaign=Constant(Kind.INTEGER, number) if number else None,
        url=Constant(Kind.TEXT, url[0].source) if url and isinstance(url[0], Literal) else None,
        since=_limit(start, binding),
        until=_limit(end, binding),
    )


def _newest(call: Call, binding: Binding) -> Value | None:
    [name] = call.arguments
    found = binding.properties.historic.get(name.key) if isinstance(name, Name) else None
    return Newest(found.kind, found.key) if found else None


def _gathered(call: Call, binding: Binding) -> Value | None:
    days, name = call.arguments
    found = binding.properties.historic.get(name.key) if isinstance(name, Name) else None
    gathering = _GATHERINGS[call.function]
    is_average = gathering is Gathering.AVERAGE
    if found is None or found.kind not in (NUMBERS if is_average else _GATHERED):
        return None
    kind = Kind.FLOAT if is_average else found.kind
    return Gathered(kind, gathering, found.key, _since(days, binding))


def _to_date(call: Call, binding: Binding) -> Value | None:
    return _instant(call, binding)


def _format(call: Call, binding: Binding) -> Value | None:
    form, operand, *rest = call.arguments
    moment = value_of(operand, binding)
    if moment is None or kind_of(moment) is not Kind.MOMENT or not isinstance(form, Literal):
        return None
    offset = (offset_ms(rest[0].source) if rest and isinstance(rest[0], Literal) else 0) or 0
    if isinstance(moment, Constant):
        text = printed(int(moment.value) + offset, pieces_of(form.source))
        return None if text is None else Constant(Kind.TEXT, text)
    pieces = tuple(
        Constant(Kind.TEXT, piece) if isinstance(piece, str) else piece for piece in pieces_of(form.source)
    )
    return Printed(moment, pieces, Constant(Kind.INTEGER, offset))


def _instant(operand: Operand, binding: Binding) -> Constant | None:
    """Return a constant time: one that does not depend on the contact."""
    if isinstance(operand, Call):
        if operand.function == "datetimenow":
            return _moment(binding.now_ms)
        [operand] = operand.arguments
    found = moment_of(operand) if isinstance(operand, Literal) else None
    return None if found is None else _moment(found)


def _limit(operand: Operand, binding: Binding) -> Constant | None:
    return None if number_of(operand) == 0 else _instant(operand, binding)


def _since(days: Operand, binding: Binding) -> Constant:
    return _moment(binding.now_ms - _days(days))


def _days(operand: Operand) -> int:
    return int(number_of(operand) or 0) * DAY


def _moment(milliseconds: int) -> Constant:
    return Constant(Kind.MOMENT, milliseconds)


_CONDITIONS: Final[dict[str, ConditionMaker]] = {
    "isprovided": _is_provided,
    "isbetweennumbers": _is_between_numbers,
    "startswith": _contains,
    "endswith": _contains,
    "contains": _contains,
    "between": _between,
    "isinnextdays": _is_in_next_days,
    "isinpreviousdays": _is_in_previous_days,
    "hasopenedsince": _happened_since,
    "hasclickedsince": _happened_since,
}
_VALUES: Final[dict[str, ValueMaker]] = {
    "todate": _to_date,
    "datetimenow": _to_date,
    "formatdatetime": _format,
    "formatdatetimetz": _format,
    "opencount": _counted,
    "clickcount": _counted,
    "unsubcount": _counted,
    "last": _newest,
    "avg": _gathered,
    "max": _gathered,
    "min": _gathered,
}

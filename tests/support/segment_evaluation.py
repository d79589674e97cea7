"""Evaluates a segment for one contact in Python: what the answers of the SQL are compared with."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.segments.dates import printed
from aerogram.base.folding import folded
from aerogram.model.segment import (
    MAX_AVERAGED,
    MAX_MOMENT_DIGITS,
    NUMBERS,
    Compared,
    Constant,
    Contained,
    Counted,
    Denied,
    Every,
    Fixed,
    Folded,
    Gathered,
    Gathering,
    Happened,
    Kind,
    Newest,
    Odd,
    Operator,
    Own,
    Printed,
    Provided,
    Some,
    TextPosition,
    kind_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aerogram.model.event import EventKind
    from aerogram.model.segment import Condition, Value


class Activity(msgspec.Struct, frozen=True):
    """Something that a reader did. ``campaign`` is an id, 0 for a message of none."""

    event: EventKind
    at_ms: int
    campaign: int = 0
    url: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """All that an expression can ask of a contact.

    ``values`` are those of static properties, as JSON by the property's id; ``history`` those of historic
    ones, each with its moment, in the order in which they were written.
    """

    values: Mapping[str, Any] = {}
    history: Mapping[str, Sequence[tuple[int, Any]]] = {}
    activities: Sequence[Activity] = ()


_COMPARE: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUAL: operator.eq,
    Operator.DIFFERENT: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
_CONTAINS: Final[Mapping[TextPosition, Callable[[str, str], bool]]] = {
    TextPosition.START: str.startswith,
    TextPosition.END: str.endswith,
    TextPosition.ANYWHERE: operator.contains,
}


def is_met(condition: Condition, contact: Contact) -> bool:
    """Tell whether a condition is true of a contact."""
    match condition:
        case Fixed():
            return condition.is_true
        case Every():
            return all(is_met(each, contact) for each in condition.conditions)
        case Some():
            return any(is_met(each, contact) for each in condition.conditions)
        case Odd():
            return sum(is_met(each, contact) for each in condition.conditions) % 2 == 1
        case Denied():
            return not is_met(condition.condition, contact)
        case Provided():
            return _value(condition.value, contact) is not None
        case Happened():
            return any(
                each.event is condition.event and each.at_ms >= condition.since.value
                for each in contact.activities
            )
        case Compared():
            return _compared(condition, contact)
        case Contained():
            text, part = _value(condition.text, contact), _value(condition.part, contact)
            return text is not None and part is not None and _CONTAINS[condition.position](text, part)


def _compared(condition: Compared, contact: Contact) -> bool:
    left, right = _value(condition.left, contact), _value(condition.right, contact)
    if left is None or right is None:
        return False
    if Kind.FLOAT in {kind_of(condition.left), kind_of(condition.right)}:
        left, right = float(left), float(right)
    return _COMPARE[condition.operator](left, right)


def _value(value: Value, contact: Contact) -> Any:
    """Give a value; None when it is not provided."""
    match value:
        case Constant():
            return value.value
        case Own():
            return _typed(contact.values.get(str(value.property_id.value)), value.kind)
        case Newest():
            past = contact.history.get(str(value.property_id.value), ())
            newest = max(enumerate(past), key=lambda each: (each[1][0], each[0]), default=None)
            return None if newest is None else _typed(newest[1][1], value.kind)
        case Gathered():
            return _gathered(value, contact)
        case Counted():
            return _counted(value, contact)
        case Printed():
            moment = _value(value.moment, contact)
            pieces = [str(piece.value) if isinstance(piece, Constant) else piece for piece in value.form]
            return None if moment is None else printed(moment + value.offset_ms.value, pieces)
        case Folded():
            text = _value(value.text, contact)
            return None if text is None else folded(text)


def _typed(stored: Any, kind: Kind) -> Any:
    """Give a stored value if it is one of its property's kind, which may have changed since; else None."""
    if kind is Kind.TEXT:
        return stored if isinstance(stored, str) else None
    if kind is Kind.FLAG:
        return stored if isinstance(stored, bool) else None
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        return None
    if kind in NUMBERS:
        return stored
    return stored if isinstance(stored, int) and abs(stored) < 10**MAX_MOMENT_DIGITS else None


def _gathered(value: Gathered, contact: Contact) -> Any:
    past = contact.history.get(str(value.property_id.value), ())
    kind = Kind.FLOAT if value.gathering is Gathering.AVERAGE else value.kind
    typed = [_typed(stored, kind) for at_ms, stored in past if at_ms >= value.since.value]
    values = [each for each in typed if each is not None]
    if not values:
        return None
    if value.gathering is Gathering.LARGEST:
        return max(values)
    if value.gathering is Gathering.SMALLEST:
        return min(values)
    values = [each for each in values if abs(each) <= MAX_AVERAGED]
    return math.fsum(values) / len(values) if values else None


def _counted(value: Counted, contact: Contact) -> int:
    return sum(
        each.event is value.event
        and (value.campaign is None or each.campaign == value.campaign.value)
        and (value.url is None or each.url == value.url.value)
        and (value.since is None or each.at_ms >= value.since.value)
        and (value.until is None or each.at_ms <= value.until.value)
        for each in contact.activities
    )

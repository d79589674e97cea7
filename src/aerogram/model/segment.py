"""A segment's condition, bound to an account's properties and a time, for evaluation in Python and in SQL.

Evaluation follows two rules. A value may be *not provided*; its comparisons are false with every operator. So
every condition is true or false, and `Denied` of a comparison with a missing value is true. Conditions of the same
shape differ only in their `Constant` values.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from aerogram.model.event import EventKind

MAX_MOMENT_DIGITS: Final = 15
"""Digits of a datetime in milliseconds: enough for the year 9999. A longer value counts as not provided."""
MAX_AVERAGED: Final = float(2**63)
"""The largest size of a number that counts in an average: no property holds a larger one today (`property_values`), and
sums of larger ones may exceed what a float holds, which PostgreSQL answers with an error."""
MIN_PRINTED_MS: Final = -62_135_510_400_000
MAX_PRINTED_MS: Final = 253_402_214_400_000
"""2 January of the year 1 and 31 December 9999: the dates that every engine can format."""


class Kind(enum.Enum):
    """The type of a value. Only values of the same kind compare; the two kinds of number count as one."""

    TEXT = "str"
    INTEGER = "int"
    FLOAT = "float"
    FLAG = "bool"
    MOMENT = "datetime"
    """Milliseconds since the epoch."""


NUMBERS: Final = frozenset({Kind.INTEGER, Kind.FLOAT})


class Operator(enum.Enum):
    """A comparison operator. Texts compare by code point."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class TextPosition(enum.Enum):
    """The position of one text within another."""

    START = "start"
    END = "end"
    ANYWHERE = "anywhere"


class DatePart(enum.Enum):
    """A part of a date; the value is its letters in a format."""

    YEAR = "yyyy"
    SHORT_YEAR = "yy"
    MONTH = "mm"
    DAY = "dd"
    HOUR = "hh"
    MINUTE = "nn"
    SECOND = "ss"


class Gathering(enum.Enum):
    """An aggregate of a property's values since some time."""

    AVERAGE = "avg"
    LARGEST = "max"
    SMALLEST = "min"


class Constant(msgspec.Struct, frozen=True):
    """A constant of the expression, or one computed from it and the current time."""

    kind: Kind
    value: Any


class Own(msgspec.Struct, frozen=True):
    """The contact's value of a static property. A stored value of another JSON type counts as not provided."""

    kind: Kind
    property_id: Constant


class Newest(msgspec.Struct, frozen=True):
    """The newest value of a historic property."""

    kind: Kind
    property_id: Constant


class Gathered(msgspec.Struct, frozen=True):
    """An aggregate of the values of a historic property since a time."""

    kind: Kind
    gathering: Gathering
    property_id: Constant
    since: Constant


class Counted(msgspec.Struct, frozen=True):
    """The number of opens, clicks or unsubscriptions of the contact's address. None means no limit."""

    event: EventKind
    campaign: Constant | None = None
    url: Constant | None = None
    since: Constant | None = None
    until: Constant | None = None


class Printed(msgspec.Struct, frozen=True):
    """A time as text, after adding ``offset_ms``. ``form`` is the format, piece by piece."""

    moment: Value
    form: tuple[DatePart | Constant, ...]
    offset_ms: Constant


class Folded(msgspec.Struct, frozen=True):
    """A text folded by `aerogram.base.folding.folded`."""

    text: Value


class Fixed(msgspec.Struct, frozen=True):
    """A condition with the same result for every contact."""

    is_true: bool


class Compared(msgspec.Struct, frozen=True):
    """A comparison of two values of the same kind, or of two numbers."""

    operator: Operator
    left: Value
    right: Value


class Provided(msgspec.Struct, frozen=True):
    """The value is provided."""

    value: Own


class Contained(msgspec.Struct, frozen=True):
    """A text begins with, ends with or contains another. Both are folded, or neither is."""

    position: TextPosition
    text: Value
    part: Value


class Happened(msgspec.Struct, frozen=True):
    """The contact's address opened or clicked at a time or later."""

    event: EventKind
    since: Constant


class Denied(msgspec.Struct, frozen=True):
    """The negation of a condition."""

    condition: Condition


class Every(msgspec.Struct, frozen=True):
    """All conditions hold."""

    conditions: tuple[Condition, ...]


class Some(msgspec.Struct, frozen=True):
    """At least one condition holds."""

    conditions: tuple[Condition, ...]


class Odd(msgspec.Struct, frozen=True):
    """An odd number of conditions hold: the meaning of a chain of XOR."""

    conditions: tuple[Condition, ...]


Value = Constant | Own | Newest | Gathered | Counted | Printed | Folded
Condition = Fixed | Compared | Provided | Contained | Happened | Denied | Every | Some | Odd


def kind_of(value: Value) -> Kind:
    """Return the kind that a value has if it is provided."""
    match value:
        case Counted():
            return Kind.INTEGER
        case Printed() | Folded():
            return Kind.TEXT
        case _:
            return value.kind

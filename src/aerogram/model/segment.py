"""A segment's condition, bound to an account's properties and to a moment: what Python and SQL both read.

Whoever evaluates it keeps two rules. A value may be *not provided*, and a comparison of such a value is false,
whatever the operator; so every condition is true or false, and `Denied` of a comparison of nothing is true.
And `Constant` is the only thing that differs between two conditions of one shape.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from aerogram.model.event import EventKind

MAX_MOMENT_DIGITS: Final = 15
"""Digits of a datetime in milliseconds: more than the year 9999 needs. A longer one is not provided."""
MIN_PRINTED_MS: Final = -62_135_510_400_000
MAX_PRINTED_MS: Final = 253_402_214_400_000
"""The 2nd of January of the year 1, and the 31st of December 9999: what can be written as a date anywhere."""


class Kind(enum.Enum):
    """What a value is. Only values of one kind compare, and the two kinds of number."""

    TEXT = "str"
    INTEGER = "int"
    FLOAT = "float"
    FLAG = "bool"
    MOMENT = "datetime"
    """Milliseconds since the epoch."""


NUMBERS: Final = frozenset({Kind.INTEGER, Kind.FLOAT})


class Operator(enum.Enum):
    """How two values are compared: texts letter by letter, by code point."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class TextPosition(enum.Enum):
    """Where a text has another one."""

    START = "start"
    END = "end"
    ANYWHERE = "anywhere"


class DatePart(enum.Enum):
    """A part of a date in a format, with its letters there."""

    YEAR = "yyyy"
    SHORT_YEAR = "yy"
    MONTH = "mm"
    DAY = "dd"
    HOUR = "hh"
    MINUTE = "nn"
    SECOND = "ss"


class Gathering(enum.Enum):
    """What is made of the values of a time."""

    AVERAGE = "avg"
    LARGEST = "max"
    SMALLEST = "min"


class Constant(msgspec.Struct, frozen=True):
    """A value that stands in the expression, or follows from it and the moment."""

    kind: Kind
    value: Any


class Own(msgspec.Struct, frozen=True):
    """What the contact has of a static property. A stored value of another JSON type is not provided."""

    kind: Kind
    property_id: Constant


class Newest(msgspec.Struct, frozen=True):
    """The newest value of a historic property."""

    kind: Kind
    property_id: Constant


class Gathered(msgspec.Struct, frozen=True):
    """Something made of the values that a historic property had since a moment."""

    kind: Kind
    gathering: Gathering
    property_id: Constant
    since: Constant


class Counted(msgspec.Struct, frozen=True):
    """How often readers behind the contact's address did something. None does not limit."""

    event: EventKind
    campaign: Constant | None = None
    url: Constant | None = None
    since: Constant | None = None
    until: Constant | None = None


class Printed(msgspec.Struct, frozen=True):
    """A moment as text, after ``offset_ms`` is added to it. ``form`` is written piece by piece."""

    moment: Value
    form: tuple[DatePart | Constant, ...]
    offset_ms: Constant


class Folded(msgspec.Struct, frozen=True):
    """A text as `aerogram.base.folding.folded` writes it."""

    text: Value


class Fixed(msgspec.Struct, frozen=True):
    """The same for every contact."""

    is_true: bool


class Compared(msgspec.Struct, frozen=True):
    """Two values that compare: of one kind, or numbers."""

    operator: Operator
    left: Value
    right: Value


class Provided(msgspec.Struct, frozen=True):
    """The contact has a value."""

    value: Own


class Contained(msgspec.Struct, frozen=True):
    """A text begins or ends with another, or has it somewhere. Both are folded, or both are not."""

    position: TextPosition
    text: Value
    part: Value


class Happened(msgspec.Struct, frozen=True):
    """A reader behind the contact's address did something at a moment or later."""

    event: EventKind
    since: Constant


class Denied(msgspec.Struct, frozen=True):
    """The opposite."""

    condition: Condition


class Every(msgspec.Struct, frozen=True):
    """All of them."""

    conditions: tuple[Condition, ...]


class Some(msgspec.Struct, frozen=True):
    """At least one of them."""

    conditions: tuple[Condition, ...]


class Odd(msgspec.Struct, frozen=True):
    """An odd number of them: what XOR makes of a chain."""

    conditions: tuple[Condition, ...]


Value = Constant | Own | Newest | Gathered | Counted | Printed | Folded
Condition = Fixed | Compared | Provided | Contained | Happened | Denied | Every | Some | Odd


def kind_of(value: Value) -> Kind:
    """Tell what a value is when it is provided."""
    match value:
        case Counted():
            return Kind.INTEGER
        case Printed() | Folded():
            return Kind.TEXT
        case _:
            return value.kind

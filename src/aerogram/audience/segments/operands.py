"""Convert operands to values, and two values to a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.segments.tree import Literal, Name
from aerogram.audience.segments.values import constant_of, number_constant
from aerogram.model.segment import NUMBERS, Compared, Constant, Fixed, Kind, Operator, Own, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.segment import Condition, Value

NEVER: Final = Fixed(is_true=False)
"""The condition of a comparison with a missing value, or between values that do not compare."""


class Definition(msgspec.Struct, frozen=True):
    """A property that the account has defined."""

    id: int
    kind: Kind

    @property
    def key(self) -> Constant:
        """The property's key among the stored values of a contact."""
        return Constant(Kind.TEXT, str(self.id))


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of an account by lower-case name."""

    static: Mapping[str, Definition] = {}
    historic: Mapping[str, Definition] = {}


class Binding(msgspec.Struct, frozen=True):
    """What an expression is bound to: the account's properties and the current time."""

    properties: Definitions
    now_ms: int

    def own(self, name: Name) -> Own | None:
        """Return the static property with this name; None without one."""
        found = self.properties.static.get(name.key)
        return Own(found.kind, found.key) if found else None

    def word(self, name: Name) -> Own | Literal:
        """Return the static property with this name, else the name as a text (compatibility: segments#grammar)."""
        return self.own(name) or Literal(name.text, name.text, name.at)


def compared(operator: Operator, left: Value | Literal | None, right: Value | Literal | None) -> Condition:
    """Compare two operands; a literal is converted to the kind of the other operand."""
    if left is None or right is None:
        return NEVER
    if isinstance(left, Literal):
        left = _beside(left, right)
    if isinstance(right, Literal) and left is not None:
        right = _beside(right, left)
    if left is None or right is None or isinstance(right, Literal):
        return NEVER
    kinds = {kind_of(left), kind_of(right)}
    if len(kinds) > 1 and not kinds <= NUMBERS:
        return NEVER
    if Kind.FLAG in kinds and operator not in {Operator.EQUAL, Operator.DIFFERENT}:
        return NEVER
    return Compared(operator, left, right)


def _beside(literal: Literal, other: Value | Literal) -> Constant | None:
    if not isinstance(other, Literal):
        return constant_of(literal, kind_of(other))
    if _is_number(literal.value) and _is_number(other.value):
        return number_constant(literal.value)  # type: ignore[arg-type]
    return Constant(Kind.TEXT, literal.source)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

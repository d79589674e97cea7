"""The syntax tree of an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.model.segment import Operator


class Literal(msgspec.Struct, frozen=True):
    """A text, a number, true or false. ``source`` is the value of a text, else the literal as written."""

    value: str | int | float | bool
    source: str
    at: int


class Name(msgspec.Struct, frozen=True):
    """A property, or an unquoted text when there is no such property."""

    text: str
    at: int

    @property
    def key(self) -> str:
        """The name in lower case, as properties are stored."""
        return self.text.lower()


class Call(msgspec.Struct, frozen=True):
    """A function, by lower-case name, and its arguments."""

    function: str
    arguments: tuple[Operand, ...]
    at: int


class Comparison(msgspec.Struct, frozen=True):
    """Two operands."""

    operator: Operator
    left: Operand
    right: Operand


class Not(msgspec.Struct, frozen=True):
    """The negation of a term."""

    operand: Term


class Chain(msgspec.Struct, frozen=True):
    """Terms joined by one operator: ``and``, ``or`` or ``xor``."""

    word: str
    operands: tuple[Term, ...]


Operand = Literal | Name | Call
Term = Comparison | Call | Not | Chain

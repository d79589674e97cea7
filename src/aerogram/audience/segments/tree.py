"""An expression as it was written: what the parser makes of the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.model.segment import Operator


class Literal(msgspec.Struct, frozen=True):
    """A text, a number, true or false. ``source`` is a text's value, and of the others how they were written."""

    value: str | int | float | bool
    source: str
    at: int


class Name(msgspec.Struct, frozen=True):
    """A property; or a text that was written without quotes, when there is no such property."""

    text: str
    at: int

    @property
    def key(self) -> str:
        """Give the name as properties are stored: in small letters."""
        return self.text.lower()


class Call(msgspec.Struct, frozen=True):
    """A function, by its name in small letters, and what it is asked for."""

    function: str
    arguments: tuple[Operand, ...]
    at: int


class Comparison(msgspec.Struct, frozen=True):
    """Two operands."""

    operator: Operator
    left: Operand
    right: Operand


class Not(msgspec.Struct, frozen=True):
    """The opposite of what follows."""

    operand: Term


class Chain(msgspec.Struct, frozen=True):
    """Terms joined by one word: ``and``, ``or`` or ``xor``."""

    word: str
    operands: tuple[Term, ...]


Operand = Literal | Name | Call
Term = Comparison | Call | Not | Chain

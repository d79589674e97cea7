"""Kinds of property whose values are arrays and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest.fields.kinds import MAX_TEXT, Field, InvalidValueError, integer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WORDS: Final = 100
"""Strings of an array that takes any."""


class Words(Field):
    """An array of strings, each once.

    With ``words``, out of these in any case, kept in the order of the declaration; else any, as given.
    """

    schema_type = "array"

    def __init__(self, name: str, source: str, words: Sequence[str] = (), **options: Any) -> None:
        super().__init__(name, source, **options)
        self._words = {word.lower(): word for word in words}

    def read(self, value: Any) -> tuple[str, ...]:
        """Read an array of words."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InvalidValueError("The value must be an array of strings")
        if not self._words:
            return _free_words(value)
        asked = {each.lower() for each in value}
        if not asked <= self._words.keys():
            raise InvalidValueError(f"The values must be among {', '.join(self._words.values())}")
        return tuple(word for lowered, word in self._words.items() if lowered in asked)

    def show(self, value: Any) -> list[str]:
        """Give an array; an empty one when unset."""
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        """Describe it with its words."""
        items = {"type": "string"} | ({"enum": list(self._words.values())} if self._words else {})
        return super().schema() | {"items": items}


class Ids(Field):
    """An array of ids of other objects, each once, in the order that they are given in."""

    schema_type = "array"

    def __init__(self, name: str, source: str, *, most: int, **options: Any) -> None:
        super().__init__(name, source, **options)
        self._most = most

    def read(self, value: Any) -> tuple[int, ...]:
        """Read an array of whole numbers."""
        read = [integer_of(each) for each in value] if isinstance(value, list) else [None]
        if None in read:
            raise InvalidValueError("The value must be an array of integers")
        if len(read) > self._most:
            raise InvalidValueError(f"The value may have {self._most} elements")
        return tuple(dict.fromkeys(each for each in read if each is not None))

    def show(self, value: Any) -> list[int]:
        """Give an array; an empty one when unset."""
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return super().schema() | {"items": {"type": "integer", "format": "int64"}}


class Json(Field):
    """An object of the client's own, or a text instead where ``takes_text``; kept as it is."""

    schema_type = "object"

    def __init__(self, name: str, source: str, *, takes_text: bool = False, **options: Any) -> None:
        super().__init__(name, source, **options)
        self._takes_text = takes_text

    def read(self, value: Any) -> Any:
        """Read an object, or a text."""
        if isinstance(value, dict) or (self._takes_text and isinstance(value, str)):
            return value
        raise InvalidValueError(f"The value must be {'a string or ' if self._takes_text else ''}an object")

    def schema(self) -> dict[str, Any]:
        """Describe what it may be."""
        described = super().schema()
        if self._takes_text:
            described["type"] = ["string", "object", *(["null"] if self.is_nullable else [])]
        return described


def _free_words(value: list[str]) -> tuple[str, ...]:
    if len(value) > MAX_WORDS or sum(map(len, value)) > MAX_TEXT:
        raise InvalidValueError(f"The value may have {MAX_WORDS} strings of {MAX_TEXT} characters together")
    if any("\0" in each for each in value):
        raise InvalidValueError("The value must not contain a NUL character")
    return tuple(dict.fromkeys(value))

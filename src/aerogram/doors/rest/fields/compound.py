"""Field types whose values are arrays and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest.fields.kinds import MAX_TEXT, Field, InvalidValueError, integer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_WORDS: Final = 100
"""Maximum number of strings in an array without a fixed vocabulary."""


class Words(Field):
    """An array of distinct strings.

    With ``words``, only these are valid, in any case, and they keep the order of the declaration. Otherwise
    any string is valid.
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
        lowered_words = {each.lower() for each in value}
        if not lowered_words <= self._words.keys():
            raise InvalidValueError(f"The values must be among {', '.join(self._words.values())}")
        return tuple(word for lowered, word in self._words.items() if lowered in lowered_words)

    def show(self, value: Any) -> list[str]:
        """Return an array; an empty one if unset."""
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        """Describe the array with its allowed words."""
        items = {"type": "string"} | ({"enum": list(self._words.values())} if self._words else {})
        return super().schema() | {"items": items}


class Ids(Field):
    """An array of distinct ids of other objects, in the given order."""

    schema_type = "array"

    def __init__(self, name: str, source: str, *, most: int, **options: Any) -> None:
        super().__init__(name, source, **options)
        self._most = most

    def read(self, value: Any) -> tuple[int, ...]:
        """Read an array of integers."""
        read = [integer_of(each) for each in value] if isinstance(value, list) else [None]
        if None in read:
            raise InvalidValueError("The value must be an array of integers")
        if len(read) > self._most:
            raise InvalidValueError(f"The value may have at most {self._most} elements")
        return tuple(dict.fromkeys(each for each in read if each is not None))

    def show(self, value: Any) -> list[int]:
        """Return an array; an empty one if unset."""
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        """Describe the array."""
        return super().schema() | {"items": {"type": "integer", "format": "int64"}}


class Json(Field):
    """A JSON object with client-defined content, stored unchanged; with ``allows_text`` also a string."""

    schema_type = "object"

    def __init__(self, name: str, source: str, *, allows_text: bool = False, **options: Any) -> None:
        super().__init__(name, source, **options)
        self._allows_text = allows_text

    def read(self, value: Any) -> Any:
        """Read an object, or a string if allowed."""
        if isinstance(value, dict) or (self._allows_text and isinstance(value, str)):
            return value
        raise InvalidValueError(f"The value must be {'a string or ' if self._allows_text else ''}an object")

    def schema(self) -> dict[str, Any]:
        """Describe the allowed types."""
        described = super().schema()
        if self._allows_text:
            described["type"] = ["string", "object", *(["null"] if self.is_nullable else [])]
        return described


def _free_words(value: list[str]) -> tuple[str, ...]:
    if len(value) > MAX_WORDS or sum(map(len, value)) > MAX_TEXT:
        raise InvalidValueError(
            f"The value may have at most {MAX_WORDS} strings and {MAX_TEXT} characters in all"
        )
    if any("\0" in each for each in value):
        raise InvalidValueError("The value must not contain a NUL character")
    return tuple(dict.fromkeys(value))

"""Field types that only the Content API has."""

from __future__ import annotations

import re
from typing import Any, Final

from aerogram.doors.rest.fields.compound import Words
from aerogram.doors.rest.fields.kinds import InvalidValueError, Text
from aerogram.doors.rest.v1.errors import (
    INVALID_COLOR,
    INVALID_LOCALE,
    INVALID_PERMISSIONS,
    NOT_IN_LIST,
    ConstraintError,
)

_color: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})\Z").match
# Mailjet accepts only the languages of its list; here any language is valid.
_locale: Final = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z]{2,4})?\Z").match


class Color(Text):
    """A color as ``#FFFFFF``."""

    def read(self, value: Any) -> str:
        """Read a hexadecimal color of three or six digits."""
        text = super().read(value)
        if not _color(text):
            raise ConstraintError(INVALID_COLOR, "The value must be a hexadecimal color as #FFFFFF")
        return text

    def schema(self) -> dict[str, Any]:
        """Describe it with an example."""
        return super().schema() | {"examples": ["#FFFFFF"]}


class Locale(Text):
    """A language with an optional country, as ``en_US``."""

    def read(self, value: Any) -> str:
        """Read a language."""
        text = super().read(value)
        if not _locale(text):
            raise ConstraintError(INVALID_LOCALE, "The value must be a locale as en_US")
        return text

    def schema(self) -> dict[str, Any]:
        """Describe it with an example."""
        return super().schema() | {"examples": ["en_US"]}


class OneWord(Text):
    """One of a set of words, in any case; any other violates the list constraint."""

    def __init__(self, name: str, source: str, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(name, source, **options)
        self._words = words

    def read(self, value: Any) -> str:
        """Read a word and return it as declared."""
        asked = super().read(value).lower()
        if asked not in self._words:
            raise ConstraintError(NOT_IN_LIST, f"The value must be one of {', '.join(self._words)}")
        return asked

    def schema(self) -> dict[str, Any]:
        """Describe the string with its allowed words."""
        return super().schema() | {"enum": list(self._words)}


class Permissions(Words):
    """The permissions of a token."""

    def read(self, value: Any) -> tuple[str, ...]:
        """Read an array of permissions."""
        try:
            read = super().read(value)
        except InvalidValueError as error:
            raise ConstraintError(INVALID_PERMISSIONS, str(error)) from None
        if not read:
            raise ConstraintError(INVALID_PERMISSIONS, "A token needs at least one permission")
        return read

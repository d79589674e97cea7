"""Field types: how each is read from a request, compared and shown.

A field reads its value from a row by its ``source``. Integers are limited to what both databases can store,
so that no out-of-range number reaches a driver.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.clock import SECOND
from aerogram.doors.rest.fields import moments
from aerogram.doors.rest.fields.moments import MomentError, first_and_last

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_INTEGER: Final = 2**63 - 1
MAX_TEXT: Final = 4_096
"""Characters of a text property, unless the field sets its own limit."""
OMITTED: Final = object()
"""Returned instead of a value to leave the key out (compatibility: rest#values)."""


class InvalidValueError(ValueError):
    """An invalid value of a property; the text says why, in Mailjet's words where known."""


class Field:
    """A property. Subclasses define its values; one without its own `read` is read-only."""

    schema_type: str = "string"
    full_as: str = ""
    """The key of the object that wraps the value in ``Style=Full``; "" if the value is not wrapped."""

    def __init__(
        self,
        name: str,
        source: str,
        *,
        read_only: bool = False,
        required: bool = False,
        default: Any = None,
        shown_with: str = "",
        hidden: Any = OMITTED,
        nullable: bool = False,
    ) -> None:
        """Declare a property. With ``shown_with`` its value needs that parameter, else it is ``hidden``.

        An unset ``nullable`` property is shown as null; any other unset property is left out.
        """
        self.name = name
        self.source = source
        self.is_read_only = read_only
        self.is_required = required
        self.default = default
        self.shown_with = shown_with
        self.hidden = hidden
        self.is_nullable = nullable

    @property
    def title(self) -> str:
        """The name that validation errors use."""
        return self.name

    def parsers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Return the accepted names in lower case, each with the function that parses its value."""
        return {self.name.lower(): self.read}

    def read(self, value: Any) -> Any:  # noqa: ARG002 - what subclasses read
        """Read a JSON value that is not null. Raises `InvalidValueError`."""
        raise InvalidValueError(f'Setting a value for property "{self.name}" is not allowed')

    def show(self, value: Any) -> Any:
        """Return the JSON value."""
        return OMITTED if value is None and not self.is_nullable else value

    def is_echo(self, value: Any, own: Any) -> bool:
        """Return whether a client repeats the value ``own`` as it was shown, which is no change."""
        return str(self.show(own)) == str(value) or (own is None and is_empty(value))

    def is_same(self, value: Any, own: Any) -> bool:
        """Return whether the new value equals the stored one."""
        return bool(value == own)

    def schema(self) -> dict[str, Any]:
        """Describe the values as JSON Schema."""
        described: dict[str, Any] = {
            "type": [self.schema_type, "null"] if self.is_nullable else self.schema_type
        }
        if self.is_read_only:
            described["readOnly"] = True
        if self.default is not None:
            described["default"] = self.default
        return described


class Integer(Field):
    """An integer; numeric strings are accepted (compatibility: rest#requests)."""

    schema_type = "integer"

    def __init__(self, name: str, source: str, *, allowed: Sequence[int] = (), **options: Any) -> None:
        super().__init__(name, source, **options)
        self._allowed = allowed

    def read(self, value: Any) -> int:
        """Read an integer, or a string of digits."""
        read = integer_of(value)
        if read is None:
            raise InvalidValueError("The value must be an integer")
        if self._allowed and read not in self._allowed:
            raise InvalidValueError(f"The value must be one of {', '.join(map(str, self._allowed))}")
        return read

    def schema(self) -> dict[str, Any]:
        """Describe it as a 64-bit integer."""
        described = super().schema() | {"format": "int64"}
        return described | {"enum": list(self._allowed)} if self._allowed else described


class Number(Field):
    """A number, possibly with a fraction; numeric strings are accepted."""

    schema_type = "number"

    def read(self, value: Any) -> float:
        """Read a finite number, or a string with one."""
        try:
            read = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            read = math.nan
        if isinstance(value, bool) or not math.isfinite(read):
            raise InvalidValueError("The value must be a number")
        return read

    def show(self, value: Any) -> Any:
        """Return the number; without a fraction if it is whole (compatibility: rest#values)."""
        return int(value) if isinstance(value, float) and value.is_integer() else super().show(value)


class Text(Field):
    """A string without NUL, of at most ``max_length`` characters."""

    def __init__(self, name: str, source: str, *, max_length: int = MAX_TEXT, **options: Any) -> None:
        super().__init__(name, source, **options)
        self._max_length = max_length

    def read(self, value: Any) -> str:
        """Read a string."""
        if not isinstance(value, str):
            raise InvalidValueError("The value must be a string")
        if "\0" in value:
            raise InvalidValueError("The value must not contain a NUL character")
        if self.is_required and not value:
            raise InvalidValueError("MJ04 Value must have at least length 1")
        if len(value) > self._max_length:
            raise InvalidValueError(f"The value may have at most {self._max_length} characters")
        return value


class Address(Text):
    """An email address; ``Style=Full`` shows it as ``{"Email": "ann@example.com"}``."""

    full_as = "Email"


class Choice(Text):
    """One of a set of words, in any case."""

    def __init__(self, name: str, source: str, words: Sequence[str], **options: Any) -> None:
        super().__init__(name, source, **options)
        self._words = {word.lower(): word for word in words}

    def read(self, value: Any) -> str:
        """Read a word and return it as declared."""
        word = self._words.get(super().read(value).lower())
        if word is None:
            raise InvalidValueError(f"The value must be one of {', '.join(self._words.values())}")
        return word

    def schema(self) -> dict[str, Any]:
        """Describe the string with its allowed words."""
        return super().schema() | {"enum": list(self._words.values())}


class Flag(Field):
    """A boolean; ``"true"``, ``"1"`` and 1 are accepted (compatibility: rest#requests)."""

    schema_type = "boolean"

    def read(self, value: Any) -> bool:
        """Read a boolean."""
        read = flag_of(value)
        if read is None:
            raise InvalidValueError("The value must be true or false")
        return read

    def show(self, value: Any) -> bool:
        """Return true or false, also for a stored 0 or 1."""
        return bool(value)

    def is_echo(self, value: Any, own: Any) -> bool:
        """Compare the values as booleans."""
        return flag_of(value) is bool(own)


class Moment(Field):
    """Milliseconds since the epoch, shown as RFC 3339 in UTC without a fraction; "" if unset."""

    def read(self, value: Any) -> int | None:
        """Read RFC 3339 (without a zone: UTC) or Unix seconds (compatibility: rest#values); "" is unset.

        Fractions of a second are dropped. The epoch itself is unset, as in rows that were never touched.
        """
        if value == "" and not self.is_required:
            return None
        try:
            return first_and_last(value)[0] // SECOND * SECOND or None
        except MomentError as error:
            raise InvalidValueError(f"The value is {error}") from None

    def show(self, value: Any) -> str | int:
        """Return ``2020-11-06T13:38:49Z``."""
        return moments.shown(value) if value else ""

    def is_echo(self, value: Any, own: Any) -> bool:
        """Compare to the second, in any accepted format (compatibility: rest#requests)."""
        try:
            return self.is_same(self.read(value), own)
        except InvalidValueError:
            return False

    def is_same(self, value: Any, own: Any) -> bool:
        """Compare to the second, because fractions are not shown."""
        return (value or 0) // SECOND == (own or 0) // SECOND

    def schema(self) -> dict[str, Any]:
        """Describe it as a date-time that is empty if unset."""
        return super().schema() | {"examples": ["2020-11-06T13:38:49Z", ""]}


class UnixTime(Moment):
    """Milliseconds since the epoch, shown as Unix seconds; 0 if unset."""

    schema_type = "integer"

    def show(self, value: Any) -> int:
        """Return whole seconds."""
        return int(value or 0) // SECOND

    def read(self, value: Any) -> int | None:
        """Read a moment; 0 is unset."""
        return None if value in (0, "0") else super().read(value)

    def schema(self) -> dict[str, Any]:
        """Describe it as an integer."""
        return Field.schema(self) | {"format": "int64"}


class Constant(Field):
    """A property whose value never changes, because the feature that it describes does not exist yet."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__(name, "", read_only=True)
        self._value = value
        self.schema_type = _JSON_TYPES[type(value)]

    def show(self, value: Any) -> Any:
        """Return the fixed value."""
        return self._value if value is None else value

    def is_echo(self, value: Any, own: Any) -> bool:
        """Accept the fixed value, and any empty value."""
        return is_empty(value) or str(self.show(own)) == str(value)


_JSON_TYPES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
}
_EMPTY: Final[tuple[Any, ...]] = (None, "", "0", "false", 0, [], {})
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def is_empty(value: Any) -> bool:
    """Return whether a value counts as empty, as null, "", 0 or false."""
    return value in _EMPTY


def integer_of(value: Any) -> int | None:
    """Convert an integer or a numeric string; None for anything else and beyond 64 bits."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_INTEGER))):
            return None
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INTEGER:
        return None
    return value


def flag_of(value: Any) -> bool | None:
    """Convert a boolean, 0, 1, or one of these as text in any case; None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return _FLAGS.get(str(value).lower())
    return None

"""References to other objects: shown as ``XID``, set as ``XID`` or ``XALT``.

(compatibility: rest#values)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.kinds import OMITTED, Field, InvalidValueError, integer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_SUFFIX: Final = "ID"
_UNSET: Final = (0, "", "0")
"""The values that clear a reference."""


class Alternate(msgspec.Struct, frozen=True):
    """The unique key of a referenced object, before it is resolved."""

    text: str


class Reference(Field):
    """The id of an object of another resource.

    A body may also name the object by its unique key, as ``XALT``, or write ``X`` for ``XID``. The engine
    replaces it with the id of an object of the caller, and refuses one that does not exist. If the other
    resource is not served, any id is accepted.
    """

    schema_type = "integer"

    def __init__(
        self, name: str, source: str, resource: str, *, unset: Any = OMITTED, **options: Any
    ) -> None:
        """Declare a reference. ``resource`` is the other's name; ``unset`` is shown if there is none."""
        super().__init__(name, source, **options)
        self.resource = resource
        self._unset = unset
        self.base = name.removesuffix(_SUFFIX)

    @property
    def title(self) -> str:
        """The name without ``ID``, as in Mailjet's errors."""
        return self.base

    def parsers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Return its three names; the id takes precedence."""
        base = self.base.lower()
        return {self.name.lower(): self.read, base: self.read, f"{base}alt": self._read_alternate}

    def read(self, value: Any) -> int | None:
        """Read an id; 0 and "" clear the reference."""
        if not isinstance(value, bool) and value in _UNSET:
            self._check_nothing()
            return None
        read = integer_of(value)
        if read is None:
            raise InvalidValueError("The value must be an integer")
        return read

    def show(self, value: Any) -> Any:
        """Return the id."""
        return self._unset if value is None else value

    def schema(self) -> dict[str, Any]:
        """Describe it as a 64-bit integer."""
        return super().schema() | {"format": "int64"}

    def _read_alternate(self, value: Any) -> Alternate | None:
        if value == "":
            self._check_nothing()
            return None
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValueError("The value must be a string")
        return Alternate(value)

    def _check_nothing(self) -> None:
        if self.is_required:
            raise InvalidValueError("MJ03 A non-empty value is required")

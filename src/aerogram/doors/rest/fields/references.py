"""Properties that name another object: shown as ``XID``, set as ``XID`` or ``XALT``.

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
"""What a client writes to have a reference to nothing."""


class Alternate(msgspec.Struct, frozen=True):
    """The unique key of the object that is meant, until it is resolved."""

    text: str


class Reference(Field):
    """The id of an object of another resource.

    A body may also name the object by its unique key, as ``XALT``, or say ``X`` for ``XID``. Before a
    collection sees it, it has become the id of an object of the caller's; one that does not exist is refused.
    Where the resource named is not served, an id is taken as it is.
    """

    schema_type = "integer"

    def __init__(
        self, name: str, source: str, resource: str, *, unset: Any = OMITTED, **options: Any
    ) -> None:
        """Declare it. ``resource`` is the other's name; ``unset`` is shown for a reference to nothing."""
        super().__init__(name, source, **options)
        self.resource = resource
        self._unset = unset
        self.base = name.removesuffix(_SUFFIX)

    @property
    def title(self) -> str:
        """The name without ``ID``, as Mailjet's errors have it."""
        return self.base

    def readers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Give its three names; the id is the first to count."""
        base = self.base.lower()
        return {self.name.lower(): self.read, base: self.read, f"{base}alt": self._read_alternate}

    def read(self, value: Any) -> int | None:
        """Read an id; 0 and "" mean none."""
        if not isinstance(value, bool) and value in _UNSET:
            self._check_nothing()
            return None
        read = integer_of(value)
        if read is None:
            raise InvalidValueError("The value must be an integer")
        return read

    def show(self, value: Any) -> Any:
        """Give the id."""
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

"""The field type of a sender address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.rest.fields.kinds import InvalidValueError, Text
from aerogram.doors.rest.queries.listing import Condition
from aerogram.senders.pattern import parse_pattern
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Callable


class SenderAddress(Text):
    """An address, or ``*@domain``, in lower case with an ASCII domain. ``Style=Full`` shows an object."""

    full_as = "Email"

    def read(self, value: Any) -> str:
        """Read a sender and return its stored form."""
        try:
            return parse_pattern(super().read(value))
        except AddressError as error:
            raise InvalidValueError(str(error)) from None


def by_sender(name: str = "email") -> Callable[[str], Condition | None]:
    """Return the key that reads an address or ``*@domain``."""

    def read(text: str) -> Condition | None:
        try:
            return Condition(name, parse_pattern(text))
        except AddressError:
            return None

    return read

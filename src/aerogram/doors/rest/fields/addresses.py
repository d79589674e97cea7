"""The field type of an email address."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.rest.fields.kinds import OMITTED, InvalidValueError, Text
from aerogram.wire.address import is_email

MAX_ADDRESS: Final = 320
"""Characters: local part 64, domain 255, and the @ (RFC 5321 §4.5.3.1)."""


class OptionalAddress(Text):
    """An address, or "" for none; with ``is_omitted`` an unset one is left out, as Mailjet's ReplyEmail."""

    def __init__(self, name: str, source: str, *, is_omitted: bool = False, **options: Any) -> None:
        super().__init__(name, source, max_length=MAX_ADDRESS, **options)
        self._is_omitted = is_omitted

    def read(self, value: Any) -> str:
        """Read an address."""
        email = super().read(value)
        if email and not is_email(email):
            raise InvalidValueError(f'"{email[:80]}" is not an email address')
        return email

    def show(self, value: Any) -> Any:
        """Return the address, or omit it if unset."""
        return OMITTED if self._is_omitted and not value else super().show(value)

    def schema(self) -> dict[str, Any]:
        """Describe it as an address, or "" if unset."""
        described = super().schema()
        return described | {"anyOf": [{"format": "email"}, {"const": ""}]}

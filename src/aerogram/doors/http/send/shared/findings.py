"""Collect errors and other findings of the parsers, besides values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.http.send.shared import errors

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject, Names

MAX_UNEXPECTED: Final = 10
"""Unknown properties of one object that are reported; an object with more is still refused."""


class Findings:
    """The findings of parsing one message."""

    __slots__ = ("attached_bytes", "errors", "recipients", "sizes")

    def __init__(self, sizes: dict[int, int]) -> None:
        """Start with the ``sizes`` of attachments already checked in this call, by identity of their text."""
        self.errors: list[SendError] = []
        self.recipients = 0
        self.attached_bytes = 0
        self.sizes = sizes

    def refuse_unknown(self, path: str, spelled: JsonObject, names: Names) -> None:
        """Report the names in the object at ``path`` ("" for a message) that do not exist."""
        prefix = f"{path}." if path else ""
        self.errors += [
            errors.unexpected(prefix + name, names.nearest(name))
            for name in names.unknown(spelled)[:MAX_UNEXPECTED]
        ]

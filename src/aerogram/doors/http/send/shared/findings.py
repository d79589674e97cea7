"""Collect errors and other findings of the parsers, besides values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.errors import SendError


class Findings:
    """The findings of parsing one message."""

    __slots__ = ("attached_bytes", "errors", "recipients", "sizes")

    def __init__(self, sizes: dict[int, int]) -> None:
        """Start with the ``sizes`` of attachments already checked in this call, by identity of their text."""
        self.errors: list[SendError] = []
        self.recipients = 0
        self.attached_bytes = 0
        self.sizes = sizes

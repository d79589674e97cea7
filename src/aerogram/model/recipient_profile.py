"""What an account knows about a recipient, as far as its templates use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.clock import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecipientProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient's profile at ``now_ms``, the time when their mail is prepared.

    ``data`` has the contact's properties by lower-case name. ``segments`` has the segments of the send options
    that they are in, spelled as there. The other fields are the times of their last open and click, 0 for never.
    """

    now_ms: int
    data: Mapping[str, Any] = {}
    segments: frozenset[str] = frozenset()
    opened_ms: int = 0
    clicked_ms: int = 0

    def is_in(self, segment: str) -> bool:
        """Return whether the recipient is in a segment."""
        return segment in self.segments

    def has_opened(self, days: int) -> bool:
        """Return whether they opened a mail in the last ``days`` days."""
        return 0 < self.opened_ms >= self.now_ms - days * DAY

    def has_clicked(self, days: int) -> bool:
        """Return whether they clicked a link in the last ``days`` days."""
        return 0 < self.clicked_ms >= self.now_ms - days * DAY

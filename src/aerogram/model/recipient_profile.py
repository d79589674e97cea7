"""What an account knows of a recipient, as far as its templates ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.clock import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecipientProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient at the moment ``now_ms``, when his mail was made ready.

    ``data`` are the contact's properties by name in small letters; ``segments`` those of the treatment's that
    he is in, as they are written there; the others when he last opened and clicked, 0 for never.
    """

    now_ms: int
    data: Mapping[str, Any] = {}
    segments: frozenset[str] = frozenset()
    opened_ms: int = 0
    clicked_ms: int = 0

    def is_in(self, segment: str) -> bool:
        """Tell whether the recipient is in a segment."""
        return segment in self.segments

    def has_opened(self, days: int) -> bool:
        """Tell whether he opened a mail in the last days."""
        return 0 < self.opened_ms >= self.now_ms - days * DAY

    def has_clicked(self, days: int) -> bool:
        """Tell whether he followed a link in the last days."""
        return 0 < self.clicked_ms >= self.now_ms - days * DAY

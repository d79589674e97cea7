"""The status of a message in Mailjet's numbers (compatibility: messages#status-codes).

It is derived from the message's state and failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

QUEUED: Final = 1
SENT: Final = 2
BLOCKED: Final = 8
SOFT_BOUNCED: Final = 9
HARD_BOUNCED: Final = 10
DEFERRED: Final = 11

STATUS_NAMES: Final[Mapping[int, str]] = {
    QUEUED: "queued",
    SENT: "sent",
    BLOCKED: "blocked",
    SOFT_BOUNCED: "softbounced",
    HARD_BOUNCED: "hardbounced",
    DEFERRED: "deferred",
}
"""The statuses that messages can have; Mailjet's others depend on tracking or are no states."""

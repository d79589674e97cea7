"""The status of a message as accounts see it: a number of Mailjet's (compatibility: messages#status-codes).

It follows from the state of the message and from why it failed.
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
"""The statuses that messages have today; the others of Mailjet's need tracking, or name no state."""

"""The status of a draft of a campaign, and the one table of what clients may make of it.

A draft is edited in whatever status it is; deleting it is the change to ``DELETED``, as no row is ever removed.
Sending and testing set the statuses that clients cannot.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class DraftStatus(enum.IntEnum):
    """Where a draft stands, by Mailjet's codes (compatibility: campaigns#drafts)."""

    TEST_CANCELLED = -3
    """A version whose test of several versions was cancelled."""
    DELETED = -2
    ARCHIVED = -1
    DRAFT = 0
    PROGRAMMED = 1
    SENT = 2
    TESTED = 3
    """A version that was sent to the part of the recipients who choose the best one."""
    SELECTED = 4
    """The version that won."""


FIRST_STATUS: Final = DraftStatus.DRAFT
"""The status of a draft when it is made; a client may name another one that `MAY_BECOME` allows from here."""
_BY_HAND: Final = frozenset({DraftStatus.DRAFT, DraftStatus.ARCHIVED, DraftStatus.DELETED})

MAY_BECOME: Final[Mapping[DraftStatus, frozenset[DraftStatus]]] = {
    DraftStatus.TEST_CANCELLED: frozenset(),
    DraftStatus.DELETED: _BY_HAND,
    DraftStatus.ARCHIVED: _BY_HAND,
    DraftStatus.DRAFT: _BY_HAND,
    DraftStatus.PROGRAMMED: frozenset(),
    DraftStatus.SENT: frozenset(),
    DraftStatus.TESTED: frozenset(),
    DraftStatus.SELECTED: frozenset(),
}
"""The statuses that a client may give to a draft in each status. Naming the one it has changes nothing and is fine."""


def may_be_set(before: int, after: int) -> bool:
    """Tell whether a client may set a status over another one. Both are codes of `DraftStatus`."""
    return before == after or after in MAY_BECOME[DraftStatus(before)]

"""The status of a campaign draft, and the table of the changes that clients may make.

A draft can be edited in every status. Deleting it sets ``DELETED``; its row is never removed. Sending and testing
set the statuses that clients cannot.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class DraftStatus(enum.IntEnum):
    """The status of a draft, in Mailjet's codes (compatibility: campaigns#drafts)."""

    TEST_CANCELLED = -3
    """A version of an A/B test that was cancelled."""
    DELETED = -2
    ARCHIVED = -1
    DRAFT = 0
    PROGRAMMED = 1
    SENT = 2
    TESTED = 3
    """A version that was sent to the test group of recipients."""
    SELECTED = 4
    """The version that won its A/B test."""


FIRST_STATUS: Final = DraftStatus.DRAFT
"""The status of a new draft; clients may request another one that `MAY_BECOME` allows from it."""
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
"""The statuses that clients may set, by current status. Setting the current status again is always allowed."""


def may_be_set(before: int, after: int) -> bool:
    """Return whether a client may change the status from ``before`` to ``after``, codes of `DraftStatus`."""
    return before == after or after in MAY_BECOME[DraftStatus(before)]

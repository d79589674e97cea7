"""The status of a sender and its type of mail, in Mailjet's words.

(compatibility: senders#sender)
"""

from __future__ import annotations

from typing import Final

ACTIVE: Final = "Active"
INACTIVE: Final = "Inactive"
DELETED: Final = "Deleted"
UNKNOWN_TYPE: Final = "unknown"
"""Mailjet's default EmailType."""

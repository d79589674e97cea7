"""The limits of one call of the Send API v3, where they differ from v3.1's."""

from __future__ import annotations

from typing import Final

MAX_MESSAGES: Final = 100
"""Maximum messages in one call (compatibility: send-v3#limits)."""
MAX_RECIPIENTS: Final = 50
"""Maximum addresses in each of To, Cc, Bcc and Recipients of one message (compatibility: send-v3#limits)."""

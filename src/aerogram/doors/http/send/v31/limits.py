"""The limits of one call of the Send API v3.1, where they differ from v3's."""

from __future__ import annotations

from typing import Final

MAX_MESSAGES: Final = 50
"""Maximum messages in one call (compatibility: send-v31#call)."""
MAX_RECIPIENTS: Final = 50
"""Maximum recipients in To, Cc and Bcc of one message together, not per call.

(compatibility: send-v31#properties)
"""

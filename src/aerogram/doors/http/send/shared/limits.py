"""The limits of one call in both versions of the Send API, each with its source."""

from __future__ import annotations

from typing import Final

MAX_ATTACHMENTS: Final = 50
"""Maximum elements of Attachments, and of InlinedAttachments (compatibility: send-v31#errors)."""
MAX_HEADERS: Final = 200
"""Maximum elements of Headers. Mailjet's guide says 50 for every collection; more is harmless here."""
MAX_VARIABLES: Final = 1_000
"""Maximum elements of Variables, generous for the same reason."""
MAX_DEPTH: Final = 50
"""Maximum nesting within Variables: deeper ones could be parsed but not serialised again."""
MAX_CAMPAIGN: Final = 255
"""Maximum characters of CustomCampaign (compatibility: send-v31#properties)."""
MAX_SUBJECT: Final = 255
"""Maximum characters of Subject (compatibility: send-v31#properties)."""
MAX_URL_TAGS: Final = 256
"""Maximum characters of URLTags (compatibility: send-v31#properties)."""
MAX_ATTACHED_BYTES: Final = 15 * 1024 * 1024
"""Maximum bytes of Attachments and InlinedAttachments of one message together, decoded.

(compatibility: send-v31#properties)
"""
MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""Maximum decompressed request body: 15 MiB of attachments as base64 with line breaks, and ample text."""
MAX_STORED_BYTES: Final = 128 * 1024 * 1024
"""Maximum bytes of all messages of a call after merging Globals, which would otherwise be stored 50 times."""

"""The limits of one call that both versions of the Send API have, each with its source."""

from __future__ import annotations

from typing import Final

MAX_ATTACHMENTS: Final = 50
"""Elements of Attachments, and of InlinedAttachments (compatibility: send-v31#errors)."""
MAX_HEADERS: Final = 200
"""Elements of Headers. Mailjet's guide says 50 for every collection; more is harmless here."""
MAX_VARIABLES: Final = 1_000
"""Elements of Variables, generous for the same reason."""
MAX_DEPTH: Final = 50
"""Objects and arrays in one another within Variables: deeper ones could be read, but not be written again."""
MAX_CAMPAIGN: Final = 255
"""Characters of CustomCampaign (compatibility: send-v31#properties)."""
MAX_SUBJECT: Final = 255
"""Characters of Subject (compatibility: send-v31#properties)."""
MAX_URL_TAGS: Final = 256
"""Characters of URLTags (compatibility: send-v31#properties)."""
MAX_ATTACHED_BYTES: Final = 15 * 1024 * 1024
"""Attachments and InlinedAttachments of one message together, after base64.

(compatibility: send-v31#properties)
"""
MAX_BODY_BYTES: Final = 32 * 1024 * 1024
"""The request's body, after Content-Encoding: 15 MiB of attachments as base64 in lines, and ample text."""
MAX_STORED_BYTES: Final = 128 * 1024 * 1024
"""All messages of a call after Globals were merged into each: else what stands in Globals is stored 50 times."""

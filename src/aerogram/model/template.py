"""What stored templates are for."""

from __future__ import annotations

from typing import Final

PURPOSES: Final = ("marketing", "transactional", "automation", "opt-in")
"""Mailjet's words. The place of a word is its bit in the store: new ones are appended."""
DRAFT: Final = "D"
PUBLISHED: Final = "P"
"""What a version of a template's content is, in Mailjet's letters."""

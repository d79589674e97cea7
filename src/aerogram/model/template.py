"""The purposes and version kinds of stored templates."""

from __future__ import annotations

from typing import Final

PURPOSES: Final = ("marketing", "transactional", "automation", "opt-in")
"""Mailjet's words. The index of a word is its bit in the store: append new ones."""
DRAFT: Final = "D"
PUBLISHED: Final = "P"
"""The kinds of a version of a template's content, in Mailjet's letters."""

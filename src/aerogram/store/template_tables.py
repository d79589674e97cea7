"""The tables of what an account keeps to send again and again."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, UniqueConstraint

from aerogram.store.columns import big, key, metadata, small, words

template = Table(
    "template",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("owner_type"),
    words("author"),
    big("categories", 0),
    words("copyright"),
    words("description"),
    small("edit_mode"),
    small("is_starred", 0),
    small("makes_text", 0),
    words("locale"),
    words("presets"),
    small("purposes", 0),
    big("created_ms"),
    big("updated_ms"),
    words("headers"),
    Column("text_part", Text),
    Column("html_part", Text),
    Column("mjml", Text),
    UniqueConstraint("account_id", "owner_type", "name"),
)
"""A stored mail to be filled in. ``categories`` and ``purposes`` are sets of words, one bit for each.

The parts come last, because what lies before a large value is read without it; null is a part that was
never given. ``headers`` is a JSON object or "", ``mjml`` the JSON of a text or a tree.
"""

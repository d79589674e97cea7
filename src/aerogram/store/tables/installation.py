"""Facts of the installation."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from aerogram.store.tables.columns import big, key, metadata, words

node = Table(
    "node",
    metadata,
    key(),
    words("name"),
    big("until_ms"),
)
"""The node numbers of `base.ids` that are in use, each leased by one process."""

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    words("value"),
)
"""Facts of this installation, such as the fingerprint of its master key."""

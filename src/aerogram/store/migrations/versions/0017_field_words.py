"""Rename columns to the standard words: reverse-path, send options, queue key."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

_RENAMED = (
    ("content", "envelope_from", "reverse_path"),
    ("content", "treatment", "send_options"),
    ("message", "lane", "queue_key"),
)


def upgrade() -> None:
    for table, old, new in _RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")

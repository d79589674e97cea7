"""What a reader did bears his address, so that it is found by contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # SQLite adds no column whose default is an expression, which is what it takes brackets for.
    op.add_column("event", sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False))
    # Clicks, complaints, unsubscriptions and opens that were recorded before. No database can write an address
    # as we compare it; small letters are as near as it gets, and right for nearly all.
    op.execute(
        "UPDATE event SET address = COALESCE("
        "(SELECT lower(message.recipient) FROM message WHERE message.id = event.message_id), '')"
        " WHERE kind IN (1, 3, 5, 6)"
    )
    is_readers = sa.text("address <> ''")
    op.create_index(
        "event_address",
        "event",
        ["account_id", "address", "kind", "at_ms"],
        sqlite_where=is_readers,
        postgresql_where=is_readers,
    )

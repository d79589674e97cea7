"""Bodies in files are found by their names, and notifications by the message that they tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    is_named = sa.text("blob IS NOT NULL")
    for table in ("content", "captured"):
        op.create_index(f"{table}_blob", table, ["blob"], sqlite_where=is_named, postgresql_where=is_named)
    op.create_index("data_blob", "data", ["blob"])
    op.create_table(
        "notification",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "content_id"),
    )

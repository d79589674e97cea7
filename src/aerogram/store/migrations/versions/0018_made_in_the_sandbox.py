"""Add the records that sandbox keys made. Those made until now count as live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # SQLite uses a column as its row id only if its type is INTEGER.
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sandbox_record",
        sa.Column("id", kind, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )

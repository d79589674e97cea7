"""How often a job was begun without progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "job", sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )

"""Record who requested a job, in which request, and whether they were sandboxed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for name in ("asked_by", "request_id"):
        op.add_column("job", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "job", sa.Column("is_sandboxed", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )

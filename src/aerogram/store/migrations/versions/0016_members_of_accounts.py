"""Add members of accounts. Until now users could open every account, so all become owners of all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "account_member",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id"),
    )
    op.create_index("account_member_user", "account_member", ["user_id"])
    op.execute(
        "INSERT INTO account_member (account_id, user_id, role, created_ms)"
        " SELECT account.id, user_account.id, 'owner',"
        " CASE WHEN account.created_ms > user_account.created_ms THEN account.created_ms"
        " ELSE user_account.created_ms END FROM account CROSS JOIN user_account"
    )

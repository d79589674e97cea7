"""What sending needs beyond plain mail: treatment, tracking, campaigns, idempotency, unsubscriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    # SQLite adds no column whose default is an expression, which is what it takes brackets for.
    empty = sa.text("''")
    op.add_column("account", _flag("tracks_opens"))
    op.add_column("account", _flag("tracks_clicks"))
    op.add_column("credential", sa.Column("domain", sa.Text(), server_default=empty, nullable=False))
    op.add_column("credential", _flag("is_sandboxed"))
    op.add_column("content", sa.Column("treatment", sa.Text(), server_default=empty, nullable=False))
    op.add_column("message", sa.Column("personal", sa.Text(), server_default=empty, nullable=False))
    op.add_column("event", sa.Column("geo", sa.Text(), server_default=empty, nullable=False))
    op.add_column("event", _flag("verdict"))
    op.create_table(
        "unsubscription",
        _big("account_id"),
        _text("address"),
        _big("message_id"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("account_id", "address"),
    )
    op.create_table(
        "campaign",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        _big("account_id"),
        _text("name"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_table(
        "campaign_recipient",
        _big("account_id"),
        _text("campaign"),
        _text("address"),
        _big("message_id"),
        sa.PrimaryKeyConstraint("account_id", "campaign", "address"),
    )
    op.create_table(
        "idempotency",
        _big("account_id"),
        _text("key"),
        _big("owner"),
        _text("fingerprint"),
        _text("receipts"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("account_id", "key"),
    )
    op.create_index("idempotency_age", "idempotency", ["created_ms"], unique=False)
    op.create_table(
        "tracking_host",
        _big("account_id"),
        _text("domain"),
        _text("base_url"),
        sa.PrimaryKeyConstraint("account_id", "domain"),
    )
    op.create_table(
        "monitoring_category",
        _big("account_id"),
        _text("name"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("account_id", "name"),
    )

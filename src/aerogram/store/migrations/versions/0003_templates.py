"""Stored templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    zero = sa.text("0")
    op.add_column("captured", sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "template",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        _big("account_id"),
        _text("name"),
        _text("owner_type"),
        _text("author"),
        sa.Column("categories", sa.BigInteger(), server_default=zero, nullable=False),
        _text("copyright"),
        _text("description"),
        sa.Column("edit_mode", sa.SmallInteger(), nullable=False),
        sa.Column("is_starred", sa.SmallInteger(), server_default=zero, nullable=False),
        sa.Column("makes_text", sa.SmallInteger(), server_default=zero, nullable=False),
        _text("locale"),
        _text("presets"),
        sa.Column("purposes", sa.SmallInteger(), server_default=zero, nullable=False),
        _big("created_ms"),
        _big("updated_ms"),
        _text("headers"),
        sa.Column("text_part", sa.Text(), nullable=True),
        sa.Column("html_part", sa.Text(), nullable=True),
        sa.Column("mjml", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "owner_type", "name"),
    )

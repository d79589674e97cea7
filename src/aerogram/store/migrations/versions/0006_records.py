"""Plain records, drafts of campaigns, signups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _key() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, sa.BigInteger(), server_default=server_default, nullable=False)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _part(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=True)


def upgrade() -> None:
    op.create_table(
        "record",
        _key(),
        _big("account_id"),
        _text("kind"),
        _part("unique_key"),
        _big("created_ms"),
        _big("updated_ms"),
        _text("body"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "kind", "unique_key"),
    )
    op.create_index("record_kind", "record", ["account_id", "kind", "id"])
    _make_drafts()
    op.create_table(
        "signup",
        _key(),
        _big("account_id"),
        _big("widget_id"),
        _big("list_id"),
        _big("contact_id"),
        _text("email"),
        _text("signup_key"),
        _big("signup_ms"),
        _text("signup_ip"),
        _big("confirm_ms", "0"),
        _text("confirm_ip"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("signup_key"),
    )
    op.create_index("signup_account", "signup", ["account_id", "id"])
    op.create_index("signup_address", "signup", ["email", "signup_ms"])


def _make_drafts() -> None:
    texts = ("title", "subject", "locale", "sender", "sender_email", "sender_name", "reply_email")
    references = ("list_id", "segment_id", "template_id", "campaign_id", "axtest_id")
    op.create_table(
        "draft",
        _key(),
        _big("account_id"),
        _text("kind"),
        _small("status"),
        *(_text(name) for name in texts),
        *(_reference(name) for name in references),
        sa.Column("ax_fraction", sa.Double(), server_default=sa.text("0"), nullable=False),
        _text("ax_fraction_name"),
        _text("edit_mode"),
        _small("is_starred"),
        _small("is_handled"),
        _small("has_text"),
        _big("revision", "0"),
        _big("created_ms"),
        _big("updated_ms", "0"),
        _big("scheduled_ms", "0"),
        _big("delivered_ms", "0"),
        _text("extras"),
        _text("headers"),
        _part("text_part"),
        _part("html_part"),
        _part("mjml"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("draft_kind", "draft", ["account_id", "kind", "id"])

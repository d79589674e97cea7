"""Contacts, their properties, lists, segments, and proofs of erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, sa.BigInteger(), server_default=server_default, nullable=False)


def _small(name: str, default: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text(default), nullable=False)


def _key() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    _make_contacts()
    _make_lists()
    op.create_table(
        "segment",
        _key(),
        _big("account_id"),
        _text("name"),
        _text("description"),
        _text("expression"),
        _text("status"),
        sa.PrimaryKeyConstraint("id"),
    )
    is_live = sa.text("status <> 'deleted'")
    op.create_index(
        "segment_name",
        "segment",
        ["account_id", "name"],
        unique=True,
        sqlite_where=is_live,
        postgresql_where=is_live,
    )
    op.create_index("segment_account", "segment", ["account_id", "id"])
    op.create_table(
        "erasure",
        _big("account_id"),
        _big("contact_id"),
        _text("digest"),
        _big("erased_ms"),
        sa.PrimaryKeyConstraint("account_id", "contact_id"),
    )


def _make_contacts() -> None:
    op.create_table(
        "contact",
        _key(),
        _big("account_id"),
        _text("email"),
        _text("name"),
        _big("created_ms"),
        _big("updated_ms", "0"),
        _small("is_excluded", "0"),
        _big("excluded_ms", "0"),
        _small("is_optin_pending", "0"),
        _small("is_spam_complaining", "0"),
        _big("unsubscribed_ms", "0"),
        _text("unsubscribed_by"),
        _big("last_activity_ms", "0"),
        _big("delivered_count", "0"),
        _small("is_anonymized", "0"),
        _text("properties"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "email"),
    )
    op.create_index("contact_account", "contact", ["account_id", "id"])
    op.create_table(
        "property",
        _key(),
        _big("account_id"),
        _text("name"),
        _text("namespace"),
        _text("datatype"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "namespace", "name"),
    )
    op.create_table(
        "contact_history",
        _key(),
        _big("account_id"),
        _big("contact_id"),
        _big("property_id"),
        _big("at_ms"),
        _text("value"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "contact_history_contact", "contact_history", ["account_id", "contact_id", "property_id", "at_ms"]
    )


def _make_lists() -> None:
    op.create_table(
        "contact_list",
        _key(),
        _big("account_id"),
        _text("name"),
        _text("address"),
        _small("is_deleted", "0"),
        _big("created_ms"),
        _big("subscriber_count", "0"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )
    is_live = sa.text("is_deleted = 0")
    op.create_index(
        "contact_list_name",
        "contact_list",
        ["account_id", "name"],
        unique=True,
        sqlite_where=is_live,
        postgresql_where=is_live,
    )
    op.create_index("contact_list_account", "contact_list", ["account_id", "id"])
    op.create_table(
        "list_recipient",
        _key(),
        _big("account_id"),
        _big("list_id"),
        _big("contact_id"),
        _small("is_unsubscribed", "0"),
        _small("is_active", "1"),
        _big("subscribed_ms", "0"),
        _big("unsubscribed_ms", "0"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("list_id", "contact_id"),
    )
    op.create_index("list_recipient_contact", "list_recipient", ["account_id", "contact_id"])
    op.create_index("list_recipient_account", "list_recipient", ["account_id", "id"])
    op.create_index("list_recipient_list", "list_recipient", ["account_id", "list_id", "id"])

"""What accounts say of themselves; campaigns know their first message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str, default: int | None = None) -> sa.Column[int]:
    if default is None:
        return sa.Column(name, sa.BigInteger(), nullable=False)
    return sa.Column(name, sa.BigInteger(), server_default=sa.text(str(default)), nullable=False)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def _key(name: str = "id") -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "metasender",
        _key(),
        _big("account_id"),
        _text("email"),
        _text("description"),
        _flag("is_enabled"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "email"),
    )
    op.create_table(
        "domain_check",
        _big("account_id"),
        _text("domain"),
        _text("dkim_status"),
        _text("spf_status"),
        _big("checked_ms"),
        sa.PrimaryKeyConstraint("account_id", "domain"),
    )
    op.create_table(
        "user_profile",
        _key("user_id"),
        _text("username"),
        _text("locale"),
        _text("timezone"),
        _text("profile"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "preference",
        _key(),
        _big("account_id"),
        _text("scope"),
        _text("name"),
        _text("value"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "scope", "name"),
    )
    op.create_table(
        "api_token",
        _key(),
        _big("account_id"),
        _text("digest"),
        _text("token_sealed"),
        _text("token_type"),
        _text("allowed_access"),
        _text("lang"),
        _text("timezone"),
        _text("sent_data"),
        _big("valid_for", 0),
        _flag("is_active"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("api_token_account", "api_token", ["account_id", "id"])
    op.create_table(
        "parse_route",
        _key(),
        _big("account_id"),
        _text("email"),
        _text("url_sealed"),
        _flag("is_generated"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_index("parse_route_account", "parse_route", ["account_id", "id"])
    op.add_column("campaign", _flag("is_deleted"))
    op.add_column("campaign", _flag("is_starred"))
    op.add_column("campaign", _big("first_message_id", 0))
    op.execute(
        "UPDATE campaign SET first_message_id = coalesce((SELECT min(message_id) FROM campaign_recipient"
        " WHERE campaign_recipient.account_id = campaign.account_id"
        " AND campaign_recipient.campaign = campaign.name), 0)"
    )

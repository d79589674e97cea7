"""Campaigns, and whom they have reached."""

from __future__ import annotations

from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from aerogram.store.tables.columns import big, key, metadata, small, words

campaign = Table(
    "campaign",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    big("created_ms"),
    small("is_deleted", 0),
    small("is_starred", 0),
    big("first_message_id", 0),
    UniqueConstraint("account_id", "name"),
)
"""A custom campaign: what mails that name it have in common. It begins with the first of them."""

campaign_recipient = Table(
    "campaign_recipient",
    metadata,
    big("account_id"),
    words("campaign"),
    words("address"),
    big("message_id"),
    PrimaryKeyConstraint("account_id", "campaign", "address"),
)
"""The first message of a campaign to each address (as `suppression_key` writes it)."""

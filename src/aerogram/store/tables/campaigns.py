"""Campaigns, and the recipients that they have reached."""

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
"""A custom campaign, shared by the mails that name it. The first of them creates it."""

campaign_recipient = Table(
    "campaign_recipient",
    metadata,
    big("account_id"),
    words("campaign"),
    words("address"),
    big("message_id"),
    PrimaryKeyConstraint("account_id", "campaign", "address"),
)
"""The first message of a campaign to each address (in the form of `suppression_key`)."""

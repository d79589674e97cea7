"""Addresses that an account must not mail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table

from aerogram.store.tables.columns import big, metadata, words

suppression = Table(
    "suppression",
    metadata,
    big("account_id"),
    words("address"),
    words("reason"),
    words("detail"),
    big("created_ms"),
    Column("until_ms", BigInteger),
    PrimaryKeyConstraint("account_id", "address"),
)
"""Addresses (lower case) that an account must not mail, and until when (null: permanently)."""

unsubscription = Table(
    "unsubscription",
    metadata,
    big("account_id"),
    words("address"),
    big("message_id"),
    big("created_ms"),
    PrimaryKeyConstraint("account_id", "address"),
)
"""Addresses (suppression keys) that unsubscribed from an account's bulk mail, and through which message."""

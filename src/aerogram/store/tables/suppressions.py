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
"""Addresses (lower case) an account must not mail, and until when (null: for good)."""

unsubscription = Table(
    "unsubscription",
    metadata,
    big("account_id"),
    words("address"),
    big("message_id"),
    big("created_ms"),
    PrimaryKeyConstraint("account_id", "address"),
)
"""Addresses (as `suppression_key` writes them) that left an account's bulk mail, and by which message."""

"""Webhooks, their outbox, and the leases of its delivery."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

from aerogram.store.tables.columns import big, key, metadata, small, words

callback = Table(
    "callback",
    metadata,
    key(),
    big("account_id"),
    words("event_type"),
    words("url_sealed"),
    small("is_backup", 0),
    words("status"),
    small("version", 1),
    big("first_failure_ms", 0),
    words("last_failure"),
    big("created_ms"),
    UniqueConstraint("account_id", "event_type", "is_backup"),
)
"""A webhook: Mailjet's eventcallbackurl. The URL may contain a password, so it is sealed.

``first_failure_ms`` is 0 and ``last_failure`` empty while calls succeed.
"""

webhook_outbox = Table(
    "webhook_outbox",
    metadata,
    big("callback_id"),
    big("event_id"),
    big("account_id"),
    big("message_id"),
    big("due_ms"),
    small("attempts", 0),
    big("created_ms"),
    PrimaryKeyConstraint("callback_id", "event_id"),
    Index(
        "webhook_outbox_retried",
        "callback_id",
        sqlite_where=text("attempts > 0"),
        postgresql_where=text("attempts > 0"),
    ),
)
"""One row for each event that must still be sent to a webhook; deleted when the event was delivered."""

callback_lease = Table(
    "callback_lease",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    big("lease"),
    big("until_ms"),
)
"""The process that sends an account's webhook events: one at a time, to keep them in order."""

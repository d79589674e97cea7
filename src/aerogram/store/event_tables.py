"""The tables of what happened."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table, text

from aerogram.store.columns import big, key, metadata, small, words

event = Table(
    "event",
    metadata,
    key(),
    big("account_id"),
    big("message_id"),
    small("kind"),
    big("at_ms"),
    small("failure", 0),
    small("is_hard", 0),
    small("is_blocked", 0),
    words("reply"),
    words("host"),
    words("tls"),
    words("transcript"),
    words("agent"),
    words("ip"),
    words("url"),
    words("geo"),
    small("verdict", 0),
    words("address"),
    Index("event_message", "message_id"),
    Index(
        "event_address",
        "account_id",
        "address",
        "kind",
        "at_ms",
        sqlite_where=text("address <> ''"),
        postgresql_where=text("address <> ''"),
    ),
)
"""The event log: appended in the transaction that made the fact true, never changed but to erase a person.

``address`` is the recipient, as `suppression_key` writes it, of what a reader did, and "" of all else: so what
a contact did is found without a look at his messages.
"""

notification = Table(
    "notification",
    metadata,
    big("message_id"),
    big("content_id"),
    PrimaryKeyConstraint("message_id", "content_id"),
)
"""Which contents tell senders of what became of a message: they name its recipient, and go with it."""

counter = Table(
    "counter",
    metadata,
    big("account_id"),
    big("hour_ms"),
    small("kind"),
    big("amount"),
    PrimaryKeyConstraint("account_id", "hour_ms", "kind"),
)
"""How many events of a kind an account had in an hour."""

contact_journal = Table(
    "contact_journal",
    metadata,
    key("event_id"),
    big("account_id"),
    big("message_id"),
    small("kind"),
    big("at_ms"),
)
"""One row for each event that contacts have still to be told of; deleted in the transaction that tells them."""

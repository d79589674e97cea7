"""The tables of what happened."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, literal_column, text

from aerogram.store.tables.columns import big, key, metadata, small, words

_NOT_ACCEPTED: Final = text("kind <> 20")

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
    small("attempt", 0),
    small("is_live", 0),
    big("committed_in", 0),
    Index("event_message", "message_id", sqlite_where=_NOT_ACCEPTED, postgresql_where=_NOT_ACCEPTED),
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

The database gives an event its id: SQLite the largest one and one more, within its only writer, so ids follow the
order of commits there; PostgreSQL by a sequence, and ``committed_in`` (0 on SQLite) is the transaction that appended
the event, by which readers follow the order of commits
(`records.events.reading`), and which has an index with the id on PostgreSQL alone. So the newest row is never deleted.

``address`` is the recipient, as `suppression_key` writes it, of what a recipient did, and "" of all else: so what
a contact did is found without a look at their messages. For the other columns see `aerogram.model.event`.
"""

IS_SHOWN: Final = event.c.kind != literal_column("20")
"""Of events: all but acceptances, which the message's own row tells. What looks for events by their message names this
condition, as the index has it: so an acceptance costs no second tree."""

event_reader = Table(
    "event_reader",
    metadata,
    Column("name", Text, primary_key=True),
    big("committed_in"),
    big("event_id"),
)
"""How far each reader of the log has come; a reader without a row has read nothing."""

event_backlog = Table(
    "event_backlog",
    metadata,
    words("reader"),
    big("event_id"),
    PrimaryKeyConstraint("reader", "event_id"),
)
"""Events that lie before a reader's cursor and that it has still to read, before it goes on."""

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
"""How many events of a kind an account had in an hour; a reader of the log counts them."""

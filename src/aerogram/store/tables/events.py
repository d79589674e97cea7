"""The event log, its readers and its counters."""

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
"""The event log. Events are appended in the transaction that made them true, and changed only by erasures.

The database assigns the id. SQLite assigns the largest id plus one in its only writer, so ids follow the
order of commits there, and the newest row must never be deleted. PostgreSQL assigns it from a sequence;
``committed_in`` (0 on SQLite) is the transaction that appended the event, and readers use it to follow the
order of commits (`records.events.reading`). Its index, with the id, exists only on PostgreSQL.

``address`` is the recipient, in the form of `suppression_key`, when the event is something that a recipient
did, otherwise "". So a contact's actions are found without reading their messages. `aerogram.model.event`
describes the other columns.
"""

IS_SHOWN: Final = event.c.kind != literal_column("20")
"""All events except acceptances, which are already known from the message's row. A query for the events of a
message must include this condition to use the partial index, which leaves acceptances out to keep them
cheap."""

event_reader = Table(
    "event_reader",
    metadata,
    Column("name", Text, primary_key=True),
    big("committed_in"),
    big("event_id"),
)
"""The cursor of each reader of the log; a reader without a row has read nothing."""

event_backlog = Table(
    "event_backlog",
    metadata,
    words("reader"),
    big("event_id"),
    PrimaryKeyConstraint("reader", "event_id"),
)
"""Events before a reader's cursor that it has not read yet; it reads them before it continues."""

notification = Table(
    "notification",
    metadata,
    big("message_id"),
    big("content_id"),
    PrimaryKeyConstraint("message_id", "content_id"),
)
"""The contents that notify a sender about a message. They name its recipient, so erasures blank them too."""

counter = Table(
    "counter",
    metadata,
    big("account_id"),
    big("hour_ms"),
    small("kind"),
    big("amount"),
    PrimaryKeyConstraint("account_id", "hour_ms", "kind"),
)
"""The number of events of a kind that an account had in an hour; written by a reader of the log."""

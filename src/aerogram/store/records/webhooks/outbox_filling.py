"""Filling the outbox of webhooks: the events that somebody subscribed to, and the rows they become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import SmallInteger, exists, select, text

from aerogram.store.records.events.reading import OfBatch
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import callback, event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.store.records.events.reading import Batch


class Subscribed(NamedTuple):
    """An event of an account that has a webhook."""

    event_id: int
    account_id: int
    message_id: int
    kind: int
    attempt: int
    at_ms: int


def _subscribed(chosen: ColumnElement[bool]) -> Select[tuple[int, ...]]:
    return (
        select(event.c.id, *(event.c[name] for name in Subscribed._fields[1:]))
        .where(
            chosen,
            any_of(event.c.kind, "kinds", SmallInteger),
            exists().where(callback.c.account_id == event.c.account_id),
        )
        .order_by(event.c.id)
    )


_ANY_WEBHOOK: Final = Sql(select(callback.c.id).limit(1))
_SUBSCRIBED: Final = OfBatch(_subscribed, "kinds")
_ADD: Final = Sql(
    text(
        "INSERT INTO webhook_outbox (callback_id, event_id, account_id, message_id, due_ms, created_ms)"
        " SELECT callback.id, CAST(:event_id AS BIGINT), callback.account_id, CAST(:message_id AS BIGINT),"
        " CAST(:at_ms AS BIGINT), CAST(:at_ms AS BIGINT) FROM callback"
        " WHERE callback.account_id = CAST(:account_id AS BIGINT) AND callback.event_type = :event_type"
        " ORDER BY (callback.status = 'alive') DESC, callback.is_backup ASC LIMIT 1"
    ),
    "event_id",
    "message_id",
    "at_ms",
    "account_id",
    "event_type",
)
"""Chooses the URL that is alive, the primary before the backup; if both are dead, the primary."""


def has_webhooks() -> Unit[bool]:
    """Return whether any account has a webhook."""
    return bool((yield _ANY_WEBHOOK()))


def subscribed(batch: Batch, kinds: Sequence[int]) -> Unit[list[Subscribed]]:
    """Return the events of a batch that have these kinds and whose accounts have a webhook, in order."""
    return [Subscribed(*row) for row in (yield _SUBSCRIBED(batch, kinds))]


def add(events: Iterable[tuple[Subscribed, str]]) -> Unit[bool]:
    """Add events, each with its EventType, to the outbox of the account's URL for that type, if it has one.

    Return whether any event was given.
    """
    rows = [(each.event_id, each.message_id, each.at_ms, each.account_id, word) for each, word in events]
    yield _ADD.many(rows)
    return bool(rows)

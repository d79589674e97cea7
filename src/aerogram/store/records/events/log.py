"""The only writer of the event log: an event is appended in the transaction that made it true.

Readers need no other rows: each has its own cursor (`records.events.reading`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, SmallInteger, Text, bindparam, insert, literal_column, select, text

from aerogram.model.event import DeliveryEvent, EngagementEvent, EventKind
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import message
from aerogram.store.tables.events import event

if TYPE_CHECKING:
    from collections.abc import Sequence


def _adding(columns: tuple[str, ...]) -> Sql:
    """Return the statement that adds events with these columns; the database assigns their ids."""
    bound = ", ".join(f":{name}" for name in columns)
    return Sql(text(f"INSERT INTO event ({', '.join(columns)}) VALUES ({bound})"), *columns)  # noqa: S608 - names of columns


_ADD_DELIVERIES: Final = _adding(DeliveryEvent._fields)
_ADD_ENGAGEMENTS: Final = _adding(EngagementEvent._fields)
_ADD_ACCEPTED: Final = Sql(
    # From the rows that were just added: one statement for any number of them.
    insert(event).from_select(
        ["account_id", "message_id", "kind", "at_ms", "is_live"],
        select(
            message.c.account_id,
            message.c.id,
            literal_column(str(int(EventKind.ACCEPTED))),
            message.c.created_ms,
            bindparam("is_live", type_=SmallInteger),
        ).where(any_of(message.c.id, "message_ids")),
        include_defaults=False,
    ),
    "is_live",
    "message_ids",
)
_ADD_OF_OPERATOR: Final = Sql(
    # From the rows that were just changed, in the same way.
    insert(event).from_select(
        ["account_id", "message_id", "kind", "at_ms", "attempt", "reply", "is_live"],
        select(
            message.c.account_id,
            message.c.id,
            bindparam("kind", type_=SmallInteger),
            bindparam("at_ms", type_=BigInteger),
            message.c.attempts,
            bindparam("reply", type_=Text),
            bindparam("is_live", type_=SmallInteger),
        )
        .where(any_of(message.c.id, "message_ids"))
        .order_by(message.c.id),
        include_defaults=False,
    ),
    "kind",
    "at_ms",
    "reply",
    "is_live",
    "message_ids",
)


def append(events: Sequence[DeliveryEvent] | Sequence[EngagementEvent]) -> Unit[None]:
    """Append events of one of the two types."""
    add = _ADD_DELIVERIES if isinstance(events[0], DeliveryEvent) else _ADD_ENGAGEMENTS
    yield add.many(events)


def append_accepted(message_ids: Sequence[int], *, is_live: bool) -> Unit[None]:
    """Append the acceptance of messages whose rows this transaction added."""
    if message_ids:
        yield _ADD_ACCEPTED(int(is_live), message_ids)


def append_of_operator(
    message_ids: Sequence[int], kind: EventKind, at_ms: int, reply: str, *, is_live: bool
) -> Unit[None]:
    """Append one event of a kind for each message that this transaction changed; ``reply`` says who did it."""
    if message_ids:
        yield _ADD_OF_OPERATOR(int(kind), at_ms, reply, int(is_live), message_ids)

"""The events of a batch that concern contacts, with their recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import and_, func, literal_column, or_, select

from aerogram.model.event import EventKind, Verdict
from aerogram.store.records.events.reading import OfBatch
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, message
from aerogram.store.tables.events import event

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.store.records.events.reading import Batch


class ContactEvent(NamedTuple):
    """One event with its recipient; "" when the message was deleted.

    ``personal`` is `aerogram.model.send_options.packed_personal`.
    """

    account_id: int
    message_id: int
    kind: int
    at_ms: int
    recipient: str
    personal: str


def _is(*kinds: EventKind) -> ColumnElement[bool]:
    return event.c.kind.in_([literal_column(str(int(kind))) for kind in kinds])


_CONCERNS_CONTACTS: Final = or_(
    and_(
        or_(
            _is(EventKind.SENT, EventKind.BOUNCE, EventKind.BLOCKED),
            and_(_is(EventKind.DEFERRED), event.c.attempt == literal_column("1")),
        ),
        event.c.is_live == literal_column("1"),
    ),
    and_(
        _is(EventKind.OPEN, EventKind.CLICK, EventKind.UNSUB, EventKind.SPAM),
        # The actions of a scanner are not the recipient's.
        event.c.verdict != literal_column(str(int(Verdict.SCANNER))),
    ),
)


def _found(chosen: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return (
        select(
            *(event.c[name] for name in ContactEvent._fields[:4]),
            func.coalesce(message.c.recipient, literal_column("''")),
            func.coalesce(message.c.personal, literal_column("''")),
        )
        .outerjoin(message, message.c.id == event.c.message_id)
        .where(chosen, _CONCERNS_CONTACTS)
        .order_by(event.c.id)
    )


_FOUND: Final = OfBatch(_found)
_SEND_OPTIONS: Final = Sql(
    select(message.c.id, content.c.send_options)
    .join(content, content.c.id == message.c.content_id)
    .where(any_of(message.c.id, "message_ids")),
    "message_ids",
)


def of_contacts(batch: Batch) -> Unit[list[ContactEvent]]:
    """Return the events of a batch that concern contacts, in order."""
    return [ContactEvent(*row) for row in (yield _FOUND(batch))]


def send_options_by_message(message_ids: Collection[int]) -> Unit[dict[int, str]]:
    """Return the send options of messages, as `aerogram.model.send_options.packed` wrote them."""
    rows = yield _SEND_OPTIONS(list(message_ids))
    return dict(rows)

"""The journal of contacts: what happened to messages that contacts have still to be told of.

Rows come in with the event they speak of (`records.event_log`) and go in the transaction that changes the
contacts, so an event counts exactly once, whoever dies. Ids are drawn before commits and may commit in
another order, so a reader that remembered how far it came would miss some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal_column, select

from aerogram.store.event_tables import contact_journal, event
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, message

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select


class Told(NamedTuple):
    """One event with the recipient it is about, "" when the message is gone.

    ``personal`` is `aerogram.model.treatment.packed_personal`.
    """

    event_id: int
    account_id: int
    message_id: int
    kind: int
    at_ms: int
    recipient: str
    personal: str


_ADDED: Final = ("event_id", "account_id", "message_id", "kind", "at_ms")
ADD: Final = Sql(insert(contact_journal).values({name: bindparam(name) for name in _ADDED}), *_ADDED)
"""Add rows: event id, account id, message id, `EventKind`, moment."""
_IS_PENDING = Sql(select(contact_journal.c.event_id).limit(1))
_ROWS: Final[Select[tuple[object, ...]]] = (
    select(
        *(contact_journal.c[name] for name in _ADDED),
        func.coalesce(message.c.recipient, literal_column("''")),
        func.coalesce(message.c.personal, literal_column("''")),
    )
    .outerjoin(message, message.c.id == contact_journal.c.message_id)
    .order_by(contact_journal.c.event_id)
)
_OLDEST = Sql(
    # Whoever waited for rows that another one works on would find them gone.
    _ROWS.limit(bindparam("most")).with_for_update(of=contact_journal, skip_locked=True),
    "most",
)
_OF_MESSAGES: Final = contact_journal.c.event_id.in_(
    select(event.c.id).where(any_of(event.c.message_id, "message_ids"))
)
"""By way of the log, which has an index for it: one on the journal would be written with every fact."""
_ROWS_OF_MESSAGES = Sql(_ROWS.where(_OF_MESSAGES).with_for_update(of=contact_journal), "message_ids")
_FORGET = Sql(delete(contact_journal).where(any_of(contact_journal.c.event_id, "event_ids")), "event_ids")
_FORGET_MESSAGES = Sql(delete(contact_journal).where(_OF_MESSAGES), "message_ids")
_TREATMENTS = Sql(
    select(message.c.id, content.c.treatment)
    .join(content, content.c.id == message.c.content_id)
    .where(any_of(message.c.id, "message_ids")),
    "message_ids",
)


def is_pending() -> Unit[bool]:
    """Tell whether there is anything to do."""
    return bool((yield _IS_PENDING()))


def oldest(most: int) -> Unit[list[Told]]:
    """Take up to ``most`` events that nobody else works on; they are held until the commit."""
    rows = yield _OLDEST(most)
    return [Told(*row) for row in rows]


def of_messages(message_ids: Collection[int]) -> Unit[list[Told]]:
    """Take all events of these messages that contacts have not been told of, and wait for who works on them."""
    rows = yield _ROWS_OF_MESSAGES(list(message_ids))
    return [Told(*row) for row in rows]


def forget(event_ids: Collection[int]) -> Unit[None]:
    """Delete events that contacts were told of."""
    yield _FORGET(list(event_ids))


def forget_messages(message_ids: Collection[int]) -> Unit[None]:
    """Delete all that is to be told of messages."""
    yield _FORGET_MESSAGES(list(message_ids))


def treatments(message_ids: Collection[int]) -> Unit[dict[int, str]]:
    """Give the treatments of messages, as `aerogram.model.treatment.packed` wrote them."""
    rows = yield _TREATMENTS(list(message_ids))
    return dict(rows)

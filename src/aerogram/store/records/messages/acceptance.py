"""Adding accepted submissions, and holding in the same transaction those that need a person's review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.store.records.messages import submissions
from aerogram.store.records.messages.outcomes import Change, append_events
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.store.records.messages.submissions import HeldRow, Rows

_HOLD = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(state=int(MessageState.HELD), reply=bindparam("why")),
    "why",
    "which",
)


def add(rows: Rows, now_ms: int) -> Unit[None]:
    """Store the rows of submissions. Held messages never enter the queue; their history has the reason."""
    yield from submissions.add(rows)
    if rows.held:
        yield from _hold(rows.held, now_ms)


def _hold(held: Sequence[HeldRow], now_ms: int) -> Unit[None]:
    yield _HOLD.many([(each.reason, each.message_id) for each in held])
    changes = [
        Change(
            message_id=each.message_id,
            account_id=each.account_id,
            lease=0,
            state=MessageState.HELD,
            due_ms=now_ms,
            attempts=0,
            reply=each.reason,
            event_kind=EventKind.HELD,
        )
        for each in held
    ]
    yield from append_events(changes, now_ms)

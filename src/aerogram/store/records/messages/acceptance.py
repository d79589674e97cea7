"""Adding accepted submissions, and holding in the same transaction those that need a person's review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, update

from aerogram.model.message_states import FIRST_STATE, Happening, transition
from aerogram.store.records.messages import submissions
from aerogram.store.records.messages.outcomes import Change, append_events
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import message

if TYPE_CHECKING:
    from aerogram.store.records.messages.submissions import Rows

_HELD: Final = transition(FIRST_STATE, Happening.HELD)
_HOLD = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(state=int(_HELD.to), reply=bindparam("why")),
    "why",
    "which",
)


def add(rows: Rows, now_ms: int) -> Unit[None]:
    """Store the rows of submissions. Held messages never enter the queue; their history has the reason."""
    yield from submissions.add(rows)
    if rows.held:
        yield from _hold(rows, now_ms)


def _hold(rows: Rows, now_ms: int) -> Unit[None]:
    yield _HOLD.many([(each.reason, each.message_id) for each in rows.held])
    live = set(submissions.live_and_other(rows)[0])
    changes = [
        Change(
            message_id=each.message_id,
            account_id=each.account_id,
            lease=0,
            state=_HELD.to,
            due_ms=now_ms,
            attempts=0,
            reply=each.reason,
            event_kind=_HELD.event_kind,
            is_live=each.message_id in live,
        )
        for each in rows.held
    ]
    yield from append_events(changes, now_ms)

"""What operators do to many messages: hold, release, cancel, retry, slice by slice.

A slice is found by a read, which locks nothing and looks at a bounded number of messages whether they match or not.
Then bounded transactions change what was found, by id, if it still applies. So no write of mail waits long, however
many messages are selected, and whatever was committed before an interruption stays done.

A message that a worker is attempting right now is not changed: the attempt may already have reached the
recipient, and its outcome must be recorded.
"""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import and_, bindparam, case, func, or_, select, true, update

from aerogram.model.message import MessageState
from aerogram.model.message_states import Happening, states_before, transition
from aerogram.store.records.events import log
from aerogram.store.records.messages import submissions
from aerogram.store.records.messages.queue_admin import CONDITIONS, given_by
from aerogram.store.records.messages.queue_keys import AS_DEFERRED
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.store.records.messages.queue_admin import Selection

MAX_BATCH: Final = 1_000
"""Messages that one transaction changes at most, some 20 ms of work; slower machines change fewer."""
MOST_LOOKED_AT: Final = 10_000
"""Messages that one read looks at."""


class QueueAction(enum.Enum):
    """What an operator may do to messages."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    RETRY = "retry"


class Looked(NamedTuple):
    """What one read found: the messages that the action applies to, and where the next read begins."""

    ids: list[int]
    in_flight: int
    """How many more are being attempted right now."""
    after: int | None
    """The last message that was looked at; None when there are no more."""


class Changed(NamedTuple):
    """What one transaction did."""

    done: int
    in_flight: int
    """How many were found, but are being attempted by now."""


class _Meaning(NamedTuple):
    happening: Happening
    reason: str


_MEANINGS: Final = {
    QueueAction.HOLD: _Meaning(Happening.HELD, "Held by an operator."),
    QueueAction.RELEASE: _Meaning(Happening.RELEASED, "Released by an operator."),
    QueueAction.CANCEL: _Meaning(Happening.CANCELLED, "Cancelled by an operator."),
    QueueAction.RETRY: _Meaning(Happening.RETRIED, "An operator requested a retry now."),
}
_NEWEST = Sql(select(func.max(message.c.id)))
_IN_FLIGHT: Final = and_(
    message.c.state == int(MessageState.QUEUED), message.c.lease != 0, message.c.due_ms > bindparam("now")
)
_APPLIES: Final = and_(
    any_of(message.c.state, "from_states"),
    # Retry only messages that are not due yet: a due one needs no change, and must not be found twice.
    message.c.due_ms > bindparam("due_after"),
)
_BETWEEN: Final = and_(message.c.id > bindparam("after"), message.c.id <= bindparam("last"))
_TAKE = Sql(
    select(message.c.id, message.c.content_id, message.c.state)
    .where(
        any_of(message.c.id, "ids"),
        _APPLIES,
        or_(message.c.lease == 0, message.c.due_ms <= bindparam("now")),
    )
    # Sorted, as everywhere that messages are locked, so that transactions never deadlock.
    .order_by(message.c.id)
    .with_for_update(),
    "ids",
    "from_states",
    "due_after",
    "now",
)
_COUNT_IN_FLIGHT = Sql(
    select(func.count()).select_from(message).where(any_of(message.c.id, "ids"), _APPLIES, _IN_FLIGHT),
    "ids",
    "from_states",
    "due_after",
    "now",
)
_SET = Sql(
    # Set by set: a statement for each message costs twice as much.
    update(message)
    .where(any_of(message.c.id, "ids"))
    .values(
        state=bindparam("new_state"),
        lease=0,
        queue_key=AS_DEFERRED,
        due_ms=bindparam("now"),
        updated_ms=bindparam("now"),
    ),
    "new_state",
    "now",
    "ids",
)
_ORIGINS = Sql(
    select(content.c.id, content.c.reverse_path, content.c.send_options).where(
        any_of(content.c.id, "content_ids")
    ),
    "content_ids",
)


class _Statements:
    """The statements for one shape of selection, so that each walks the best index for its conditions."""

    def __init__(self, shape: tuple[str, ...]) -> None:
        # A condition on these is an index's; the others are looked at row by row.
        indexed = [name for name in shape if name in {"ids", "account_id"}]
        looked_at = (
            select(message.c.id)
            .where(and_(true(), *(CONDITIONS[name] for name in indexed)), _BETWEEN)
            .order_by(message.c.id)
            .limit(bindparam("most"))
            .subquery()
        )
        self.last = Sql(
            select(func.max(looked_at.c.id), func.count()).select_from(looked_at),
            *indexed,
            "after",
            "last",
            "most",
        )
        self.matching = Sql(
            select(message.c.id, case((_IN_FLIGHT, 1), else_=0))
            .where(and_(true(), *(CONDITIONS[name] for name in shape)), _BETWEEN, _APPLIES)
            .order_by(message.c.id),
            *shape,
            "after",
            "last",
            "from_states",
            "due_after",
            "now",
        )
        self.indexed = indexed


@functools.cache
def _statements(shape: tuple[str, ...]) -> _Statements:
    return _Statements(shape)


def newest() -> Unit[int]:
    """Return the id of the newest message; 0 when there is none."""
    rows = yield _NEWEST()
    return rows[0][0] or 0


def look(
    action: QueueAction,
    selection: Selection,
    after: int,
    last: int,
    now_ms: int,
    most: int = MOST_LOOKED_AT,
) -> Unit[Looked]:
    """Find messages that an action applies to, among the ``most`` next ones with ids above ``after`` up to ``last``."""
    given = given_by(selection)
    statements = _statements(tuple(given))
    [(end, count)] = yield statements.last(*(given[name] for name in statements.indexed), after, last, most)
    if not count:
        return Looked([], 0, None)
    states, due_after = _applying(action, now_ms)
    rows = yield statements.matching(*given.values(), after, end, states, due_after, now_ms)
    ids = [message_id for message_id, is_in_flight in rows if not is_in_flight]
    return Looked(ids, len(rows) - len(ids), end if count >= most else None)


def change(action: QueueAction, ids: Sequence[int], now_ms: int) -> Unit[Changed]:
    """Apply an action to those of some messages to which it still applies, each with its event."""
    happening, reason = _MEANINGS[action]
    states, due_after = _applying(action, now_ms)
    taken = yield _TAKE(list(ids), states, due_after, now_ms)
    in_flight = 0
    if len(taken) < len(ids):
        # Claimed since they were found.
        [(in_flight,)] = yield _COUNT_IN_FLIGHT(list(ids), states, due_after, now_ms)
    if not taken:
        return Changed(0, in_flight)
    live = yield from _live(sorted({content_id for _, content_id, _ in taken}))
    for state in sorted({state for *_, state in taken}):
        next_ = transition(MessageState(state), happening)
        found = [
            (message_id, content_id in live) for message_id, content_id, before in taken if before == state
        ]
        yield _SET(int(next_.to), now_ms, [message_id for message_id, _ in found])
        for is_live in (True, False):
            of_kind = [message_id for message_id, is_of_live in found if is_of_live == is_live]
            yield from log.append_of_operator(of_kind, next_.event_kind, now_ms, reason, is_live=is_live)
    return Changed(len(taken), in_flight)


def _applying(action: QueueAction, now_ms: int) -> tuple[list[int], int]:
    """Return the states to which an action applies, and after which time a message must be due."""
    states = [int(state) for state in states_before(_MEANINGS[action].happening)]
    return states, now_ms if action is QueueAction.RETRY else -1


def _live(content_ids: Sequence[int]) -> Unit[set[int]]:
    """Return those of the contents that are live mail."""
    rows = yield _ORIGINS(content_ids)
    return {
        content_id
        for content_id, reverse_path, send_options in rows
        if submissions.is_live(reverse_path, send_options)
    }

"""The queue for operators: list, count, hold, release, cancel, retry.

A message that a worker is attempting right now is not changed: the attempt may already have reached the
recipient, and its outcome must be recorded.
"""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select, true, update

from aerogram.model.message import MessageState
from aerogram.model.message_states import Happening, states_before, transition
from aerogram.store.records.messages import submissions
from aerogram.store.records.messages.outcomes import Change, append_events
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, event, message
from aerogram.store.tables.events import IS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BATCH: Final = 1_000
"""Messages that one transaction changes: few enough that delivery never waits long."""


class Selection(NamedTuple):
    """A selection of messages: those that match all conditions. Empty and 0 match all messages."""

    ids: tuple[int, ...] = ()
    states: tuple[MessageState, ...] = ()
    domain: str = ""
    account_id: int = 0


class QueueRow(NamedTuple):
    """A message as the list of the queue shows it."""

    id: int
    account_id: int
    uuid: str
    state: int
    recipient: str
    domain: str
    attempts: int
    due_ms: int
    lease: int
    failure: int
    reply: str
    created_ms: int
    updated_ms: int
    from_email: str
    subject: str
    size: int


class EventRow(NamedTuple):
    """One line of a message's history."""

    id: int
    kind: int
    at_ms: int
    failure: int
    is_hard: int
    reply: str
    host: str
    tls: str
    transcript: str


class Changed(NamedTuple):
    """The result of one batch: how many messages were changed, and how many are being attempted right now."""

    done: int
    in_flight: int


class QueueAction(enum.Enum):
    """What an operator may do to messages."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    RETRY = "retry"


class _Meaning(NamedTuple):
    happening: Happening
    reason: str


_MEANINGS: Final = {
    QueueAction.HOLD: _Meaning(Happening.HELD, "Held by an operator."),
    QueueAction.RELEASE: _Meaning(Happening.RELEASED, "Released by an operator."),
    QueueAction.CANCEL: _Meaning(Happening.CANCELLED, "Cancelled by an operator."),
    QueueAction.RETRY: _Meaning(Happening.RETRIED, "An operator requested a retry now."),
}

_LISTED: Final = (
    *(message.c[name] for name in QueueRow._fields[:13]),
    *(content.c[name] for name in QueueRow._fields[13:]),
)
_HISTORY = Sql(
    select(*(event.c[name] for name in EventRow._fields))
    .where(event.c.message_id == bindparam("message_id"), IS_SHOWN)
    .order_by(event.c.at_ms, event.c.id),
    "message_id",
)
_SET = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        state=bindparam("new_state"),
        lease=0,
        due_ms=bindparam("now"),
        updated_ms=bindparam("now"),
    ),
    "new_state",
    "now",
    "which",
)
_ORIGINS = Sql(
    select(content.c.id, content.c.reverse_path, content.c.send_options).where(
        any_of(content.c.id, "content_ids")
    ),
    "content_ids",
)
_CONDITIONS: Final = {
    "ids": any_of(message.c.id, "ids"),
    "states": any_of(message.c.state, "states"),
    "domain": message.c.domain == bindparam("domain"),
    "account_id": message.c.account_id == bindparam("account_id"),
}


class _Statements:
    """The statements for one shape of selection, so that each can use the best index for its conditions."""

    def __init__(self, shape: tuple[str, ...]) -> None:
        matches = and_(true(), *(_CONDITIONS[name] for name in shape))
        self.listed = Sql(
            select(*_LISTED)
            .join(content, content.c.id == message.c.content_id)
            .where(matches)
            .order_by(message.c.id.desc())
            .limit(bindparam("most")),
            *shape,
            "most",
        )
        self.by_state = Sql(
            select(message.c.state, func.count())
            .where(matches)
            .group_by(message.c.state)
            .order_by(message.c.state),
            *shape,
        )
        self.by_destination = Sql(
            select(message.c.domain, func.count(), func.min(message.c.created_ms), func.min(message.c.due_ms))
            .where(matches)
            .group_by(message.c.domain)
            .order_by(func.count().desc(), message.c.domain)
            .limit(bindparam("most")),
            *shape,
            "most",
        )
        self.in_flight = Sql(
            select(func.count())
            .select_from(message)
            .where(
                matches,
                message.c.state == int(MessageState.QUEUED),
                message.c.lease != 0,
                message.c.due_ms > bindparam("now"),
            ),
            *shape,
            "now",
        )
        self.take = Sql(
            select(
                message.c.id,
                message.c.account_id,
                message.c.attempts,
                message.c.content_id,
                message.c.state,
            )
            .where(
                matches,
                any_of(message.c.state, "from_states"),
                or_(message.c.lease == 0, message.c.due_ms <= bindparam("now")),
                message.c.due_ms > bindparam("due_after"),
            )
            .order_by(message.c.id)
            .limit(bindparam("most"))
            .with_for_update(),
            *shape,
            "from_states",
            "now",
            "due_after",
            "most",
        )


@functools.cache
def _statements(shape: tuple[str, ...]) -> _Statements:
    return _Statements(shape)


def _of(selection: Selection) -> tuple[_Statements, list[Any]]:
    """Return the statements for the conditions that are set, and their values in order."""
    given = {name: value for name, value in selection._asdict().items() if value}
    values = [list(value) if isinstance(value, tuple) else value for value in given.values()]
    return _statements(tuple(given)), values


def listed(selection: Selection, most: int) -> Unit[list[QueueRow]]:
    """Return the selected messages, the newest first."""
    statements, values = _of(selection)
    rows = yield statements.listed(*values, most)
    return [QueueRow(*row) for row in rows]


def counts_by_state(selection: Selection) -> Unit[dict[MessageState, int]]:
    """Count the selected messages by state."""
    statements, values = _of(selection)
    rows = yield statements.by_state(*values)
    return {MessageState(state): amount for state, amount in rows}


def counts_by_destination(selection: Selection, most: int) -> Unit[list[tuple[str, int, int, int]]]:
    """Return (domain, count, oldest created_ms, earliest due_ms) of the selection, by falling count."""
    statements, values = _of(selection)
    rows = yield statements.by_destination(*values, most)
    return [(domain, amount, oldest_ms, due_ms) for domain, amount, oldest_ms, due_ms in rows]


def history(message_id: int) -> Unit[list[EventRow]]:
    """Return the history of a message, oldest first."""
    rows = yield _HISTORY(message_id)
    return [EventRow(*row) for row in rows]


def change(
    action: QueueAction,
    selection: Selection,
    now_ms: int,
    most: int = MAX_BATCH,
) -> Unit[Changed]:
    """Apply an action to up to ``most`` selected messages, each with its event; repeat until 0 are done.

    Messages in a state to which the action does not apply are not changed.
    """
    happening, reason = _MEANINGS[action]
    statements, values = _of(selection)
    # Retry only messages that are not due yet: a due one needs no change, and must not be found twice.
    due_after = now_ms if action is QueueAction.RETRY else -1
    states = [int(state) for state in states_before(happening)]
    taken = yield statements.take(*values, states, now_ms, due_after, most)
    in_flight = yield statements.in_flight(*values, now_ms)
    if taken:
        follows = [transition(MessageState(state), happening) for *_, state in taken]
        yield _SET.many(
            [
                (int(next_.to), now_ms, message_id)
                for (message_id, *_), next_ in zip(taken, follows, strict=True)
            ]
        )
        live = yield from _live(sorted({content_id for *_, content_id, _ in taken}))
        changes = [
            Change(
                message_id=message_id,
                account_id=account_id,
                lease=0,
                state=next_.to,
                due_ms=now_ms,
                attempts=attempts,
                reply=reason,
                event_kind=next_.event_kind,
                is_live=content_id in live,
            )
            for (message_id, account_id, attempts, content_id, _), next_ in zip(taken, follows, strict=True)
        ]
        yield from append_events(changes, now_ms)
    return Changed(len(taken), int(in_flight[0][0]))


def _live(content_ids: Sequence[int]) -> Unit[set[int]]:
    """Return those of the contents that are live mail."""
    rows = yield _ORIGINS(content_ids)
    return {
        content_id
        for content_id, reverse_path, send_options in rows
        if submissions.is_live(reverse_path, send_options)
    }

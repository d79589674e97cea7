"""The queue for operators: list and count messages; `aerogram.store.records.messages.queue_changes` changes them."""

from __future__ import annotations

import functools
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select, true

from aerogram.model.message import MessageState
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, event, message
from aerogram.store.tables.events import IS_SHOWN


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
CONDITIONS: Final = {
    "ids": any_of(message.c.id, "ids"),
    "states": any_of(message.c.state, "states"),
    "domain": message.c.domain == bindparam("domain"),
    "account_id": message.c.account_id == bindparam("account_id"),
}
"""By field of `Selection`; the parameter has its name."""


class _Statements:
    """The statements for one shape of selection, so that each can use the best index for its conditions."""

    def __init__(self, shape: tuple[str, ...]) -> None:
        matches = and_(true(), *(CONDITIONS[name] for name in shape))
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


@functools.cache
def _statements(shape: tuple[str, ...]) -> _Statements:
    return _Statements(shape)


def _of(selection: Selection) -> tuple[_Statements, list[Any]]:
    """Return the statements for the conditions that are set, and their values in order."""
    given = given_by(selection)
    return _statements(tuple(given)), list(given.values())


def given_by(selection: Selection) -> dict[str, Any]:
    """Return the values of the conditions that are set, by name in the order of the fields."""
    given = {name: value for name, value in selection._asdict().items() if value}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


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

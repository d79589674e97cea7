"""Reading the event log from the cursor of a named reader, in the order of commits.

A reader handles one *batch* of events in each transaction. It locks the reader's row, and moves the cursor in
the transaction that writes the batch's effects. So each event is handled exactly once, even after a crash and
with several processes.

On SQLite the order of commits is the order of ids: there is one writer at a time, and each event gets the
largest id plus one. On PostgreSQL transactions commit in any order, so each event has the number of its
transaction. Readers go by (transaction, id), up to the oldest transaction that is still open; so no event
that commits later can lie before a cursor. A transaction that stays open, in any database of the server,
delays readers but not mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, delete, select, text, tuple_, update
from sqlalchemy.types import Boolean

from aerogram.store.records.querying.either import either
from aerogram.store.sql import Compiled, Engine, Sql, Unit, any_of
from aerogram.store.tables.events import event, event_backlog, event_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.sql.elements import ColumnElement
    from sqlalchemy.sql.expression import ClauseElement

    from aerogram.store.sql import Step as SqlStep


class Cursor(NamedTuple):
    """The last event that a reader has read; ``committed_in`` is 0 on SQLite."""

    committed_in: int
    event_id: int


CONTACTS: Final = "contacts"
"""The reader that updates contacts; an erasure waits for it."""
START: Final = Cursor(0, 0)
END: Final = Cursor(2**63 - 1, 2**63 - 1)


class Step(NamedTuple):
    """The result of a reader's step. ``has_effect`` comes from its handler: True wakes dependants."""

    amount: int
    has_effect: bool


NOTHING: Final = Step(0, has_effect=False)


class Batch(NamedTuple):
    """The events of one step of a reader: those after one cursor up to another, or a part of its backlog."""

    after: Cursor
    upto: Cursor
    backlog: tuple[int, ...] = ()
    """Ids of events; if not empty, the batch is only these."""


_AFTER: Final = ("after_transaction", "after_id")
_UPTO: Final = ("upto_transaction", "upto_id")
_CURSORS: Final = (*_AFTER, *_UPTO)
_GIVEN: Final = {name: bindparam(name, type_=BigInteger) for name in _CURSORS}
_BETWEEN: Final = either(
    and_(
        event.c.id > _GIVEN["after_id"],
        event.c.id <= _GIVEN["upto_id"],
        _GIVEN["after_transaction"] <= _GIVEN["upto_transaction"],
    ),
    and_(
        tuple_(event.c.committed_in, event.c.id) > tuple_(*(_GIVEN[name] for name in _AFTER)),
        tuple_(event.c.committed_in, event.c.id) <= tuple_(*(_GIVEN[name] for name in _UPTO)),
    ),
    Boolean,
)


class OfBatch:
    """A statement about the events of a batch; ``build`` gets the condition that selects them."""

    def __init__(self, build: Callable[[ColumnElement[bool]], ClauseElement], *names: str) -> None:
        self._between = Sql(build(_BETWEEN), *names, *_CURSORS)
        self._listed = Sql(build(any_of(event.c.id, "event_ids")), *names, "event_ids")

    def __call__(self, batch: Batch, *values: Any) -> SqlStep:
        """Execute with these values."""
        if batch.backlog:
            return self._listed(*values, list(batch.backlog))
        return self._between(*values, *batch.after, *batch.upto)


class _PerEngine(Sql):
    """A statement with a text of its own for each engine; both use all parameters."""

    __slots__ = ("_texts",)

    def __init__(self, sqlite: str, postgresql: str, *names: str) -> None:
        self._texts = {
            Engine.SQLITE: Sql(text(sqlite), *names),
            Engine.POSTGRESQL: Sql(text(postgresql), *names),
        }

    def compiled(self, engine: Engine) -> Compiled:
        """See `Sql.compiled`."""
        return self._texts[engine].compiled(engine)


_HORIZON: Final = "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"
"""The oldest transaction that is still open: all before it are committed and visible, or rolled back."""
_NEXT: Final = _PerEngine(
    "SELECT 0, max(id), count(*) FROM (SELECT id FROM event WHERE id > :after_id AND id <= :upto_id"
    " AND :after_transaction <= :upto_transaction ORDER BY id LIMIT :most) AS step HAVING count(*) > 0",
    "SELECT committed_in, id, count(*) OVER () FROM ("  # noqa: S608 - no value in it
    "SELECT committed_in, id FROM event"
    " WHERE (committed_in, id) > (CAST(:after_transaction AS BIGINT), CAST(:after_id AS BIGINT))"
    " AND (committed_in, id) <= (CAST(:upto_transaction AS BIGINT), CAST(:upto_id AS BIGINT))"
    " AND committed_in < " + _HORIZON + " ORDER BY committed_in, id LIMIT :most"
    ") AS step ORDER BY 1 DESC, 2 DESC LIMIT 1",
    *_CURSORS,
    "most",
)
_NEWEST: Final = _PerEngine(
    "SELECT committed_in, id FROM event ORDER BY id DESC LIMIT 1",
    "SELECT committed_in, id FROM event WHERE committed_in < "  # noqa: S608 - no value in it
    + _HORIZON
    + " ORDER BY committed_in DESC, id DESC LIMIT 1",
)
_OLDEST_UNREAD: Final = _PerEngine(
    "SELECT at_ms FROM event WHERE id > :event_id AND :committed_in >= 0 ORDER BY id LIMIT 1",
    "SELECT at_ms FROM event"
    " WHERE (committed_in, id) > (CAST(:committed_in AS BIGINT), CAST(:event_id AS BIGINT))"
    " ORDER BY committed_in, id LIMIT 1",
    "committed_in",
    "event_id",
)
_ADD: Final = Sql(
    text(
        "INSERT INTO event_reader (name, committed_in, event_id) VALUES (:name, 0, 0)"
        " ON CONFLICT (name) DO NOTHING"
    ),
    "name",
)
_ALL: Final = Sql(select(event_reader.c.name, event_reader.c.committed_in, event_reader.c.event_id))
_NAMED: Final = select(event_reader.c.committed_in, event_reader.c.event_id).where(
    event_reader.c.name == bindparam("name")
)
_CURSOR: Final = Sql(_NAMED, "name")
_HOLD: Final = Sql(_NAMED.with_for_update(skip_locked=True), "name")
_WAIT_FOR: Final = Sql(_NAMED.with_for_update(), "name")
_MOVE: Final = Sql(
    update(event_reader)
    .where(event_reader.c.name == bindparam("which"))
    .values(committed_in=bindparam("transaction"), event_id=bindparam("last_id")),
    "transaction",
    "last_id",
    "which",
)
_OF_READER: Final = event_backlog.c.reader == bindparam("name")
_BACKLOG: Final = Sql(
    select(event_backlog.c.event_id)
    .where(_OF_READER)
    .order_by(event_backlog.c.event_id)
    .limit(bindparam("most")),
    "name",
    "most",
)
_OLDEST_OF_BACKLOG: Final = Sql(
    select(event.c.at_ms)
    .join(event_backlog, event_backlog.c.event_id == event.c.id)
    .where(_OF_READER)
    .order_by(event_backlog.c.event_id)
    .limit(1),
    "name",
)
_HAVE_BACKLOG: Final = Sql(select(event_backlog.c.reader).distinct())
_FORGET: Final = Sql(
    delete(event_backlog).where(_OF_READER, any_of(event_backlog.c.event_id, "event_ids")),
    "name",
    "event_ids",
)


def register(names: Sequence[str]) -> Unit[None]:
    """Add rows for new readers; they begin with the first event of the log."""
    yield _ADD.many([(name,) for name in sorted(names)])


def cursors() -> Unit[dict[str, Cursor]]:
    """Return the cursors of all readers that have a row."""
    return {name: Cursor(*position) for name, *position in (yield _ALL())}


def has_unread(names: Sequence[str]) -> Unit[bool]:
    """Return whether any of the readers has unread events; without locks, so it may be outdated."""
    found = yield from cursors()
    newest = yield _NEWEST()
    if newest and any(found.get(name, START) < newest[0] for name in names):
        return True
    with_backlog = {name for (name,) in (yield _HAVE_BACKLOG())}
    return not with_backlog.isdisjoint(names)


def oldest_unread(names: Sequence[str]) -> Unit[dict[str, int]]:
    """Return the time of the first unread event of each reader that has any; two index look-ups a reader."""
    found = yield from cursors()
    oldest: dict[str, int] = {}
    for name in names:
        rows = (yield _OLDEST_OF_BACKLOG(name)) or (yield _OLDEST_UNREAD(*found.get(name, START)))
        if rows:
            oldest[name] = rows[0][0]
    return oldest


def step(name: str, after: str, most: int, handle: Callable[[Batch], Unit[bool]]) -> Unit[Step]:
    """Read up to ``most`` events, call ``handle`` with them, and move the cursor past them.

    Nothing is read while another process has locked the reader. A reader that comes ``after`` another ("" for
    none) reads only events that the other has read.
    """
    held = yield _HOLD(name)
    if not held:
        return NOTHING
    cursor = Cursor(*held[0])
    upto = END
    if after:
        if (yield _BACKLOG(after, 1)):
            return NOTHING
        passed = yield _CURSOR(after)
        upto = Cursor(*passed[0]) if passed else START
    backlog = tuple(event_id for (event_id,) in (yield _BACKLOG(name, most)))
    if backlog:
        has_effect = yield from handle(Batch(cursor, cursor, backlog))
        yield _FORGET(name, list(backlog))
        return Step(len(backlog), has_effect)
    last, amount = yield from page(cursor, upto, most)
    if not amount:
        return NOTHING
    has_effect = yield from handle(Batch(cursor, last))
    yield _MOVE(*last, name)
    return Step(amount, has_effect)


def page(after: Cursor, upto: Cursor, most: int) -> Unit[tuple[Cursor, int]]:
    """Return the last of the next events that can be read, up to ``most``, and how many they are."""
    found = yield _NEXT(*after, *upto, most)
    if not found:
        return after, 0
    [(transaction, last_id, amount)] = found
    return Cursor(transaction, last_id), amount


def wait_for(name: str) -> Unit[None]:
    """Wait for a reader's current transaction, then lock the reader until the commit."""
    yield _WAIT_FOR(name)

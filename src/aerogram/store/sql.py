"""Units of work: operations on the store, written once for both engines.

A statement is written in SQLAlchemy Core, compiled once for each dialect, and executed by the raw
driver: `sqlite3` in a thread or `asyncpg`. A *unit* is a generator that yields steps (a statement with its
rows of parameters) and receives the rows of the result. It does no I/O itself, so the same unit runs
on both engines, inside a transaction that the engine owns::

    FIND = Sql(select(sender.c.email).where(sender.c.account_id == bindparam("account_id")), "account_id")

    def senders_of(account_id: int) -> Unit[list[str]]:
        rows = yield FIND(account_id)
        return [email for (email,) in rows]

A unit may run again, when a shared commit was rolled back, so it has no effects other than its SQL.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Generator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from sqlalchemy import BigInteger, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import Boolean

if TYPE_CHECKING:
    from sqlalchemy.sql.expression import ClauseElement

Row = tuple[Any, ...]
Rows = list[Row]
T = TypeVar("T")

SCAN_SECONDS: Final = 10.0
"""How long a scan may take: longer than any page of a million contacts, shorter than clients' timeouts."""


class Engine(enum.Enum):
    """The two engines that a statement is compiled for."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


_DIALECTS: Final = {
    Engine.SQLITE: sqlite_dialect(paramstyle="qmark"),
    Engine.POSTGRESQL: asyncpg_dialect(),  # type: ignore[no-untyped-call]
}


class Step:
    """A statement to execute, with one row of parameters or with many."""

    __slots__ = ("is_many", "parameters", "statement")

    def __init__(self, statement: Sql, parameters: Sequence[Any], *, is_many: bool) -> None:
        self.statement = statement
        self.parameters = parameters
        self.is_many = is_many


Unit = Generator[Step, Rows, T]


class Sql:
    """A statement and the order of its parameters.

    ``names`` are the names of its bind parameters in the order in which `__call__` and `many` take
    their values.
    """

    __slots__ = ("_compiled", "_names", "_statement")

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: dict[Engine, Compiled] = {}

    def __call__(self, *values: Any) -> Step:
        """Execute once with these values; the result is a list of rows."""
        return Step(self, values, is_many=False)

    def many(self, rows: Sequence[Row]) -> Step:
        """Execute once for each row of values; the result is empty."""
        return Step(self, rows, is_many=True)

    def compiled(self, engine: Engine) -> Compiled:
        """Return the statement in the dialect of one engine; it is compiled on first use."""
        found = self._compiled.get(engine)
        if found is None:
            found = self._compiled[engine] = _compile(self._statement, self._names, engine)
        return found


class Compiled:
    """The text for one driver, and how a row of values becomes the driver's parameters."""

    __slots__ = ("arrange", "text")

    def __init__(self, text: str, arrange: Callable[[Row], Row] | None) -> None:
        self.text = text
        self.arrange = arrange


def _compile(statement: ClauseElement, names: tuple[str, ...], engine: Engine) -> Compiled:
    compiled = statement.compile(dialect=_DIALECTS[engine])
    order: list[str] = list(getattr(compiled, "positiontup", None) or ())
    fixed = {name: value for name, value in compiled.params.items() if name not in names}
    unknown = set(names) - set(order)
    if unknown:
        raise ValueError(f"The statement has no parameters named {sorted(unknown)}: {compiled}")
    lists = _list_parameters(statement) if engine is Engine.SQLITE else frozenset()
    if tuple(order) == names and not fixed and not lists:
        return Compiled(str(compiled), None)
    return Compiled(str(compiled), _arranger(order, names, fixed, lists))


def _arranger(
    order: list[str], names: tuple[str, ...], fixed: dict[str, Any], lists: frozenset[str]
) -> Callable[[Row], Row]:
    """Return the function that orders values, constants and lists as the driver expects them."""
    constants = tuple(fixed.values())
    places = {name: index for index, name in enumerate([*names, *fixed])}
    pick: Callable[[Row], Row]
    if len(order) == 1:
        only = places[order[0]]

        def pick(row: Row) -> Row:
            return (row[only],)
    else:
        pick = itemgetter(*(places[name] for name in order))
    listed = [names.index(name) for name in lists]
    if not listed:
        return lambda row: pick((*row, *constants))

    def arrange(row: Row) -> Row:
        values = list(row)
        for index in listed:
            values[index] = json.dumps(values[index])
        return pick((*values, *constants))

    return arrange


class any_of(ColumnElement[bool]):  # noqa: N801 - reads as an operator inside statements
    """``column IN (all of a list given as one parameter)``; the list may be empty or long."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str, item_type: Any = BigInteger) -> None:
        self.column = column
        self.name = name
        self.parameter = bindparam(name, type_=ARRAY(item_type))

    def get_children(self, **_: Any) -> tuple[ClauseElement, ...]:
        """Let SQLAlchemy's visitors find the parameter."""
        return (self.column, self.parameter)

    def self_group(self, against: Any = None) -> any_of:  # noqa: ARG002 - as declared above us
        """Keep the condition as it is: SQLAlchemy would write ``… IN (…) = 1``, which cannot use an index."""
        return self


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    parameter = compiler.process(bindparam(element.name), **options)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - both are compiled by SQLAlchemy


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    parameter = compiler.process(element.parameter, **options)
    return f"{column} = ANY ({parameter})"


def _list_parameters(statement: ClauseElement) -> frozenset[str]:
    from sqlalchemy.sql import visitors  # noqa: PLC0415 - used at compile time of a statement only

    return frozenset(item.name for item in visitors.iterate(statement) if isinstance(item, any_of))


class Database(Protocol):
    """The port that every higher ring uses; two engines implement it."""

    engine: Engine

    async def read(self, unit: Callable[[], Unit[T]]) -> T:
        """Run a read-only unit on one consistent snapshot; never waits for writers."""
        ...

    async def scan(self, unit: Callable[[], Unit[T]], seconds: float = SCAN_SECONDS) -> T:
        """Run a read-only unit that may look at many rows, such as a search through all contacts.

        Only a few scans run at a time, on connections of their own, so that reads for mail never wait for
        them. Raises `TooSlowError` when there is no result after ``seconds``, including the time spent
        waiting for other scans.
        """
        ...

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """Run a unit; return after it is committed to disk.

        Concurrent writes may share one commit. When a unit raises, only its own effects are rolled back.
        Raises `UnavailableError` when the store cannot be reached, `StoreFullError` when it is full.
        """
        ...

    def forget_overwritten(self) -> None:
        """Soon purge the data that committed writes deleted, where the engine keeps it outside its tables."""
        ...

    async def close(self) -> None:
        """Finish pending work and close the store."""
        ...

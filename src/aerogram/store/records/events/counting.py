"""Adding events to the hourly counters of their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, func, literal_column, select, text

from aerogram.base.clock import HOUR
from aerogram.store.records.events.reading import OfBatch
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.events import event

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.store.records.events.reading import Batch

_HOUR: Final = event.c.at_ms - event.c.at_ms % literal_column(str(HOUR), BigInteger)


def _amounts(chosen: ColumnElement[bool]) -> Select[tuple[int, int, int, int]]:
    hour = _HOUR.label("hour_ms")
    return (
        select(event.c.account_id, hour, event.c.kind, func.count())
        .where(chosen)
        .group_by(event.c.account_id, hour, event.c.kind)
    )


_AMOUNTS: Final = OfBatch(_amounts)
_ADD: Final = Sql(
    text(
        "INSERT INTO counter (account_id, hour_ms, kind, amount) VALUES (:account_id, :hour_ms, :kind, :amount)"
        " ON CONFLICT (account_id, hour_ms, kind) DO UPDATE SET amount = counter.amount + excluded.amount"
    ),
    "account_id",
    "hour_ms",
    "kind",
    "amount",
)


def count(batch: Batch) -> Unit[bool]:
    """Count the events of a batch. Return False, because nothing depends on it."""
    amounts = yield _AMOUNTS(batch)
    # Sorted, so that two transactions lock the rows in the same order.
    yield _ADD.many(sorted(tuple(row) for row in amounts))
    return False

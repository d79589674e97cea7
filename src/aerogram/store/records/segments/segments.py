"""Stored segments, and the definitions that their expressions are bound to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, text, update

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.matching import likes
from aerogram.store.records.querying.owned import Unique
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.contacts import property_, segment

if TYPE_CHECKING:
    from collections.abc import Mapping

DELETED: Final = "deleted"
"""The status of a segment that is kept because other rows refer to it; its name is free again."""
COLUMNS: Final = tuple(column.name for column in segment.columns)
_LIVE: Final = segment.c.status != text(f"'{DELETED}'")

LISTING: Final = Listing(
    segment,
    COLUMNS,
    conditions={
        "id": segment.c.id == bindparam("id"),
        "status": segment.c.status == bindparam("status"),
        "not_status": segment.c.status != bindparam("not_status"),
        **likes("name", segment.c.name),
    },
    orders={"id": segment.c.id},
)
"""Segments can be listed by these; ``not_status`` excludes a status."""

_OWN: Final = (segment.c.id == bindparam("which")) & (segment.c.account_id == bindparam("owner"))
_SELECTED: Final = tuple(segment.c[name] for name in COLUMNS)
_ADD = Sql(
    text(
        f"INSERT INTO segment ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - names of columns
        " ON CONFLICT DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_FIND = Sql(select(*_SELECTED).where(_OWN), "which", "owner")
_HOLD = Sql(select(*_SELECTED).where(_OWN).with_for_update(), "which", "owner")
_FIND_BY_NAME = Sql(
    select(*_SELECTED).where(
        segment.c.account_id == bindparam("owner"), segment.c.name == bindparam("name"), _LIVE
    ),
    "owner",
    "name",
)
_UNIQUE: Final = Unique(segment, "name", among=_LIVE)
_DEFINITIONS = Sql(
    select(property_.c.id, property_.c.namespace, property_.c.name, property_.c.datatype).where(
        property_.c.account_id == bindparam("owner")
    ),
    "owner",
)


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a segment; False when the account has a live one of its name."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def find(account_id: int, segment_id: int) -> Unit[dict[str, Any] | None]:
    """Return a segment by `COLUMNS`, deleted or not."""
    rows = yield _FIND(segment_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def find_by_name(account_id: int, name: str) -> Unit[dict[str, Any] | None]:
    """Return the live segment with a name."""
    rows = yield _FIND_BY_NAME(account_id, name)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def hold(account_id: int, segment_id: int) -> Unit[dict[str, Any] | None]:
    """Return a segment, and lock it until the commit."""
    rows = yield _HOLD(segment_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def is_taken(account_id: int, name: str, segment_id: int) -> Unit[bool]:
    """Return whether another live segment of the account has this name."""
    return (yield from _UNIQUE.is_taken(account_id, segment_id, name))


def change(account_id: int, segment_id: int, values: Mapping[str, Any]) -> Unit[None]:
    """Write values by column."""
    names = tuple(sorted(values))
    yield _change(names)(*(values[name] for name in names), segment_id, account_id)


def definitions(account_id: int) -> Unit[list[tuple[int, str, str, str]]]:
    """Give id, namespace, name and datatype of an account's properties."""
    return [tuple(row) for row in (yield _DEFINITIONS(account_id))]


@lru_cache(maxsize=16)
def _change(names: tuple[str, ...]) -> Sql:
    statement = update(segment).where(_OWN).values({name: bindparam(f"new_{name}") for name in names})
    return Sql(statement, *(f"new_{name}" for name in names), "which", "owner")

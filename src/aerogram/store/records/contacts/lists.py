"""Lists of contacts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, or_, select, text, update

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Unique
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.contacts import contact_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: Final = tuple(column.name for column in contact_list.columns)

LISTING: Final = Listing(
    contact_list,
    COLUMNS,
    conditions={
        **{name: contact_list.c[name] == bindparam(name) for name in ("id", "name", "address", "is_deleted")},
        "ids": any_of(contact_list.c.id, "ids"),
        "alternate": or_(
            contact_list.c.address == bindparam("alternate"),
            and_(contact_list.c.name == bindparam("alternate"), contact_list.c.is_deleted == 0),
        ),
        "not_id": contact_list.c.id != bindparam("not_id"),
    },
    orders={
        "id": contact_list.c.id,
        "is_deleted": contact_list.c.is_deleted,
        "name": contact_list.c.name,
        "created_ms": contact_list.c.created_ms,
    },
)
"""Lists can be listed by these. ``alternate`` is an address or the name of a live list."""

_OWN: Final = (contact_list.c.id == bindparam("which")) & (contact_list.c.account_id == bindparam("owner"))
_SELECTED: Final = tuple(contact_list.c[name] for name in COLUMNS)
_ADD = Sql(
    text(
        f"INSERT INTO contact_list ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - names of columns
        " ON CONFLICT DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_UNIQUE: Final = Unique(contact_list, "name", among=contact_list.c.is_deleted == 0)
_HOLD = Sql(select(*_SELECTED).where(_OWN).with_for_update(), "which", "owner")
_NAMES = Sql(
    select(contact_list.c.id, contact_list.c.name).where(
        contact_list.c.account_id == bindparam("owner"), any_of(contact_list.c.id, "ids")
    ),
    "owner",
    "ids",
)


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a list; False when its address exists or the account has a live list with its name."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def is_taken(account_id: int, name: str, list_id: int) -> Unit[bool]:
    """Return whether another live list of the account has this name."""
    return (yield from _UNIQUE.is_taken(account_id, list_id, name))


def hold(account_id: int, list_id: int) -> Unit[dict[str, Any] | None]:
    """Return a list by `COLUMNS`, and lock it until the commit."""
    rows = yield _HOLD(list_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def change(account_id: int, list_id: int, values: Mapping[str, Any]) -> Unit[None]:
    """Write values by column."""
    names = tuple(sorted(values))
    yield _change(names)(*(values[name] for name in names), list_id, account_id)


def names(account_id: int, list_ids: Sequence[int]) -> Unit[dict[int, str]]:
    """Return the names of lists by id."""
    rows = yield _NAMES(account_id, list_ids)
    return dict(rows)


@lru_cache(maxsize=16)
def _change(names: tuple[str, ...]) -> Sql:
    statement = update(contact_list).where(_OWN).values({name: bindparam(f"new_{name}") for name in names})
    return Sql(statement, *(f"new_{name}" for name in names), "which", "owner")

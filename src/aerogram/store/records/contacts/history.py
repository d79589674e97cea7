"""The values of historic contact properties over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, exists, insert, not_, or_, select

from aerogram.store.records.querying.listing import Listing
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.contacts import contact_history, property_

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = tuple(column.name for column in contact_history.columns)

_AT: Final = contact_history.c.at_ms
_NAMED: Final = select(property_.c.id).where(property_.c.account_id == bindparam("of_account"))
_LATER = contact_history.alias("later")
_HAS_LATER: Final = exists().where(
    _LATER.c.account_id == contact_history.c.account_id,
    _LATER.c.contact_id == contact_history.c.contact_id,
    _LATER.c.property_id == contact_history.c.property_id,
    or_(_LATER.c.at_ms > _AT, and_(_LATER.c.at_ms == _AT, _LATER.c.id > contact_history.c.id)),
)

LISTING: Final = Listing(
    contact_history,
    COLUMNS,
    conditions={
        "id": contact_history.c.id == bindparam("id"),
        "contact_id": contact_history.c.contact_id == bindparam("contact_id"),
        "name": contact_history.c.property_id.in_(_NAMED.where(property_.c.name == bindparam("name"))),
        "from_ms": bindparam("from_ms") <= _AT,
        "before_ms": bindparam("before_ms") > _AT,
        "is_newest": not_(_HAS_LATER) & (bindparam("is_newest") == 1),
    },
    orders={"id": contact_history.c.id, "at_ms": _AT},
)
"""Values can be listed by these. ``is_newest`` is always 1: only the last value per contact and property."""

_ADD = Sql(insert(contact_history).values({name: bindparam(name) for name in COLUMNS}), *COLUMNS)
_REMOVE = Sql(
    delete(contact_history)
    .where(contact_history.c.id == bindparam("which"), contact_history.c.account_id == bindparam("owner"))
    .returning(contact_history.c.id),
    "which",
    "owner",
)
_FORGET = Sql(
    delete(contact_history).where(
        contact_history.c.account_id == bindparam("owner"),
        contact_history.c.contact_id == bindparam("contact_id"),
    ),
    "owner",
    "contact_id",
)


def add(row: Mapping[str, Any]) -> Unit[None]:
    """Add a value."""
    yield _ADD(*(row[name] for name in COLUMNS))


def remove(account_id: int, value_id: int) -> Unit[bool]:
    """Delete a value; False when there was none."""
    rows = yield _REMOVE(value_id, account_id)
    return bool(rows)


def forget(account_id: int, contact_id: int) -> Unit[None]:
    """Delete all values of a contact."""
    yield _FORGET(account_id, contact_id)

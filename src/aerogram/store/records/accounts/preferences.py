"""Values by name that programs store for an account, in two scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select

from aerogram.model.page import PageRequest
from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.matching import likes
from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import preference

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNED: Final = Owned(preference)
LISTING: Final = Listing(
    preference,
    ("id", "account_id", "name", "value"),
    conditions={
        "id": preference.c.id == bindparam("id"),
        "scope": preference.c.scope == bindparam("scope"),
        "value": preference.c.value == bindparam("value"),
        **likes("name", preference.c.name),
    },
    orders={"id": preference.c.id},
)
_COUNT = Sql(
    select(func.count())
    .select_from(preference)
    .where(preference.c.account_id == bindparam("account_id"), preference.c.scope == bindparam("scope")),
    "account_id",
    "scope",
)


def add(row: Mapping[str, Any], at_most: int) -> Unit[bool | None]:
    """Add a preference; False when its name is taken, None when the account already has ``at_most``."""
    [(number,)] = yield _COUNT(row["account_id"], row["scope"])
    if number >= at_most:
        return None
    return (yield from OWNED.add(row))


def change(account_id: int, scope: str, row_id: int, values: Mapping[str, Any]) -> Unit[bool | None]:
    """Write values; False when another preference has the name, None when there is no such preference."""
    if "name" in values:
        same, _ = yield from LISTING.page(
            account_id, PageRequest({"scope": scope, "name": values["name"]}, 1)
        )
        if same and same[0]["id"] != row_id:
            return False
    return True if (yield from OWNED.change(account_id, row_id, values)) else None

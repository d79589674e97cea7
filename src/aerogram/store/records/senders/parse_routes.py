"""Parse routes: the URLs that mail to an address is posted to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import parse_route

COLUMNS: Final = tuple(column.name for column in parse_route.columns)
OWNED: Final = Owned(parse_route)
LISTING: Final = Listing(
    parse_route,
    COLUMNS,
    conditions={
        "id": parse_route.c.id == bindparam("id"),
        "account_id": parse_route.c.account_id == bindparam("account_id"),
        "email": parse_route.c.email == bindparam("email"),
        "is_generated": parse_route.c.is_generated == bindparam("is_generated"),
    },
    orders={"id": parse_route.c.id},
)
_HOLDER = Sql(select(parse_route.c.id).where(parse_route.c.email == bindparam("email")), "email")


def holder(email: str) -> Unit[int | None]:
    """Return the id of the route of an address, of any account."""
    rows = yield _HOLDER(email)
    return rows[0][0] if rows else None

"""Reading all memberships of a list, a piece at a time."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.contacts import contact_list, list_recipient


class Member(NamedTuple):
    """A contact on a list."""

    membership_id: int
    contact_id: int
    is_unsubscribed: int


_MEMBERS = Sql(
    select(list_recipient.c.id, list_recipient.c.contact_id, list_recipient.c.is_unsubscribed)
    .where(
        list_recipient.c.account_id == bindparam("owner"),
        list_recipient.c.list_id == bindparam("of_list"),
        list_recipient.c.id > bindparam("after"),
    )
    .order_by(list_recipient.c.id)
    .limit(bindparam("most")),
    "owner",
    "of_list",
    "after",
    "most",
)
_COUNT = Sql(
    select(func.count())
    .select_from(list_recipient)
    .where(
        list_recipient.c.account_id == bindparam("owner"), list_recipient.c.list_id == bindparam("of_list")
    ),
    "owner",
    "of_list",
)
_LIVE = Sql(
    select(contact_list.c.id).where(
        contact_list.c.account_id == bindparam("owner"),
        contact_list.c.id == bindparam("which"),
        contact_list.c.is_deleted == 0,
    ),
    "owner",
    "which",
)


def members(account_id: int, list_id: int, after: int, most: int) -> Unit[list[Member]]:
    """Return memberships of a list after a membership's id, by rising id."""
    return [Member(*row) for row in (yield _MEMBERS(account_id, list_id, after, most))]


def count(account_id: int, list_id: int) -> Unit[int]:
    """Count all contacts on a list, whether subscribed or not."""
    rows = yield _COUNT(account_id, list_id)
    return rows[0][0]  # type: ignore[no-any-return]


def is_live(account_id: int, list_id: int) -> Unit[bool]:
    """Return whether an account has this list and it is not deleted."""
    return bool((yield _LIVE(account_id, list_id)))

"""The rows of exports, read in steps by rising id, so that no step costs more than the first."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from aerogram.store.records.contacts import contacts, list_recipients, lists
from aerogram.store.records.querying.listing import NOTHING
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.contacts import contact, list_recipient

if TYPE_CHECKING:
    from collections.abc import Mapping

    ExportRows = list[tuple[int, dict[str, Any]]]
    """Rows by column, each with the id after which the next step begins."""

LIST: Final = "list_id"
# An alias, so that the subqueries of conditions do not correlate with it.
_MEMBERSHIP: Final = list_recipient.alias("exported_membership")


def contacts_after(account_id: int, conditions: Mapping[str, Any], after: int, most: int) -> Unit[ExportRows]:
    """Return contacts by `contacts.COLUMNS`; the conditions are those of `contacts.LISTING`."""
    if LIST in conditions and NOTHING not in conditions:
        return (yield from _of_list(account_id, conditions, after, most))
    rows = yield from contacts.LISTING.after(account_id, conditions, after, most)
    return [(row["id"], row) for row in rows]


def memberships_after(
    account_id: int, conditions: Mapping[str, Any], after: int, most: int
) -> Unit[ExportRows]:
    """Return memberships by `list_recipients.COLUMNS`, with ``email`` and ``list_name``."""
    rows = yield from list_recipients.LISTING.after(account_id, conditions, after, most)
    emails = yield from contacts.addresses(account_id, [row["contact_id"] for row in rows])
    names = yield from lists.names(account_id, sorted({row[LIST] for row in rows}))
    return [
        (
            row["id"],
            row | {"email": emails.get(row["contact_id"], ""), "list_name": names.get(row[LIST], "")},
        )
        for row in rows
    ]


def _of_list(account_id: int, conditions: Mapping[str, Any], after: int, most: int) -> Unit[ExportRows]:
    """Page the list's memberships through their index; a condition would be evaluated for each contact."""
    others = {name: value for name, value in conditions.items() if name != LIST}
    names = tuple(sorted(others))
    values = [account_id, *(others[name] for name in names)]
    rows = yield _members(names)(*values, conditions[LIST], after, most)
    return [(cursor, dict(zip(contacts.COLUMNS, row, strict=True))) for cursor, *row in rows]


@lru_cache(maxsize=256)
def _members(names: tuple[str, ...]) -> Sql:
    statement = (
        select(_MEMBERSHIP.c.id, *(contact.c[name] for name in contacts.COLUMNS))
        .join_from(_MEMBERSHIP, contact, contact.c.id == _MEMBERSHIP.c.contact_id)
        .where(
            *contacts.LISTING.where(names),
            _MEMBERSHIP.c.account_id == bindparam("of_account"),
            _MEMBERSHIP.c.list_id == bindparam(LIST),
            _MEMBERSHIP.c.id > bindparam("after"),
        )
        .order_by(_MEMBERSHIP.c.id)
        .limit(bindparam("most"))
    )
    return Sql(statement, "of_account", *names, LIST, "after", "most")

"""Memberships of contacts on lists, one by one and as listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, update

from aerogram.model.event import EventKind
from aerogram.store.records.querying.flags import flagged
from aerogram.store.records.querying.listing import Listing
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import event, message
from aerogram.store.tables.contacts import contact, contact_list, list_recipient
from aerogram.store.tables.events import IS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import BindParameter

COLUMNS: Final = tuple(column.name for column in list_recipient.columns)

_OF_ACCOUNT: Final[BindParameter[int]] = bindparam("of_account")
_CONTACTS: Final = select(contact.c.id).where(contact.c.account_id == _OF_ACCOUNT)
_LISTS: Final = select(contact_list.c.id).where(contact_list.c.account_id == _OF_ACCOUNT)
_OPENERS: Final = _CONTACTS.where(
    contact.c.email.in_(
        select(message.c.recipient)
        .join(event, event.c.message_id == message.c.id)
        .where(message.c.account_id == _OF_ACCOUNT, IS_SHOWN, event.c.kind == int(EventKind.OPEN))
    )
)
_HAS: Final = list_recipient.c.contact_id

LISTING: Final = Listing(
    list_recipient,
    COLUMNS,
    conditions={
        **{
            name: list_recipient.c[name] == bindparam(name)
            for name in ("id", "list_id", "contact_id", "is_active", "is_unsubscribed")
        },
        # A scalar comparison: with IN a planner may read the whole list to find one contact.
        "contact_email": _CONTACTS.where(contact.c.email == bindparam("contact_email")).scalar_subquery()
        == _HAS,
        "is_excluded": flagged(_HAS, "is_excluded"),
        "active_at": _HAS.in_(
            _CONTACTS.where(
                contact.c.last_activity_ms.between(bindparam("active_at"), bindparam("active_at") + 999)
            )
        ),
        "list_name": list_recipient.c.list_id.in_(
            _LISTS.where(contact_list.c.name == bindparam("list_name"))
        ),
        "list_is_live": list_recipient.c.list_id.in_(
            _LISTS.where(contact_list.c.is_deleted == 1 - bindparam("list_is_live"))
        ),
        "has_opened": _HAS.in_(_OPENERS.where(bindparam("has_opened") == 1)),
        "has_not_opened": _HAS.not_in(_OPENERS.where(bindparam("has_not_opened") == 1)),
    },
    orders={"id": list_recipient.c.id},
)
"""Memberships can be listed by these. Flags are 0 or 1, ``has_opened`` and ``has_not_opened`` always 1."""

KEYS: Final = frozenset({"id", "contact_id", "contact_email"})
"""Conditions that find memberships through an index; all others may look at many rows."""

_OWN: Final = (list_recipient.c.id == bindparam("which")) & (
    list_recipient.c.account_id == bindparam("owner")
)
_SELECTED: Final = tuple(list_recipient.c[name] for name in COLUMNS)
_FIND = Sql(select(*_SELECTED).where(_OWN), "which", "owner")
_OF_PAIR = Sql(
    select(*_SELECTED).where(
        list_recipient.c.account_id == bindparam("owner"),
        list_recipient.c.list_id == bindparam("list_id"),
        list_recipient.c.contact_id == bindparam("contact_id"),
    ),
    "owner",
    "list_id",
    "contact_id",
)
_OF_CONTACT = Sql(
    select(*_SELECTED)
    .where(
        list_recipient.c.account_id == bindparam("owner"),
        list_recipient.c.contact_id == bindparam("contact_id"),
    )
    .order_by(list_recipient.c.list_id),
    "owner",
    "contact_id",
)
_SET = Sql(
    update(list_recipient)
    .where(_OWN)
    .values(
        is_active=bindparam("new_active"),
        is_unsubscribed=bindparam("new_unsubscribed"),
        subscribed_ms=bindparam("new_subscribed_ms"),
        unsubscribed_ms=bindparam("new_unsubscribed_ms"),
    ),
    "new_active",
    "new_unsubscribed",
    "new_subscribed_ms",
    "new_unsubscribed_ms",
    "which",
    "owner",
)


def find(account_id: int, membership_id: int) -> Unit[dict[str, Any] | None]:
    """Return a membership by `COLUMNS`."""
    rows = yield _FIND(membership_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def of_pair(account_id: int, list_id: int, contact_id: int) -> Unit[dict[str, Any] | None]:
    """Return the membership of a contact on a list."""
    rows = yield _OF_PAIR(account_id, list_id, contact_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def of_contact(account_id: int, contact_id: int) -> Unit[list[dict[str, Any]]]:
    """Return the memberships of a contact, sorted by list id."""
    rows = yield _OF_CONTACT(account_id, contact_id)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def put(row: Mapping[str, Any]) -> Unit[None]:
    """Write the changeable columns of a membership."""
    yield _SET(
        row["is_active"],
        row["is_unsubscribed"],
        row["subscribed_ms"],
        row["unsubscribed_ms"],
        row["id"],
        row["account_id"],
    )

"""Reading and changing many contacts of an account in a few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Text, bindparam, select, text, update

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from collections.abc import Sequence


class KnownContact(NamedTuple):
    """The columns of a contact that a batch may change."""

    id: int
    email: str
    name: str
    properties: str
    is_excluded: int
    excluded_ms: int


class ContactChange(NamedTuple):
    """New values for all columns of a contact that a batch may change."""

    name: str
    properties: str
    is_excluded: int
    excluded_ms: int
    updated_ms: int
    id: int


_LOCK = Sql(
    select(*(contact.c[name] for name in KnownContact._fields))
    .where(contact.c.account_id == bindparam("account_id"), any_of(contact.c.email, "emails", Text))
    .order_by(contact.c.email)
    .with_for_update(),
    "account_id",
    "emails",
)
_HOLD = Sql(
    select(contact.c.id)
    .where(
        contact.c.account_id == bindparam("account_id"),
        any_of(contact.c.id, "contact_ids"),
        contact.c.is_anonymized == 0,
    )
    .order_by(contact.c.email)
    .with_for_update(),
    "account_id",
    "contact_ids",
)
NEW: Final = (
    "id",
    "account_id",
    "email",
    "name",
    "created_ms",
    "is_excluded",
    "excluded_ms",
    "last_activity_ms",
    "properties",
)
"""The columns of a new contact that are set."""
_ADD = Sql(
    text(
        f"INSERT INTO contact ({', '.join(NEW)}) VALUES ({', '.join(f':{name}' for name in NEW)})"  # noqa: S608 - names of columns
        " ON CONFLICT (account_id, email) DO NOTHING"
    ),
    *NEW,
)
_CHANGE = Sql(
    update(contact)
    .where(contact.c.id == bindparam("of_id"))
    .values({name: bindparam(f"new_{name}") for name in ContactChange._fields[:-1]}),
    *(f"new_{name}" for name in ContactChange._fields[:-1]),
    "of_id",
)
_SOME: Final = (contact.c.account_id == bindparam("of_account")) & any_of(contact.c.id, "contact_ids")
_TOUCH = Sql(
    update(contact).where(_SOME).values(last_activity_ms=bindparam("now_ms")),
    "now_ms",
    "of_account",
    "contact_ids",
)
_UNSUBSCRIBED = Sql(
    update(contact)
    .where(_SOME)
    # Clear the cause of an earlier unsubscription.
    .values(last_activity_ms=bindparam("now_ms"), unsubscribed_ms=bindparam("now_ms"), unsubscribed_by=""),
    "now_ms",
    "of_account",
    "contact_ids",
)


def lock(account_id: int, emails: Sequence[str]) -> Unit[dict[str, KnownContact]]:
    """Return the contacts with these addresses, by address, and lock them until the commit."""
    rows = yield _LOCK(account_id, emails)
    return {row[1]: KnownContact(*row) for row in rows}


def hold(account_id: int, contact_ids: Sequence[int]) -> Unit[set[int]]:
    """Lock contacts until the commit. Return the ids of those that exist, without erased contacts."""
    rows = yield _HOLD(account_id, contact_ids)
    return {contact_id for (contact_id,) in rows}


def add(rows: Sequence[tuple[Any, ...]]) -> Unit[None]:
    """Add contacts, as values of `NEW`; those added in the meantime stay as they are."""
    yield _ADD.many(rows)


def change(changes: Sequence[ContactChange]) -> Unit[None]:
    """Write new values of contacts."""
    yield _CHANGE.many(changes)


def touch(account_id: int, contact_ids: Sequence[int], now_ms: int) -> Unit[None]:
    """Record activity of contacts now."""
    yield _TOUCH(now_ms, account_id, contact_ids)


def unsubscribed(account_id: int, contact_ids: Sequence[int], now_ms: int) -> Unit[None]:
    """Record that contacts unsubscribed now."""
    yield _UNSUBSCRIBED(now_ms, account_id, contact_ids)

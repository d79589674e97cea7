"""Recording mail activity on contacts, many at a time, and finding contacts by address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Text, bindparam, select, text

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Activity(NamedTuple):
    """Activity to add to a contact. Times and flags are 0 when nothing of the kind happened."""

    delivered_count: int
    last_activity_ms: int
    is_spam_complaining: int
    unsubscribed_ms: int
    unsubscribed_by: str


class NewContact(NamedTuple):
    """The columns of a new contact that are set besides its activity."""

    id: int
    account_id: int
    email: str
    name: str
    created_ms: int


_IS: Final = (
    contact.c.account_id == bindparam("owner"),
    any_of(contact.c.email, "emails", Text),
    contact.c.is_anonymized == 0,
)
_IDS: Final = select(contact.c.email, contact.c.id).where(*_IS)
_FIND = Sql(_IDS, "owner", "emails")
_LOCK = Sql(_IDS.order_by(contact.c.email).with_for_update(), "owner", "emails")
_ADDS: Final = """\
delivered_count = contact.delivered_count + {delivered_count},
last_activity_ms = CASE WHEN contact.last_activity_ms < {last_activity_ms}
    THEN {last_activity_ms} ELSE contact.last_activity_ms END,
is_spam_complaining = CASE WHEN contact.is_spam_complaining < {is_spam_complaining}
    THEN {is_spam_complaining} ELSE contact.is_spam_complaining END,
unsubscribed_by = CASE WHEN contact.unsubscribed_ms < {unsubscribed_ms}
    THEN {unsubscribed_by} ELSE contact.unsubscribed_by END,
unsubscribed_ms = CASE WHEN contact.unsubscribed_ms < {unsubscribed_ms}
    THEN {unsubscribed_ms} ELSE contact.unsubscribed_ms END
"""
"""Later times win, in whatever order events are read. Assignments see the old values of the row."""
_TYPES: Final = {
    "delivered_count": "BIGINT",
    "last_activity_ms": "BIGINT",
    "is_spam_complaining": "SMALLINT",
    "unsubscribed_ms": "BIGINT",
    "unsubscribed_by": "TEXT",
}
_BOUND: Final = {name: f"CAST(:{name} AS {kind})" for name, kind in _TYPES.items()}
_EXCLUDED: Final = {name: f"excluded.{name}" for name in Activity._fields}
_CHANGE = Sql(
    text(f"UPDATE contact SET {_ADDS.format(**_BOUND)} WHERE id = :id"),  # noqa: S608 - names of columns
    *Activity._fields,
    "id",
)
_MADE: Final = (*NewContact._fields, *Activity._fields)
_MAKE = Sql(
    text(
        f"INSERT INTO contact ({', '.join(_MADE)}) VALUES ({', '.join(f':{name}' for name in _MADE)})"  # noqa: S608 - names of columns
        f" ON CONFLICT (account_id, email) DO UPDATE SET {_ADDS.format(**_EXCLUDED)}"
    ),
    *_MADE,
)


def find(account_id: int, emails: Collection[str]) -> Unit[dict[str, int]]:
    """Return the ids of contacts by address (suppression keys), without erased contacts."""
    rows = yield _FIND(account_id, list(emails))
    return dict(rows)


def lock(account_id: int, emails: Collection[str]) -> Unit[dict[str, int]]:
    """Do what `find` does, and lock the contacts until the commit, in the order that every writer uses."""
    rows = yield _LOCK(account_id, list(emails))
    return dict(rows)


def change(activities: Sequence[tuple[int, Activity]]) -> Unit[None]:
    """Add activity to contacts, by id."""
    yield _CHANGE.many([(*activity, contact_id) for contact_id, activity in activities])


def make(contacts: Sequence[tuple[NewContact, Activity]]) -> Unit[None]:
    """Add contacts, given sorted by address; add the activity to those that exist in the meantime."""
    yield _MAKE.many([(*new, *activity) for new, activity in contacts])

"""Contacts, one by one and as listings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, text, update

from aerogram.store.records.querying.flags import SET, flagged
from aerogram.store.records.querying.listing import Listing, Way
from aerogram.store.records.querying.matching import likes
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign, campaign_recipient
from aerogram.store.tables.contacts import contact, contact_list, list_recipient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import BindParameter

COLUMNS: Final = tuple(column.name for column in contact.columns)

_OF_ACCOUNT: Final[BindParameter[int]] = bindparam("of_account")
_LEFT: Final = select(list_recipient.c.contact_id).where(
    list_recipient.c.account_id == _OF_ACCOUNT, list_recipient.c.is_unsubscribed == SET
)
_LIST: Final = (
    select(contact_list.c.id)
    .where(contact_list.c.id == bindparam("list_id"), contact_list.c.account_id == _OF_ACCOUNT)
    .scalar_subquery()
)
_TARGETED: Final = (
    select(campaign_recipient.c.address)
    .join(
        campaign,
        (campaign.c.account_id == campaign_recipient.c.account_id)
        & (campaign.c.name == campaign_recipient.c.campaign),
    )
    .where(campaign_recipient.c.account_id == _OF_ACCOUNT, campaign.c.id == bindparam("campaign_id"))
)
_ACTIVE: Final = contact.c.last_activity_ms

LISTING: Final = Listing(
    contact,
    COLUMNS,
    conditions={
        **likes("email", contact.c.email),
        # Addresses are stored in lower case, so this comparison can use the index.
        "email_ci": contact.c.email == bindparam("email_ci"),
        "id": contact.c.id == bindparam("id"),
        "ids": any_of(contact.c.id, "ids"),
        "is_excluded": flagged(contact.c.id, "is_excluded"),
        "is_anonymized": flagged(contact.c.id, "is_anonymized"),
        "active_at": _ACTIVE.between(bindparam("active_at"), bindparam("active_at") + 999),
        "has_left": contact.c.id.in_(_LEFT.where(bindparam("has_left") == 1)),
        "has_not_left": contact.c.id.not_in(_LEFT.where(bindparam("has_not_left") == 1)),
        "campaign_id": contact.c.email.in_(_TARGETED),
    },
    orders={
        "id": contact.c.id,
        "email": contact.c.email,
        "delivered_count": contact.c.delivered_count,
        "created_ms": contact.c.created_ms,
    },
    # A list and its contacts belong to the same account.
    way=Way("list_id", list_recipient.c.contact_id, list_recipient.c.list_id == _LIST),
)
"""Contacts can be listed by these.

Flags are 0 or 1. ``has_left`` and ``has_not_left`` are always 1 and say whether the contact is unsubscribed
from any list. ``active_at`` is a time to the second.
"""

KEYS: Final = frozenset({"id", "ids", "email", "email_ci"})
"""Conditions that find contacts through an index; all others may look at many rows."""

_OWN: Final = (contact.c.id == bindparam("which")) & (contact.c.account_id == bindparam("owner"))
_SELECTED: Final = tuple(contact.c[name] for name in COLUMNS)
_ADD = Sql(
    text(
        f"INSERT INTO contact ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - names of columns
        " ON CONFLICT (account_id, email) DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_HOLD = Sql(select(*_SELECTED).where(_OWN).with_for_update(), "which", "owner")
_BY_EMAIL = Sql(
    select(*_SELECTED).where(
        contact.c.account_id == bindparam("owner"), contact.c.email == bindparam("email")
    ),
    "owner",
    "email",
)
_ADDRESSES = Sql(
    select(contact.c.id, contact.c.email).where(
        contact.c.account_id == bindparam("owner"), any_of(contact.c.id, "ids")
    ),
    "owner",
    "ids",
)


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a contact; False when the account already has this address."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def hold(account_id: int, contact_id: int) -> Unit[dict[str, Any] | None]:
    """Return a contact by `COLUMNS`, and lock it until the commit."""
    rows = yield _HOLD(contact_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def by_email(account_id: int, email: str) -> Unit[dict[str, Any] | None]:
    """Return a contact by its address."""
    rows = yield _BY_EMAIL(account_id, email)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def change(account_id: int, contact_id: int, values: Mapping[str, Any]) -> Unit[None]:
    """Write values by column."""
    names = tuple(sorted(values))
    yield _change(names)(*(values[name] for name in names), contact_id, account_id)


def addresses(account_id: int, contact_ids: Sequence[int]) -> Unit[dict[int, str]]:
    """Return the addresses of contacts by id."""
    rows = yield _ADDRESSES(account_id, contact_ids)
    return dict(rows)


@lru_cache(maxsize=64)
def _change(names: tuple[str, ...]) -> Sql:
    statement = update(contact).where(_OWN).values({name: bindparam(f"new_{name}") for name in names})
    return Sql(statement, *(f"new_{name}" for name in names), "which", "owner")

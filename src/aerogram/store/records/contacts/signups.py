"""Signups: addresses that were entered in the forms of widgets, and their confirmations."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal, select, update

from aerogram.model.widget import SIGNUP_SOURCE
from aerogram.store.records.querying.listing import Listing
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import unsubscription
from aerogram.store.tables.contacts import contact
from aerogram.store.tables.plain_records import signup


class SignupRow(NamedTuple):
    """A signup; ``email`` is in the form of `suppression_key`, ``confirm_ms`` 0 until it is confirmed."""

    id: int
    account_id: int
    widget_id: int
    list_id: int
    contact_id: int
    email: str
    signup_key: str
    signup_ms: int
    signup_ip: str
    confirm_ms: int = 0
    confirm_ip: str = ""


_EQUAL: Final = ("id", "account_id", "widget_id", "list_id", "contact_id", "email", "signup_key", "signup_ip")
_AT: Final = literal("@")
LISTING: Final = Listing(
    signup,
    SignupRow._fields,
    conditions={
        **{name: signup.c[name] == bindparam(name) for name in _EQUAL},
        "source": literal(SIGNUP_SOURCE) == bindparam("source"),
        "domain": func.substr(
            signup.c.email, func.length(signup.c.email) - func.length(_AT + bindparam("domain")) + 1
        )
        == _AT + bindparam("domain"),
        "local_part": func.substr(signup.c.email, 1, func.length(bindparam("local_part") + _AT))
        == bindparam("local_part") + _AT,
        **{
            f"{name}_{end}": column > bindparam(f"{name}_{end}")
            if end == "after"
            else column < bindparam(f"{name}_{end}")
            for name, column in (("signup", signup.c.signup_ms), ("confirm", signup.c.confirm_ms))
            for end in ("after", "before")
        },
    },
    orders={"id": signup.c.id},
)
"""Signups can be listed by these; ``_after`` and ``_before`` take milliseconds."""

_COLUMNS: Final = tuple(signup.c[name] for name in SignupRow._fields)
_ADD = Sql(insert(signup).values({name: bindparam(name) for name in SignupRow._fields}), *SignupRow._fields)
_FIND = Sql(select(*_COLUMNS).where(signup.c.id == bindparam("which")), "which")
_CLAIM = Sql(select(*_COLUMNS).where(signup.c.id == bindparam("which")).with_for_update(), "which")
_CONFIRM = Sql(
    update(signup)
    .where(signup.c.id == bindparam("which"))
    .values(confirm_ms=bindparam("now_ms"), confirm_ip=bindparam("ip")),
    *("now_ms", "ip", "which"),
)
_REMOVE = Sql(delete(signup).where(signup.c.id == bindparam("which"), signup.c.confirm_ms == 0), "which")
_FORGET_UNCONFIRMED = Sql(
    delete(signup).where(signup.c.confirm_ms == 0, signup.c.signup_ms <= bindparam("until")), "until"
)
_FORGET_ADDRESS = Sql(
    delete(signup).where(signup.c.account_id == bindparam("owner"), signup.c.email == bindparam("of_email")),
    *("owner", "of_email"),
)
_RECENT = Sql(
    select(signup.c.widget_id, signup.c.signup_ms).where(
        signup.c.email == bindparam("email"), signup.c.signup_ms > bindparam("since_ms")
    ),
    *("email", "since_ms"),
)
_SET_PENDING = Sql(
    update(contact)
    .where(contact.c.id == bindparam("which"), contact.c.account_id == bindparam("owner"))
    .values(is_optin_pending=bindparam("flag")),
    *("flag", "which", "owner"),
)
_LET_BULK_THROUGH = Sql(
    delete(unsubscription).where(
        unsubscription.c.account_id == bindparam("owner"), unsubscription.c.address == bindparam("email")
    ),
    *("owner", "email"),
)


def add(row: SignupRow) -> Unit[None]:
    """Add a signup."""
    yield _ADD(*row)


def find(signup_id: int) -> Unit[SignupRow | None]:
    """Return a signup, of any account: the caller has its token."""
    rows = yield _FIND(signup_id)
    return SignupRow(*rows[0]) if rows else None


def claim(signup_id: int) -> Unit[SignupRow | None]:
    """Return a signup as `find` does, and lock it until the commit."""
    rows = yield _CLAIM(signup_id)
    return SignupRow(*rows[0]) if rows else None


def confirm(signup_id: int, now_ms: int, ip: str) -> Unit[None]:
    """Record that the owner of the address confirmed the signup."""
    yield _CONFIRM(now_ms, ip, signup_id)


def remove(signup_id: int) -> Unit[None]:
    """Delete a signup that was not confirmed."""
    yield _REMOVE(signup_id)


def forget_unconfirmed(until_ms: int) -> Unit[None]:
    """Delete unconfirmed signups up to a time, because their confirmation links have expired."""
    yield _FORGET_UNCONFIRMED(until_ms)


def forget_address(account_id: int, email: str) -> Unit[None]:
    """Delete all signups of an address with an account."""
    yield _FORGET_ADDRESS(account_id, email)


def recent(email: str, since_ms: int) -> Unit[list[tuple[int, int]]]:
    """Return widget and time of an address's signups after a time, of all accounts."""
    rows = yield _RECENT(email, since_ms)
    return [(widget_id, at_ms) for widget_id, at_ms in rows]


def set_pending(account_id: int, contact_id: int, *, is_pending: bool) -> Unit[None]:
    """Set whether a contact must still confirm."""
    yield _SET_PENDING(int(is_pending), contact_id, account_id)


def let_bulk_through(account_id: int, email: str) -> Unit[None]:
    """Delete the unsubscription of an address from the account's bulk mail."""
    yield _LET_BULK_THROUGH(account_id, email)

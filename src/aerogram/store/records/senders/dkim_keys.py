"""DKIM keys of sending domains. Private keys are sealed; retired keys are kept for later use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, text, update

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import dkim_key

if TYPE_CHECKING:
    from collections.abc import Sequence


class DkimKeyRow(NamedTuple):
    """A signing key. ``algorithm`` is ``rsa`` or ``ed25519``; ``public_value`` the TXT record's content."""

    id: int
    account_id: int
    domain: str
    selector: str
    algorithm: str
    private_sealed: str
    public_value: str
    created_ms: int
    is_active: int


_COLUMNS: Final = tuple(dkim_key.c[name] for name in DkimKeyRow._fields)
_OF_DOMAIN = Sql(
    select(*_COLUMNS)
    .where(dkim_key.c.account_id == bindparam("account_id"), dkim_key.c.domain == bindparam("domain"))
    .order_by(dkim_key.c.id),
    "account_id",
    "domain",
)
_OF_ACCOUNT = Sql(
    select(*_COLUMNS)
    .where(dkim_key.c.account_id == bindparam("account_id"), dkim_key.c.is_active == 1)
    .order_by(dkim_key.c.domain, dkim_key.c.id),
    "account_id",
)
_ADD = Sql(
    insert(dkim_key).values({name: bindparam(name) for name in DkimKeyRow._fields}), *DkimKeyRow._fields
)
_OFFER = Sql(
    text(
        f"INSERT INTO dkim_key ({', '.join(DkimKeyRow._fields)})"  # noqa: S608 - names of columns
        f" VALUES ({', '.join(f':{name}' for name in DkimKeyRow._fields)})"
        " ON CONFLICT (domain, selector, account_id) DO NOTHING"
    ),
    *DkimKeyRow._fields,
)
_EVERY_OF_ACCOUNT = Sql(
    select(*_COLUMNS).where(dkim_key.c.account_id == bindparam("account_id")).order_by(dkim_key.c.id),
    "account_id",
)
_SET_ACTIVE = Sql(
    update(dkim_key)
    .where(dkim_key.c.account_id == bindparam("account"), dkim_key.c.domain == bindparam("which"))
    .values(is_active=bindparam("active")),
    "active",
    "account",
    "which",
)


def of_domain(account_id: int, domain: str) -> Unit[list[DkimKeyRow]]:
    """Return all keys of an account's domain, active or retired, the oldest first."""
    rows = yield _OF_DOMAIN(account_id, domain)
    return [DkimKeyRow(*row) for row in rows]


def active_of_domain(account_id: int, domain: str) -> Unit[list[DkimKeyRow]]:
    """Return the keys that sign an account's mail from a domain."""
    rows = yield from of_domain(account_id, domain)
    return [row for row in rows if row.is_active]


def of_account(account_id: int) -> Unit[list[DkimKeyRow]]:
    """Return the active keys of an account, sorted by domain."""
    rows = yield _OF_ACCOUNT(account_id)
    return [DkimKeyRow(*row) for row in rows]


def every_of_account(account_id: int) -> Unit[list[DkimKeyRow]]:
    """Return all keys of an account, active or retired, the oldest first."""
    rows = yield _EVERY_OF_ACCOUNT(account_id)
    return [DkimKeyRow(*row) for row in rows]


def offer(rows: Sequence[DkimKeyRow]) -> Unit[None]:
    """Add new keys that are not active yet, unless the domain already has keys."""
    yield _OFFER.many([row._replace(is_active=0) for row in rows])


def activate(account_id: int, domain: str) -> Unit[None]:
    """Activate the keys of a domain, if it has any."""
    yield _SET_ACTIVE(1, account_id, domain)


def ensure_active(rows: Sequence[DkimKeyRow]) -> Unit[bool]:
    """Make sure that a domain has active keys. Return whether the given keys were stored.

    ``rows`` are new keys of one domain of one account. If the domain had keys before, those are activated
    instead, because their DNS records may still be published.
    """
    account_id, domain = rows[0].account_id, rows[0].domain
    known = yield from of_domain(account_id, domain)
    if known:
        yield _SET_ACTIVE(1, account_id, domain)
        return False
    yield _ADD.many(rows)
    return True


def retire(account_id: int, domain: str) -> Unit[bool]:
    """Retire the keys of a domain. Return whether any were active."""
    known = yield from active_of_domain(account_id, domain)
    if not known:
        return False
    yield _SET_ACTIVE(0, account_id, domain)
    return True

"""Accounts, their credentials, and the people who sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, func, insert, select, text, update

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import account, credential, user_account

if TYPE_CHECKING:
    from collections.abc import Sequence


class AccountRow(NamedTuple):
    """An account; flags are 0 or 1."""

    id: int
    name: str
    created_ms: int
    is_active: int = 1
    tracks_opens: int = 0
    tracks_clicks: int = 0


class CredentialRow(NamedTuple):
    """A credential of an account. ``secret_hash`` is `Sealer.digest` of the secret.

    ``kind`` is a `CredentialKind`; the ``key`` of a domain token is its digest. ``is_sandboxed`` is 0 or 1.
    """

    id: int
    account_id: int
    kind: int
    key: str
    secret_hash: str
    label: str
    created_ms: int
    revoked_ms: int | None
    domain: str = ""
    is_sandboxed: int = 0


class UserRow(NamedTuple):
    """A person who signs in; ``email`` is in lower case."""

    id: int
    email: str
    password_hash: str
    created_ms: int


_ACCOUNT: Final = tuple(account.c[name] for name in AccountRow._fields)
_CREDENTIAL: Final = tuple(credential.c[name] for name in CredentialRow._fields)
_ALL = Sql(select(*_ACCOUNT).order_by(account.c.id))
_FIND = Sql(select(*_ACCOUNT).where(account.c.id == bindparam("id")), "id")
_FIRST = Sql(select(func.min(account.c.id)))
_ADD = Sql(
    insert(account).values({name: bindparam(name) for name in AccountRow._fields}), *AccountRow._fields
)
_CHANGE = Sql(
    update(account)
    .where(account.c.id == bindparam("which"))
    .values(
        name=bindparam("new_name"),
        is_active=bindparam("active"),
        tracks_opens=bindparam("opens"),
        tracks_clicks=bindparam("clicks"),
    ),
    "new_name",
    "active",
    "opens",
    "clicks",
    "which",
)
_CREDENTIALS = Sql(
    select(*_CREDENTIAL)
    .where(
        credential.c.account_id == bindparam("account_id"),
        credential.c.kind == bindparam("kind"),
        credential.c.revoked_ms.is_(None),
    )
    .order_by(credential.c.id),
    "account_id",
    "kind",
)
_EVERY_CREDENTIAL = Sql(
    select(*_CREDENTIAL)
    .where(credential.c.kind == bindparam("kind"), credential.c.revoked_ms.is_(None))
    .order_by(credential.c.id),
    "kind",
)
_BY_KEY = Sql(select(*_CREDENTIAL).where(credential.c.key == bindparam("key")), "key")
_ADD_CREDENTIAL = Sql(
    insert(credential).values({name: bindparam(name) for name in CredentialRow._fields}),
    *CredentialRow._fields,
)
_REVOKE = Sql(
    update(credential)
    .where(credential.c.id == bindparam("which"), credential.c.revoked_ms.is_(None))
    .values(revoked_ms=bindparam("now")),
    "now",
    "which",
)
_REVOKE_ALL = Sql(
    update(credential)
    .where(
        credential.c.account_id == bindparam("account"),
        credential.c.kind == bindparam("which_kind"),
        credential.c.is_sandboxed == bindparam("sandboxed"),
        credential.c.revoked_ms.is_(None),
    )
    .values(revoked_ms=bindparam("now")),
    "now",
    "account",
    "which_kind",
    "sandboxed",
)
_USER = Sql(
    select(*(user_account.c[name] for name in UserRow._fields)).where(
        user_account.c.email == bindparam("email")
    ),
    "email",
)
_FIRST_USER = Sql(
    select(*(user_account.c[name] for name in UserRow._fields)).order_by(user_account.c.id).limit(1)
)
_ADD_UNKNOWN_USER = Sql(
    text(
        f"INSERT INTO user_account ({', '.join(UserRow._fields)})"  # noqa: S608 - names of columns
        f" VALUES ({', '.join(f':{name}' for name in UserRow._fields)}) ON CONFLICT (email) DO NOTHING"
    ),
    *UserRow._fields,
)
_ADD_USER = Sql(
    insert(user_account).values({name: bindparam(name) for name in UserRow._fields}), *UserRow._fields
)


def every() -> Unit[list[AccountRow]]:
    """Return all accounts, the oldest first."""
    rows = yield _ALL()
    return [AccountRow(*row) for row in rows]


def find(account_id: int) -> Unit[AccountRow | None]:
    """Return one account."""
    rows = yield _FIND(account_id)
    return AccountRow(*rows[0]) if rows else None


def first() -> Unit[int | None]:
    """Return the id of the oldest account; None before the first set-up."""
    rows = yield _FIRST()
    found: int | None = rows[0][0]
    return found


def add(row: AccountRow, credentials: Sequence[CredentialRow]) -> Unit[None]:
    """Add an account with its credentials."""
    yield _ADD(*row)
    for each in credentials:
        yield _ADD_CREDENTIAL(*each)


def change(row: AccountRow) -> Unit[None]:
    """Write the name and the flags of an account."""
    yield _CHANGE(row.name, row.is_active, row.tracks_opens, row.tracks_clicks, row.id)


def credentials_of(account_id: int, kind: int) -> Unit[list[CredentialRow]]:
    """Return an account's credentials of a kind that are not revoked, the oldest first."""
    rows = yield _CREDENTIALS(account_id, kind)
    return [CredentialRow(*row) for row in rows]


def every_credential(kind: int) -> Unit[list[CredentialRow]]:
    """Return the credentials of a kind of all accounts that are not revoked, the oldest first."""
    rows = yield _EVERY_CREDENTIAL(kind)
    return [CredentialRow(*row) for row in rows]


def credential_by_key(key: str) -> Unit[CredentialRow | None]:
    """Return a credential by its public key, revoked or not."""
    rows = yield _BY_KEY(key)
    return CredentialRow(*rows[0]) if rows else None


def add_credential(row: CredentialRow) -> Unit[None]:
    """Add a credential to an account."""
    yield _ADD_CREDENTIAL(*row)


def revoke(credential_id: int, now_ms: int) -> Unit[None]:
    """Revoke a credential; one that was already revoked keeps its time."""
    yield _REVOKE(now_ms, credential_id)


def replace_credentials(row: CredentialRow, now_ms: int) -> Unit[None]:
    """Add a credential; revoke the account's others with the same kind and ``is_sandboxed``."""
    yield _REVOKE_ALL(now_ms, row.account_id, row.kind, row.is_sandboxed)
    yield _ADD_CREDENTIAL(*row)


def user_by_email(email: str) -> Unit[UserRow | None]:
    """Return the user with this address (lower case)."""
    rows = yield _USER(email)
    return UserRow(*rows[0]) if rows else None


def first_user() -> Unit[UserRow | None]:
    """Return the oldest user."""
    rows = yield _FIRST_USER()
    return UserRow(*rows[0]) if rows else None


def add_user(row: UserRow) -> Unit[None]:
    """Add a user."""
    yield _ADD_USER(*row)


def user_added(row: UserRow) -> Unit[UserRow]:
    """Add a user unless the address is known; return the user with this address."""
    yield _ADD_UNKNOWN_USER(*row)
    return UserRow(*(yield _USER(row.email))[0])

"""Accounts and their API key pairs.

Key and secret are 32 hexadecimal digits each, like Mailjet's: a known WordPress plugin accepts only keys
of ``[a-zA-Z0-9]{20,}``. The secret is shown once, on creation, and stored only as a keyed digest.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import NotFoundError
from aerogram.base.ids import MAX_ID
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.model.account import CredentialKind
from aerogram.model.actor import EVERY_ACCOUNT
from aerogram.model.member import Role
from aerogram.store.records.accounts import accounts as records
from aerogram.store.records.accounts import members
from aerogram.store.records.accounts.accounts import AccountRow, CredentialRow, UserRow
from aerogram.store.records.accounts.members import MemberRow
from aerogram.store.records.sandbox import outside_of_sandbox

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit

__all__ = [
    "AccountRow",
    "Accounts",
    "CredentialRow",
    "KeyPair",
    "Listed",
    "Opened",
    "UserRow",
    "new_key_pair",
    "new_password",
]

KEY_BYTES: Final = 16
"""128 random bits cannot be guessed, so a fast keyed digest is enough for storage."""
PASSWORD_BYTES: Final = 15
"""20 characters of URL-safe base64."""


class KeyPair(NamedTuple):
    """An API key and its secret in the clear."""

    api_key: str
    secret_key: str


class Opened(NamedTuple):
    """A new account with its key pair, while the secret is still known."""

    account: AccountRow
    keys: KeyPair


class Listed(NamedTuple):
    """An account and its active API keys."""

    account: AccountRow
    credentials: list[CredentialRow]


def new_key_pair() -> KeyPair:
    """Generate a key pair."""
    return KeyPair(secrets.token_hex(KEY_BYTES), secrets.token_hex(KEY_BYTES))


def new_password() -> str:
    """Generate an initial password."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def hashed_password(password: str) -> str:
    """Hash a password with argon2. It takes 0.1 s of CPU, so call it in a thread."""
    # Imported here to keep start-up fast: only set-up and sign-in hash passwords.
    from argon2 import PasswordHasher  # noqa: PLC0415

    return PasswordHasher().hash(password)


class Accounts:
    """The accounts of this installation."""

    def __init__(
        self, db: Database, sealer: Sealer, ids: IdGenerator, clock: Clock, changes: Changes | None = None
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._ids = ids
        self._clock = clock
        self._changes = changes or Changes()

    async def create(self, actor: Actor, name: str) -> Opened:
        """Create an account with a key pair. Its owners are those of the first account, and the actor if a person."""
        opened = Opened(self.account_row(name), new_key_pair())
        credential = self.credential_row(opened.account.id, opened.keys)

        def unit() -> Unit[None]:
            yield from records.add(opened.account, [credential])
            yield from members.inherit(opened.account.id, opened.account.created_ms)
            if actor.user_id:
                yield from members.put(
                    MemberRow(opened.account.id, actor.user_id, Role.OWNER, opened.account.created_ms)
                )

        await self._db.write(unit)
        return opened

    async def rotate(self, actor: Actor, account_id: int) -> KeyPair:
        """Replace the account's key pairs with a new one and revoke the old ones.

        Sandbox keys are kept: their mail never leaves, and tests that use them go on working.
        """
        keys = new_key_pair()
        credential = self.credential_row(account_id, keys)

        def unit() -> Unit[None]:
            yield from _held(actor, account_id)
            yield from records.replace_credentials(credential, credential.created_ms)

        await self._db.write(unit)
        self._changes.changed(Topic.CREDENTIALS)
        return keys

    async def add_key(self, actor: Actor, account_id: int, *, is_sandboxed: bool) -> KeyPair:
        """Add a key pair; mail sent with a sandbox key is captured and never leaves."""
        keys = new_key_pair()
        row = self.credential_row(account_id, keys, is_sandboxed=is_sandboxed)

        def unit() -> Unit[None]:
            yield from _held(actor, account_id)
            yield from records.add_credential(row)

        await self._db.write(unit)
        return keys

    async def revoke_key(self, actor: Actor, api_key: str) -> CredentialRow:
        """Revoke a key pair. Raises `NotFoundError` if no active key matches."""

        def unit() -> Unit[CredentialRow | None]:
            row = yield from records.credential_by_key(api_key)
            if row is None or row.kind != CredentialKind.API_KEY or row.revoked_ms is not None:
                return None
            yield from _held(actor, row.account_id)
            yield from records.revoke(row.id, self._clock.now_ms())
            return row

        revoked = await self._db.write(unit)
        if revoked is None:
            raise NotFoundError(f"There is no active API key {api_key!r}.")
        self._changes.changed(Topic.CREDENTIALS)
        return revoked

    async def change(
        self,
        actor: Actor,
        account_id: int,
        *,
        name: str | None = None,
        is_active: bool | None = None,
        tracks_opens: bool | None = None,
        tracks_clicks: bool | None = None,
    ) -> AccountRow:
        """Change the values that are not None; return the changed account. Raises `NotFoundError`.

        Keys of an inactive account are rejected. Every process applies the change within seconds.
        """

        def unit() -> Unit[AccountRow]:
            found = yield from _held(actor, account_id)
            changed = found._replace(
                name=found.name if name is None else name,
                is_active=_flag(is_active, found.is_active),
                tracks_opens=_flag(tracks_opens, found.tracks_opens),
                tracks_clicks=_flag(tracks_clicks, found.tracks_clicks),
            )
            yield from records.change(changed)
            return changed

        account = await self._db.write(unit)
        self._changes.changed(Topic.CREDENTIALS)
        return account

    async def is_master(self, actor: Actor) -> bool:
        """Return whether this is the first account, whose key may list and create all others."""
        return await self.master_id() == actor.account_id

    async def master_id(self) -> int | None:
        """Return the id of the first account; None before the first set-up."""
        return await self._db.read(records.first)

    async def owner_id(self) -> int:
        """Return the id of the user that the first set-up created; 0 if there is none."""
        owner = await self._db.read(records.first_user)
        return owner.id if owner else 0

    async def every(self) -> list[Listed]:
        """Return all accounts, oldest first."""

        def unit() -> Unit[list[Listed]]:
            accounts = yield from records.every()
            credentials = yield from records.every_credential(CredentialKind.API_KEY)
            return [
                Listed(account, [each for each in credentials if each.account_id == account.id])
                for account in accounts
            ]

        return await self._db.read(unit)

    async def show(self, account_id: int) -> Listed:
        """Return one account. Raises `NotFoundError`."""

        def unit() -> Unit[Listed | None]:
            account = yield from records.find(account_id)
            if account is None:
                return None
            return Listed(account, (yield from records.credentials_of(account_id, CredentialKind.API_KEY)))

        found = await self._db.read(unit)
        if found is None:
            raise NotFoundError(f"There is no account {account_id}.")
        return found

    async def identify(self, named: str) -> int:
        """Resolve ``named`` to an account id: an id, an API key, or "" for the first account.

        Raises `NotFoundError`.
        """
        if not named:
            first = await self._db.read(records.first)
            if first is None:
                raise NotFoundError("There are no accounts yet; run: aerogram init --email you@example.org")
            return first
        if named.isascii() and named.isdigit() and int(named) <= MAX_ID:
            account = await self._db.read(lambda: records.find(int(named)))
            if account is not None:
                return account.id
        credential = await self._db.read(lambda: records.credential_by_key(named))
        if credential is None:
            raise NotFoundError(f"There is no account with id or API key {named!r}.")
        return credential.account_id

    def account_row(self, name: str) -> AccountRow:
        """Build the row of a new account."""
        return AccountRow(self._ids.next_id(), name, self._clock.now_ms())

    def credential_row(self, account_id: int, keys: KeyPair, *, is_sandboxed: bool = False) -> CredentialRow:
        """Build the row of a key pair; it holds only the digest of the secret."""
        return CredentialRow(
            id=self._ids.next_id(),
            account_id=account_id,
            kind=CredentialKind.API_KEY,
            key=keys.api_key,
            secret_hash=self._sealer.digest(keys.secret_key),
            label="sandbox API key" if is_sandboxed else "API key",
            created_ms=self._clock.now_ms(),
            revoked_ms=None,
            is_sandboxed=int(is_sandboxed),
        )

    def user_row(self, email: str, password: str) -> UserRow:
        """Build the row of a user, with the password hashed by argon2."""
        hashed = hashed_password(password)
        return UserRow(self._ids.next_id(), email.strip().lower(), hashed, self._clock.now_ms())


def _held(actor: Actor, account_id: int) -> Unit[AccountRow]:
    """Find an account that the actor may change: its own, or any for the first account and the operator.

    Raises `NotFoundError`, also for accounts that the actor may not see, or `ForbiddenError` for a caller in the sandbox.
    """
    if actor.is_sandboxed:
        raise outside_of_sandbox()
    found = yield from records.find(account_id)
    is_own = actor.account_id in (account_id, EVERY_ACCOUNT)
    if found is None or not (is_own or (yield from records.first()) == actor.account_id):
        raise NotFoundError(f"There is no account {account_id}.")
    return found


def _flag(asked: bool | None, current: int) -> int:  # noqa: FBT001 - private
    return current if asked is None else int(asked)

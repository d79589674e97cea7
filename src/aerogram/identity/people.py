"""People and keys at the door of pages: a name and a password open accounts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aerogram.store.records import accounts as records

if TYPE_CHECKING:
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.store.sql import Database

_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$bPZRYHHmCZ1Jzb9nAMjHm8NVL+CwqUtQNIPqfHl0cuw"
)
"""A hash that no password is known for: an unknown name costs the same time as a wrong password."""


class People:
    """Who may look at pages."""

    def __init__(self, database: Database, authenticator: Authenticator, attempts: LoginAttempts) -> None:
        self._database = database
        self._authenticator = authenticator
        self._attempts = attempts

    async def accounts_opened_by(self, name: str, password: str, peer_ip: str) -> frozenset[int] | None:
        """Give the accounts that an email and password, or a key pair, open; None when they open none.

        Raises `LockedOutError` after too many failures.
        """
        self._attempts.check(name, peer_ip)
        accounts = await self._find(name, password)
        if accounts is None:
            self._attempts.failed(name, peer_ip)
        else:
            self._attempts.succeeded(name, peer_ip)
        return accounts

    async def _find(self, name: str, password: str) -> frozenset[int] | None:
        principal = await self._authenticator.check(name, password)
        if principal is not None:
            return frozenset({principal.account_id})
        user = await self._database.read(lambda: records.user_by_email(name.strip().lower()))
        is_right = await asyncio.to_thread(_verify, user.password_hash if user else _NOBODY, password)
        if user is None or not is_right:
            return None
        accounts = await self._database.read(records.every)
        return frozenset(account.id for account in accounts)


def _verify(password_hash: str, password: str) -> bool:
    # argon2 takes a tenth of a second on purpose, and its import a while too.
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import Argon2Error  # noqa: PLC0415

    try:
        return PasswordHasher().verify(password_hash, password)
    except Argon2Error:
        return False

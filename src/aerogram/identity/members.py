"""Members of accounts: which users may access which account, and in which role.

A user is created with their first membership. The password is shown once, at that moment, and stored only as a
hash.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.identity.accounts import hashed_password, new_password
from aerogram.model.member import Role
from aerogram.store.records.accounts import accounts
from aerogram.store.records.accounts import members as records
from aerogram.store.records.accounts.accounts import UserRow
from aerogram.store.records.accounts.members import MemberRow
from aerogram.wire.address import is_email

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit


class Listed(NamedTuple):
    """A member of an account."""

    user: UserRow
    role: Role


class Added(NamedTuple):
    """A new membership; ``password`` is "" if the user existed before."""

    email: str
    role: Role
    password: str


class Members:
    """The members of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def of_account(self, actor: Actor) -> list[Listed]:
        """Return the members of the account, oldest user first."""
        rows = await self._database.read(lambda: records.of_account(actor.account_id))
        return [Listed(user, Role(role)) for user, role in rows]

    async def add(self, actor: Actor, email: str, role: Role) -> Added:
        """Add a user to the account, or change a member's role.

        Creates an unknown user with a new password. Raises `RefusedError` for an invalid address, and for another
        role of the last owner.
        """
        address = email.strip().lower()
        if not is_email(address):
            raise RefusedError(f"{email!r} is not an email address.")
        password = new_password()
        # argon2 takes 0.1 s of CPU by design.
        hashed = await asyncio.to_thread(hashed_password, password)
        now = self._clock.now_ms()
        new = UserRow(self._ids.next_id(), address, hashed, now)

        def unit() -> Unit[bool]:
            user = yield from accounts.user_added(new)
            if role is not Role.OWNER:
                yield from _check_not_last_owner(actor.account_id, user)
            yield from records.put(MemberRow(actor.account_id, user.id, role.value, now))
            return user.id == new.id

        is_new = await self._database.write(unit)
        return Added(address, role, password if is_new else "")

    async def remove(self, actor: Actor, email: str) -> str:
        """End a membership; return the user's address. The user and their other memberships stay.

        Raises `NotFoundError` if the account has no such member, and `RefusedError` for its last owner.
        """
        address = email.strip().lower()

        def unit() -> Unit[bool]:
            user = yield from accounts.user_by_email(address)
            if user is None:
                return False
            yield from _check_not_last_owner(actor.account_id, user)
            return (yield from records.remove(actor.account_id, user.id))

        if not await self._database.write(unit):
            raise NotFoundError(f"The account has no member {address}.")
        return address


def _check_not_last_owner(account_id: int, user: UserRow) -> Unit[None]:
    """Raise `RefusedError` if the account has no owner except this user."""
    if (yield from records.owners(account_id)) == [user.id]:
        raise RefusedError(
            f"{user.email} is the last owner of the account; make another member an owner first."
        )

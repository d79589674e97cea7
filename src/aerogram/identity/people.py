"""Sign-in to the pages: turn a user name and password, or a key pair, into actors."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from aerogram.identity.passwords import Passwords
from aerogram.model.actor import actor_of, actors_of
from aerogram.model.member import Member, Role
from aerogram.store.records.accounts import accounts as records
from aerogram.store.records.accounts import members

if TYPE_CHECKING:
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

DOOR: Final = "web"


class People:
    """Authenticates visitors of the pages."""

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        attempts: LoginAttempts,
        passwords: Passwords | None = None,
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._attempts = attempts
        self._passwords = passwords or Passwords()

    async def actors_of(self, name: str, password: str, peer_ip: str) -> tuple[Actor, ...] | None:
        """Return the actors of an email address and password, or of a key pair; None if they are wrong.

        A person gets one actor for each account they are a member of. Raises `LockedOutError`, also
        when too many passwords wait to be checked.
        """
        self._attempts.check(name, peer_ip)
        actors = await self._find(name, password, peer_ip)
        if actors is None:
            self._attempts.failed(name, peer_ip)
        else:
            self._attempts.succeeded(name, peer_ip)
        return actors

    async def _find(self, name: str, password: str, peer_ip: str) -> tuple[Actor, ...] | None:
        request_id = str(uuid.uuid4())
        principal = await self._authenticator.check(name, password)
        if principal is not None:
            return (actor_of(principal, DOOR, request_id),)
        user = await self._database.read(lambda: records.user_by_email(name.strip().lower()))
        is_right = await self._passwords.is_right(
            user.password_hash if user else None,
            password,
            peer_ip,
            is_expected=self._attempts.is_expected(name, peer_ip),
        )
        if user is None or not is_right:
            return None
        memberships = await self._database.read(lambda: members.of_user(user.id))
        roles = {each.account_id: Role(each.role) for each in memberships}
        return actors_of(Member(user_id=user.id, email=user.email, roles=roles), DOOR, request_id)

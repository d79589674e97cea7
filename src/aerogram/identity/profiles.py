"""User profiles.

The user that the first set-up created owns the installation; all accounts report them as their user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.store.records.accounts import accounts, members, profiles
from aerogram.store.records.accounts.accounts import UserRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.store.records.accounts.profiles import ProfileRow
    from aerogram.store.sql import Database, Unit

__all__ = ["Person", "Profiles", "UserRow"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user, without secrets."""

    id: int
    email: str
    created_ms: int
    username: str
    locale: str
    timezone: str
    profile: dict[str, Any]


class Profiles:
    """The profiles of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owner(self) -> Person | None:
        """Return the user of the first set-up; None before it."""
        found = await self._database.read(_owner)
        return _person(*found) if found else None

    async def people(self, actor: Actor) -> list[UserRow]:
        """Return all users, oldest first."""
        rows = await self._database.read(lambda: members.of_account(actor.account_id))
        return [user for user, _ in rows]

    async def change(
        self, words: Mapping[str, Any] | None = None, profile: Mapping[str, Any] | None = None
    ) -> Person:
        """Write ``username``, ``locale`` and ``timezone`` from ``words``, and values of the profile.

        Raises `NotFoundError` if there is no user.
        """

        def unit() -> Unit[tuple[UserRow, ProfileRow] | None]:
            found = yield from _owner()
            if found is None:
                return None
            user, row = found
            values = _decoded(row.profile) | dict(profile or {})
            row = row._replace(**dict(words or {}), profile=msgspec.json.encode(values).decode())
            yield from profiles.put(row)
            return user, row

        changed = await self._database.write(unit)
        if changed is None:
            raise NotFoundError("There is no user.")
        return _person(*changed)


def _owner() -> Unit[tuple[UserRow, ProfileRow] | None]:
    user = yield from accounts.first_user()
    if user is None:
        return None
    return user, (yield from profiles.find(user.id))


def _person(user: UserRow, row: ProfileRow) -> Person:
    return Person(
        id=user.id,
        email=user.email,
        created_ms=user.created_ms,
        username=row.username,
        locale=row.locale,
        timezone=row.timezone,
        profile=_decoded(row.profile),
    )


def _decoded(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else {}

"""Preferences as a collection: key-value pairs of a user or an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import TooManyError
from aerogram.doors.rest import errors
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.identity.preferences import Preferences
    from aerogram.model.actor import Actor

    OwnerOf = Callable[[Actor], Awaitable[int]]
    """Returns the id of the preferences' owner, as shown to an actor."""

MAX_KEY: Final = 255
MAX_VALUE: Final = 65_536
"""Characters; our choice."""


def by_name(text: str) -> Condition | None:
    """Read a Key."""
    return Condition("name", text)


class PreferenceRows:
    """The preferences of one scope."""

    def __init__(self, preferences: Preferences, scope: str, owner_of: OwnerOf) -> None:
        self._preferences = preferences
        self._scope = scope
        self._owner_of = owner_of

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return preferences of the account."""
        owner_id = await self._owner_of(actor)
        conditions = combined(query.conditions)
        if conditions.pop("owner_id", owner_id) != owner_id:
            return Page([], 0)
        rows, total = await self._preferences.page(actor, self._scope, query.request(conditions))
        return Page([row | {"owner_id": owner_id} for row in rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Store a value."""
        try:
            row = await self._preferences.add(actor, self._scope, values["name"], values["value"])
        except TooManyError as error:
            raise errors.RestError(400, f"An account may have {error.most} {error.nouns}") from None
        return row | {"owner_id": await self._owner_of(actor)}

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a value, and optionally its key."""
        await self._preferences.change(actor, self._scope, row["id"], values)
        return {**row, **values}

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a value."""
        await self._preferences.remove(actor, row["id"])

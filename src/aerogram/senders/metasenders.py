"""Metasenders: requested by the main account, enabled by an operator, valid for all accounts.

The API cannot enable one, because a leaked key could then send in anybody's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import NotFoundError, RefusedError, TakenError, TooManyError
from aerogram.model.actor import ActorKind
from aerogram.senders.pattern import parse_pattern
from aerogram.store.records.senders import metasenders as records
from aerogram.store.records.senders.metasenders import MetasenderRow

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit

__all__ = ["MetasenderRow", "Metasenders"]

MAX_METASENDERS: Final = 100
"""Metasenders of one account (compatibility: senders#limits)."""


class Metasenders:
    """The metasenders of this installation."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def of_account(self, actor: Actor) -> list[MetasenderRow]:
        """Return the metasenders that an account requested, the oldest first."""
        return await self._database.read(lambda: records.of_account(actor.account_id))

    async def add(self, actor: Actor, email: str, description: str) -> MetasenderRow:
        """Request one by its stored form. Raises `TakenError` or `TooManyError`."""
        row = MetasenderRow(
            self._ids.next_id(), actor.account_id, email, description, 0, self._clock.now_ms()
        )

        def unit() -> Unit[RefusedError | None]:
            known = yield from records.of_account(actor.account_id)
            if len(known) >= MAX_METASENDERS:
                return TooManyError("metasenders", MAX_METASENDERS)
            is_added = yield from records.OWNED.add(row._asdict())
            return (
                None
                if is_added
                else TakenError("metasender", email, "The account has requested this metasender already.")
            )

        error = await self._database.write(unit)
        if error is not None:
            raise error
        return row

    async def describe(self, actor: Actor, row: MetasenderRow, description: str) -> MetasenderRow:
        """Change the description of one. Raises `NotFoundError`."""
        values = {"description": description}
        if not await self._database.write(lambda: records.OWNED.change(actor.account_id, row.id, values)):
            raise NotFoundError("There is no such metasender.")
        return row._replace(description=description)

    async def enable(self, actor: Actor, text: str, *, is_enabled: bool) -> str:
        """Let all accounts send from one, or stop it; return its stored form. Raises `NotFoundError`.

        It affects all accounts, so only the operator may do it; others get `RefusedError`. Running servers
        follow within seconds.
        """
        if actor.kind is not ActorKind.OPERATOR:
            raise RefusedError("Only the operator of this installation can enable a metasender.")
        email = parse_pattern(text)
        if not await self._database.write(lambda: records.enable(email, int(is_enabled))):
            raise NotFoundError(f"No account has requested the metasender {email}.")
        return email

"""Which events of an account are sent to which URLs: made, changed and removed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.model.webhook import ALIVE
from aerogram.store.records.webhooks import callbacks, outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One URL for one kind of event; a backup is called while the primary is dead."""

    id: int
    account_id: int
    event_type: str
    """One of the words of `aerogram.reporting.webhooks.event_types.KINDS`."""
    url: str
    is_backup: bool = False
    status: str = ALIVE
    version: int = 1
    """1: one event a call; 2: events grouped in an array."""
    first_failure_ms: int = 0
    created_ms: int


class Subscriptions:
    """The subscriptions of all accounts; their URLs, which may hold passwords, are sealed in the store."""

    def __init__(self, database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def all_of(self, actor: Actor) -> list[Subscription]:
        """Give those of an account, oldest first."""
        rows = await self._database.read(lambda: callbacks.all_of(actor.account_id))
        return [self._opened(row) for row in rows]

    async def add(self, actor: Actor, values: Mapping[str, Any]) -> Subscription:
        """Make one from values by its attributes' names. Raises `TakenError`."""
        made = Subscription(
            id=self._ids.next_id(), account_id=actor.account_id, created_ms=self._clock.now_ms(), **values
        )
        row = self._sealed(made)
        if not await self._database.write(lambda: callbacks.add(row)):
            raise _taken(made)
        return made

    async def change(self, actor: Actor, subscription_id: int, values: Mapping[str, Any]) -> Subscription:
        """Give other values to one. One that is alive has no failures behind it and is called at once.

        Raises `TakenError`, or `NotFoundError` when it was removed meanwhile.
        """
        before = next((own for own in await self.all_of(actor) if own.id == subscription_id), None)
        if before is None:
            raise NotFoundError("There is no such callback URL.")
        changed = msgspec.structs.replace(before, **values)
        if changed.status == ALIVE:
            changed = msgspec.structs.replace(changed, first_failure_ms=0)
        row = self._sealed(changed)
        if not await self._database.write(lambda: _change(row, self._clock.now_ms())):
            raise _taken(changed)
        return changed

    async def remove(self, actor: Actor, subscription_id: int) -> None:
        """Remove one, with all that waits to be sent to it."""
        await self._database.write(lambda: callbacks.remove(actor.account_id, subscription_id))

    def _opened(self, row: Mapping[str, Any]) -> Subscription:
        values = {name: value for name, value in row.items() if name != "url_sealed"}
        values["is_backup"] = bool(row["is_backup"])
        return Subscription(url=self._sealer.open(row["url_sealed"]), **values)

    def _sealed(self, subscription: Subscription) -> dict[str, Any]:
        row = msgspec.structs.asdict(subscription)
        row["url_sealed"] = self._sealer.seal(row.pop("url"))
        row["is_backup"] = int(subscription.is_backup)
        return row


def _change(row: dict[str, Any], now_ms: int) -> Unit[bool]:
    if not (yield from callbacks.change(row)):
        return False
    if row["status"] == ALIVE:
        yield from outbox.revive(row["id"], now_ms)
    return True


def _taken(subscription: Subscription) -> TakenError:
    rank = "backup" if subscription.is_backup else "primary"
    sentence = f"There is a {rank} URL for {subscription.event_type} events already."
    value = f"{subscription.event_type}|{str(subscription.is_backup).lower()}"
    return TakenError("callback URL", value, sentence)

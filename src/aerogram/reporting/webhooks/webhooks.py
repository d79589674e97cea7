"""Create, change and remove the webhooks of accounts."""

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


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A URL for one event type; a backup is called while the primary is dead."""

    id: int
    account_id: int
    event_type: str
    """One of `aerogram.reporting.webhooks.event_types.KINDS`."""
    url: str
    is_backup: bool = False
    status: str = ALIVE
    version: int = 1
    """1: one event per call; 2: events grouped in an array."""
    first_failure_ms: int = 0
    created_ms: int


class Webhooks:
    """The webhooks of all accounts. Their URLs may contain passwords and are stored sealed."""

    def __init__(self, database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def all_of(self, actor: Actor) -> list[Webhook]:
        """Return the webhooks of an account, oldest first."""
        rows = await self._database.read(lambda: callbacks.all_of(actor.account_id))
        return [self._opened(row) for row in rows]

    async def add(self, actor: Actor, values: Mapping[str, Any]) -> Webhook:
        """Create a webhook from values by attribute name. Raises `TakenError`."""
        made = Webhook(
            id=self._ids.next_id(), account_id=actor.account_id, created_ms=self._clock.now_ms(), **values
        )
        row = self._sealed(made)
        if not await self._database.write(lambda: callbacks.add(row)):
            raise _taken(made)
        return made

    async def change(self, actor: Actor, webhook_id: int, values: Mapping[str, Any]) -> Webhook:
        """Change the values of a webhook. If it is alive, its failures are reset and it is called at once.

        Raises `TakenError`, or `NotFoundError` if it was removed meanwhile.
        """
        before = next((own for own in await self.all_of(actor) if own.id == webhook_id), None)
        if before is None:
            raise NotFoundError("There is no such callback URL.")
        changed = msgspec.structs.replace(before, **values)
        if changed.status == ALIVE:
            changed = msgspec.structs.replace(changed, first_failure_ms=0)
        row = self._sealed(changed)
        if not await self._database.write(lambda: _change(row, self._clock.now_ms())):
            raise _taken(changed)
        return changed

    async def remove(self, actor: Actor, webhook_id: int) -> None:
        """Remove a webhook with all its waiting events."""
        await self._database.write(lambda: callbacks.remove(actor.account_id, webhook_id))

    def _opened(self, row: Mapping[str, Any]) -> Webhook:
        values = {name: value for name, value in row.items() if name != "url_sealed"}
        values["is_backup"] = bool(row["is_backup"])
        return Webhook(url=self._sealer.open(row["url_sealed"]), **values)

    def _sealed(self, webhook: Webhook) -> dict[str, Any]:
        row = msgspec.structs.asdict(webhook)
        row["url_sealed"] = self._sealer.seal(row.pop("url"))
        row["is_backup"] = int(webhook.is_backup)
        return row


def _change(row: dict[str, Any], now_ms: int) -> Unit[bool]:
    if not (yield from callbacks.change(row)):
        return False
    if row["status"] == ALIVE:
        yield from outbox.revive(row["id"], now_ms)
    return True


def _taken(webhook: Webhook) -> TakenError:
    rank = "backup" if webhook.is_backup else "primary"
    sentence = f"There is already a {rank} URL for {webhook.event_type} events."
    value = f"{webhook.event_type}|{str(webhook.is_backup).lower()}"
    return TakenError("callback URL", value, sentence)

"""Idempotency keys: a repeated call gets the receipts of the first, and nothing is sent twice.

This holds for concurrent calls, for other processes that share the store, and after a restart, because the
key is written in the transaction that makes the mail durable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import RefusedError
from aerogram.base.gathering import Gatherer
from aerogram.model.idempotency import Replay
from aerogram.model.message import Accepted
from aerogram.store.records.messages import idempotency as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.store.ground import Ground
    from aerogram.store.records.messages.idempotency import KeyedCall, Standing
    from aerogram.store.records.messages.submissions import Rows
    from aerogram.store.sql import Database

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[tuple[Accepted, ...]]).decode


class KeyReusedError(RefusedError):
    """The key belongs to an earlier, different call; nothing was accepted."""


class Once:
    """Commits calls that have a key, each key only once.

    These calls share commits only among themselves: one that waits for the same key on another node must not
    delay calls without a key. ``on_accepted`` is called with the number of messages that were added.
    """

    def __init__(
        self,
        database: Database,
        ids: IdGenerator,
        clock: Clock,
        *,
        most_in_commit: int,
        on_accepted: Callable[[int], None],
    ) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock
        self._on_accepted = on_accepted
        self._gatherer: Gatherer[KeyedCall, Standing] = Gatherer(self._commit, most_in_commit)

    async def earlier(self, key: IdempotencyKey) -> Replay | None:
        """Return the receipts of an earlier call with this key, if there was one, without adding anything.

        Raises `KeyReusedError` or `UnavailableError`.
        """
        now = self._clock.now_ms()
        standing = await self._database.read(lambda: records.find(key, now))
        return None if standing is None else _replayed(key, standing)

    async def add(
        self, key: IdempotencyKey, owner: int, rows: Rows, accepted: list[tuple[Accepted, ...]]
    ) -> list[tuple[Accepted, ...]]:
        """Commit the rows, unless an earlier call with this key did; return the receipts of the first call.

        ``owner`` is an id of this call alone; ``accepted`` are its receipts. Raises `KeyReusedError` or
        `UnavailableError`.
        """
        call = records.KeyedCall(key, owner, _encode(accepted).decode(), rows)
        standing = await self._gatherer.submit(call)
        return accepted if standing.owner == owner else _replayed(key, standing)

    async def drain(self) -> None:
        """Wait until every commit that began is done."""
        await self._gatherer.drain()

    async def _commit(self, calls: list[KeyedCall]) -> list[Standing]:
        now = self._clock.now_ms()
        found = await self._database.write(lambda: records.add(calls, now))
        added = sum(
            len(call.rows.messages)
            for call, standing in zip(calls, found, strict=True)
            if standing.owner == call.owner
        )
        if added:
            self._on_accepted(added)
        return found


def _replayed(key: IdempotencyKey, standing: Standing) -> Replay:
    if standing.fingerprint != key.fingerprint:
        raise KeyReusedError(
            "The idempotency key was used for another request; a new request needs a new key."
        )
    return Replay(_decode(standing.receipts))


async def remove_expired(ground: Ground) -> None:
    """Delete the receipts of calls whose keys have expired."""
    now_ms = ground.clock.now_ms()
    while await ground.database.write(lambda: records.forget(now_ms)):
        pass

"""Idempotency keys: a repeated call gets the receipts of the first, and nothing is sent twice.

This holds for concurrent calls, for other processes that share the store, and after a restart, because the
key is written in the transaction that makes the mail durable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import RefusedError
from aerogram.model.idempotency import Replay
from aerogram.model.message import Accepted
from aerogram.store.records.messages import idempotency as records

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.store.ground import Ground
    from aerogram.store.records.messages.idempotency import Standing
    from aerogram.store.records.messages.submissions import Rows
    from aerogram.store.sql import Database
    from aerogram.store.writer.rows import RowWriter

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[tuple[Accepted, ...]]).decode


class KeyReusedError(RefusedError):
    """The key belongs to an earlier, different call; nothing was accepted."""


class Once:
    """Commits calls that have a key, each key only once."""

    def __init__(self, database: Database, writer: RowWriter, clock: Clock) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

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
        standing = await self._writer.add_once(call)
        return accepted if standing.owner == owner else _replayed(key, standing)


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

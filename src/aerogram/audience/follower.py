"""The follower: tells contacts what happened to their mail, in the background."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.audience.following import contact_address, follow_messages, follow_oldest
from aerogram.base.errors import UnavailableError
from aerogram.store.records import contact_activity, contact_journal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aerogram.base.ids import IdGenerator
    from aerogram.store.sql import Database

BATCH: Final = 500
"""Events of one transaction: some 10 ms, for which other writers of an SQLite store wait."""
GATHER_SECONDS: Final = 1.0
"""The pause between two rounds: one contact with many events is written once, and delivery goes first."""
LOOK_SECONDS: Final = 2.0
"""How often the store is asked for what other processes wrote."""

_log = structlog.stdlib.get_logger("aerogram.contacts")


class ContactFollower:
    """Keeps contacts up to date with the log; `run` it in a task of its own.

    Any number of processes may run one over one store: an event is told by whoever takes it first.
    """

    def __init__(
        self, database: Database, ids: IdGenerator, *, gather_seconds: float = GATHER_SECONDS
    ) -> None:
        self._database = database
        self._ids = ids
        self._gather_seconds = gather_seconds
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that something happened; call it after the commit that wrote it."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; what is left then is told by who comes next."""
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
            except UnavailableError as error:
                _log.warning("contacts_store_unavailable", reason=str(error))
            except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not end the process
                _log.exception("contacts_broke")
            await asyncio.sleep(self._gather_seconds)
            await self._wait()

    async def catch_up(self) -> None:
        """Tell contacts of all that has happened by now, but what others work on. Raises `UnavailableError`."""
        while await self._database.read(contact_journal.is_pending):
            told = await self._database.write(partial(follow_oldest, BATCH, self._ids))
            if told < BATCH:
                return

    async def contacts_of(self, account_id: int, recipients: Mapping[int, str]) -> dict[int, int]:
        """Give the contacts of the recipients of messages, by message id; missing are those who are none.

        Contacts that are still to be made are made at once. Raises `UnavailableError`.
        """
        addresses = {message_id: contact_address(recipient) for message_id, recipient in recipients.items()}
        wanted = {address for address in addresses.values() if address}
        known = await self._find(account_id, wanted)
        missing = wanted - known.keys()
        if missing:
            untold = [message_id for message_id, address in addresses.items() if address in missing]
            await self._database.write(partial(follow_messages, untold, self._ids))
            known |= await self._find(account_id, missing)
        return {message_id: known[address] for message_id, address in addresses.items() if address in known}

    async def _find(self, account_id: int, addresses: Collection[str]) -> dict[str, int]:
        return await self._database.read(lambda: contact_activity.find(account_id, addresses))

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

"""The platform: settings, the opened store, and this process's node number."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND, SystemClock
from aerogram.base.errors import SettingsError, UnavailableError
from aerogram.base.ids import MAX_NODE, IdGenerator
from aerogram.base.in_flight.in_flight import InFlight
from aerogram.base.loop import Loop
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.base.shared.changes import Changes
from aerogram.store.blobs import DiskBlobs
from aerogram.store.ground import Ground
from aerogram.store.installation import check_blobs_folder
from aerogram.store.open import open_database
from aerogram.store.private_folder import prepare_folder
from aerogram.store.records import nodes
from aerogram.store.room import Watermark
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aerogram.app.settings.settings import Settings
    from aerogram.base.clock import Clock
    from aerogram.base.shared.shared import Shared
    from aerogram.store.server_lock import ServerLock
    from aerogram.store.sql import Database

MASTER_KEY_FILE: Final = "secret.key"
BLOBS_FOLDER: Final = "blobs"
SPOOL_FOLDER: Final = "spool"
"""Holds large bodies while they arrive; it looks empty, because its files have no names."""
NODE_LEASE_MS: Final = 60 * SECOND
RETRY_SECONDS: Final = 1.0
FREE_SECONDS: Final = 2.0
"""The limit for giving the number back, so that a store that hangs does not keep the process alive."""
_FINGERPRINT: Final = "master_key_fingerprint"


@dataclass(slots=True)
class Platform:
    """An opened installation. Close it when you are done."""

    settings: Settings
    ground: Ground
    room: Watermark
    in_flight: InFlight
    node: int
    """The number of this process in the ids that it makes."""
    node_owner: str
    made_private: Sequence[Path]
    """The paths of the data folder that other users could read before it was opened."""
    across: Shared | None = None
    """What this process counts with the others of its server; None if it is alone."""

    @property
    def database(self) -> Database:
        """Return the store."""
        return self.ground.database

    @property
    def clock(self) -> Clock:
        """Return the clock."""
        return self.ground.clock

    async def keep_node(self) -> None:
        """Renew this process's node number for as long as it runs."""
        # Failures are retried soon: after its lease ends, another process may take the same number.
        loop = Loop(
            "node number",
            self.renew_node,
            poll_seconds=NODE_LEASE_MS / SECOND / 3,
            retry_seconds=RETRY_SECONDS,
            max_retry_seconds=RETRY_SECONDS,
            is_essential=True,
        )
        await loop.run()

    async def renew_node(self) -> bool:
        """Renew this process's node number, or take a new one if another process took it. Always give False."""
        until = self.clock.now_ms() + NODE_LEASE_MS
        if not await self.database.write(lambda: nodes.keep(self.node, self.node_owner, until)):
            self.node = await _take_node(self.database, self.clock, self.node_owner)
            self.ground.ids.move_to(self.node)
        return False

    async def close(self) -> None:
        """Release the node number and close the store."""
        try:
            async with asyncio.timeout(FREE_SECONDS):
                await self.database.write(lambda: nodes.free(self.node, self.node_owner))
        except (UnavailableError, TimeoutError):
            pass  # The lease expires anyway.
        finally:
            await self.database.close()


async def open_platform(
    settings: Settings,
    server_lock: ServerLock | None = None,
    *,
    across: Shared | None = None,
    is_checkpointing: bool = True,
) -> Platform:
    """Open the store that the settings name. Raises `SettingsError` with the reason in one line.

    A server gives its ``server_lock``; it is taken if the store is SQLite. ``across`` is what a process counts with
    others, of a server whose lock another process has taken. ``is_checkpointing`` is False where another process
    makes the checkpoints of SQLite.
    """
    made_private = prepare_folder(settings.data)
    sealer = Sealer(settings.master_key or _own_master_key(settings.data / MASTER_KEY_FILE))
    database = await open_database(
        settings.data, settings.database_url, server_lock, is_checkpointing=is_checkpointing
    )
    try:
        await _check_master_key(database, sealer)
        await check_blobs_folder(database, settings.data / BLOBS_FOLDER)
        clock = SystemClock()
        kind = nodes.SERVER if server_lock is not None or across is not None else ""
        owner = f"{kind}{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        if server_lock is not None and database.engine is Engine.SQLITE:
            # We are the only server, so these are of processes that were killed.
            await database.write(nodes.free_all_of_servers)
        node = await _take_node(database, clock, owner)
        after = await database.read(nodes.largest_id)
    except UnavailableError as error:
        await database.close()
        raise SettingsError(str(error)) from error
    except BaseException:
        await database.close()
        raise
    room = Watermark(settings.data, settings.min_free_disk, settings.data / BLOBS_FOLDER)
    return Platform(
        settings=settings,
        ground=Ground(
            database=database,
            blobs=DiskBlobs(settings.data / BLOBS_FOLDER),
            ids=IdGenerator(clock, node, after=after),
            clock=clock,
            sealer=sealer,
            check_room=room.check,
            note_refusal=room.note_refusal,
            changes=Changes(across),
        ),
        room=room,
        in_flight=InFlight(
            settings.max_bytes_in_flight,
            settings.data / SPOOL_FOLDER,
            room.check,
            room.note_refusal,
            across,
        ),
        node=node,
        node_owner=owner,
        made_private=made_private,
        across=across,
    )


async def _check_master_key(database: Database, sealer: Sealer) -> None:
    known = await database.write(lambda: nodes.fact(_FINGERPRINT, sealer.fingerprint()))
    if known != sealer.fingerprint():
        raise SettingsError("master_key: the store was set up with another key; use that one.")


async def _take_node(database: Database, clock: Clock, owner: str) -> int:
    now = clock.now_ms()
    number = await database.write(lambda: nodes.take(owner, now, now + NODE_LEASE_MS))
    if number is None:
        raise SettingsError(f"All {MAX_NODE + 1} node numbers are in use; try again in a minute.")
    return number


def _own_master_key(path: Path) -> str:
    """Read the key file, or create it. Two processes that start at once get the same key."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_master_key(path)
    except OSError as error:
        raise SettingsError(f"data: {path} cannot be created: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as file:
        key = new_master_key()
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _read_master_key(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise SettingsError(f"data: {path} cannot be read: {error.strerror}.") from error

"""What nearly every service needs: the open store, its files, ids, clock and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.base.shared.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.sql import Database


class Ground(msgspec.Struct, frozen=True):
    """The store of one installation, its files, ids, clock and secrets."""

    database: Database
    blobs: DiskBlobs
    ids: IdGenerator
    clock: Clock
    sealer: Sealer
    check_room: Callable[[], None]
    """Raises `StoreFullError` while the disk is nearly full: the reserve is for mail; other writers wait."""
    note_refusal: Callable[[], None] = lambda: None
    """To be called when mail was refused because a write failed for lack of space."""
    changes: Changes = msgspec.field(default_factory=Changes)
    """Tells what is remembered of the store that the store was changed, here or in another process."""

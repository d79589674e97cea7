"""Whether the folder of large bodies is the one that this store's rows name.

Nodes over one PostgreSQL share their rows, so they must share the files that rows name: a mail taken by
one node may be sent by another. A mark in the folder, known to the database, tells them apart.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError
from aerogram.store.records import nodes

if TYPE_CHECKING:
    from pathlib import Path

    from aerogram.store.sql import Database

MARK_FILE: Final = "installation"
_FACT: Final = "blobs_mark"


async def check_blobs_folder(database: Database, folder: Path) -> None:
    """Mark a new folder, or find that it is the store's. `SettingsError` tells what to mount where."""
    path = folder / MARK_FILE
    mark = await asyncio.to_thread(_read_or_make, path)
    known = await database.write(lambda: nodes.fact(_FACT, mark))
    if known != mark:
        raise SettingsError(
            f"data: the folder {folder} is not the one that the other nodes of this database use; mount"
            f" theirs there, or, if it is lost, write {known} into {path}."
        )
    await asyncio.to_thread(_write, path, mark)


def _read_or_make(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.read_text().strip() if path.exists() else secrets.token_hex(16)
    except OSError as error:
        raise SettingsError(f"data: the folder {path.parent} cannot be used: {error.strerror}.") from error


def _write(path: Path, mark: str) -> None:
    if path.exists():
        return
    try:
        with path.open("w") as file:
            file.write(mark + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SettingsError(f"data: {path} cannot be written: {error.strerror}.") from error

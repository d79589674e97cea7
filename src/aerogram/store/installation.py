"""Checks that the folder of large bodies belongs to this store.

Nodes that share a PostgreSQL database share its rows, so they must share the files that rows name: one node
may accept a mail that another sends. A random ID, stored both in the folder and in the database, identifies
the folder.
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

ID_FILE: Final = "installation"
_FACT: Final = "blobs_mark"


async def check_blobs_folder(database: Database, folder: Path) -> None:
    """Write the ID into a new folder, or compare it. `SettingsError` says what to mount where."""
    path = folder / ID_FILE
    folder_id = await asyncio.to_thread(_read_or_make, path)
    known = await database.write(lambda: nodes.fact(_FACT, folder_id))
    if known != folder_id:
        raise SettingsError(
            f"data: the other nodes of this database use another folder than {folder}; mount their folder"
            f" there. If it is lost, write {known} into {path}."
        )
    await asyncio.to_thread(_write, path, folder_id)


def _read_or_make(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.read_text().strip() if path.exists() else secrets.token_hex(16)
    except OSError as error:
        raise SettingsError(f"data: the folder {path.parent} cannot be used: {error.strerror}.") from error


def _write(path: Path, folder_id: str) -> None:
    if path.exists():
        return
    try:
        with path.open("w") as file:
            file.write(folder_id + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SettingsError(f"data: {path} cannot be written: {error.strerror}.") from error

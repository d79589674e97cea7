"""Removing body files that no row names: left by a crash before a commit, or by a row that was deleted.

Three rules protect files that are still needed (`aerogram.store.blobs` explains why a name is never used
again):

- A file counts as new for a day, by the clock of its own file system: its row may not be committed yet.
- Rows are read after the files' ages, so a row that was committed in between is seen.
- A file older than the store's first account belongs to another store: ``data`` may name the wrong folder.

Several nodes may sweep the same folder: a file that another node has removed is skipped.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from aerogram.base.clock import DAY
from aerogram.base.loop import Loop
from aerogram.store.records import blob_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.store.sql import Database

NEW_MS: Final = DAY
"""How long a file without a row is kept: far longer than any commit takes, with its retries."""
PASS_SECONDS: Final = 60.0
"""The pause between two passes."""
MOST_FILES: Final = 1_000
"""Files that one pass checks: a few milliseconds of disk and store time."""
MOST_FOLDERS: Final = 2_048
"""Folders that one pass checks. There are at most 65,536, so a round takes up to half an hour, or a minute
for each thousand files if that is longer."""
_HEXADECIMAL: Final = re.compile("[0-9a-f]{2}")
_NANOSECONDS: Final = 1_000_000

_log = structlog.stdlib.get_logger("aerogram.store")


class _Look(NamedTuple):
    """What a pass saw: files that are not new, by name, and the last folder checked ("" after a round)."""

    old: dict[str, Path]
    cursor: str


class OrphanSweep:
    """Sweeps the folder of bodies in rounds, some files at a time; `run` it in its own task."""

    def __init__(self, database: Database, folder: Path, *, new_ms: int = NEW_MS) -> None:
        self._database = database
        self._folder = folder
        self._new_ms = new_ms
        self._cursor = ""
        self._loop = Loop(
            "orphaned files",
            self._pass,
            poll_seconds=PASS_SECONDS,
            retry_seconds=PASS_SECONDS,
            max_retry_seconds=PASS_SECONDS,
        )

    async def run(self) -> None:
        """Sweep until cancelled."""
        await self._loop.run()

    async def _pass(self) -> bool:
        try:
            removed = await self.sweep()
        except OSError as error:
            _log.warning("orphaned_files_kept", reason=str(error))
        else:
            if removed:
                _log.info("orphaned_files_removed", files=removed)
        return False

    async def sweep(self) -> int:
        """Do one pass, from where the last one ended. Return how many files were removed.

        Raises `UnavailableError` or `OSError`; the next pass then repeats this one.
        """
        began_ms = await self._database.read(blob_names.began_ms)
        if began_ms is None:
            return 0
        try:
            seen = await asyncio.to_thread(self._look, began_ms)
        except FileNotFoundError:
            # No large body was stored yet.
            return 0
        if not seen.old:
            self._cursor = seen.cursor
            return 0
        named = await self._database.read(lambda: blob_names.in_use(seen.old))
        orphans = [path for name, path in seen.old.items() if name not in named]
        await asyncio.to_thread(_remove, orphans)
        self._cursor = seen.cursor
        return len(orphans)

    def _look(self, began_ms: int) -> _Look:
        before_ms = _now_by(self._folder) - self._new_ms
        old: dict[str, Path] = {}
        files = 0
        for folders, leaf in enumerate(_leaves(self._folder, self._cursor), start=1):
            for path, changed_ms in _files(leaf):
                files += 1
                if began_ms <= changed_ms < before_ms:
                    old[path.name] = path
            if files >= MOST_FILES or folders >= MOST_FOLDERS:
                return _Look(old, leaf.parent.name + leaf.name)
        return _Look(old, "")


def _leaves(folder: Path, after: str) -> Iterator[Path]:
    """Yield the folders of files, ``xx/yy``, by name, after the one called ``xxyy``."""
    for shard in _two_digits(folder):
        if shard >= after[:2]:
            for leaf in _two_digits(folder / shard):
                if shard + leaf > after:
                    yield folder / shard / leaf


def _two_digits(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if _HEXADECIMAL.fullmatch(name))  # noqa: PTH208 - names alone


def _now_by(folder: Path) -> int:
    """Return the time in milliseconds by the clock of the file system, which may be another machine's."""
    os.utime(folder)
    return folder.stat().st_mtime_ns // _NANOSECONDS


def _files(leaf: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files in a folder, incomplete ones included, and when each was last written."""
    try:
        entries = list(os.scandir(leaf))
    except FileNotFoundError:
        return
    for entry in entries:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if entry.is_file(follow_symlinks=False):
            yield Path(entry.path), status.st_mtime_ns // _NANOSECONDS


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)

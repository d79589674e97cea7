"""Removing files of bodies that no row names: left by a crash before a commit, or by a row that went.

What keeps a file that is meant to stay (see `aerogram.store.blobs` for why a name never comes back):

- A file counts as new for a day by the clock of its own file system, because the row that names it may
  still be on its way.
- Rows are read after the files' ages, so a row that came meanwhile is seen.
- A file from before the store's first account belongs to another store, which a setting may have meant.

Any number of nodes may sweep one folder: a file that another one removed does not matter.
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
"""How long a file without a row stays: far longer than any commit takes, or is tried again."""
PASS_SECONDS: Final = 60.0
"""The pause between two passes."""
MOST_FILES: Final = 1_000
"""Files that one pass looks at: a few milliseconds of the disk and of the store."""
MOST_FOLDERS: Final = 2_048
"""Folders that one pass looks into. There are at most 65,536: a round takes half an hour at most, or a minute for
each thousand files where those are more."""
_HEXADECIMAL: Final = re.compile("[0-9a-f]{2}")
_NANOSECONDS: Final = 1_000_000

_log = structlog.stdlib.get_logger("aerogram.store")


class _Look(NamedTuple):
    """What a pass saw: files that are not new, by name; and the last folder it looked into, "" after a round."""

    old: dict[str, Path]
    cursor: str


class OrphanSweep:
    """Goes round the folder of bodies, some files at a time; `run` it in a task of its own."""

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
        """Do one pass from where the last one ended; give how many files went.

        Raises `UnavailableError` or `OSError`; the next pass does this one's work.
        """
        began_ms = await self._database.read(blob_names.began_ms)
        if began_ms is None:
            return 0
        try:
            seen = await asyncio.to_thread(self._look, began_ms)
        except FileNotFoundError:
            # No large body ever came.
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
    """Give the folders that files are in, ``xx/yy``, by name, from behind the one called ``xxyy``."""
    for shard in _two_digits(folder):
        if shard >= after[:2]:
            for leaf in _two_digits(folder / shard):
                if shard + leaf > after:
                    yield folder / shard / leaf


def _two_digits(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if _HEXADECIMAL.fullmatch(name))  # noqa: PTH208 - names alone


def _now_by(folder: Path) -> int:
    """Tell the time in milliseconds by the clock that dates the folder's files, which may be another machine's."""
    os.utime(folder)
    return folder.stat().st_mtime_ns // _NANOSECONDS


def _files(leaf: Path) -> Iterator[tuple[Path, int]]:
    """Give the files of bodies in a folder, those that broke off too, and when they were last written."""
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

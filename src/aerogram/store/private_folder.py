"""The data folder, which nobody but the owner of the process may read.

It holds mail, personal data and keys. A folder that somebody else made, or that an older version filled, may let
every user of the machine in, so its modes are checked at each start, and mended.
"""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

OUR_NAMES: Final = ("aerogram.", "blobs", "secret.key", "serve.", "spool", "tls", "writer.socket")
"""How the names of our files and folders begin, copies and logs of the store included."""
_OTHER_USERS: Final = stat.S_IRWXG | stat.S_IRWXO


def prepare_folder(folder: Path) -> list[Path]:
    """Make the data folder if it is missing, and close it and what lies in it to other users.

    Return the paths that were open. What lies deeper needs no change, because a closed folder is in its way. A folder
    that holds files of others, as a home or ``/tmp`` does, keeps its mode, and only our own files are closed. Raises
    `SettingsError` when the folder cannot be written, or when other users can read a file of ours whose mode cannot be
    changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe-{secrets.token_hex(4)}"
        probe.write_bytes(b"")
        probe.unlink()
        entries = sorted(folder.iterdir())
        ours = [path for path in entries if path.name.startswith(OUR_NAMES)]
        closed = [path for path in ours if _close(path)]
        if len(ours) == len(entries) and _close_folder(folder):
            closed.append(folder)
    except OSError as error:
        raise SettingsError(f"data: the folder {folder} cannot be used: {error.strerror}.") from error
    return closed


def _close_folder(folder: Path) -> bool:
    """Close the data folder itself; a mounted volume may belong to another user, and then keeps its mode."""
    try:
        return _close(folder)
    except SettingsError:
        return False


def _close(path: Path) -> bool:
    """Take the rights of group and others from a path; return True if they had any."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False  # Another process has just removed it, as SQLite does with its logs.
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode) or not mode & _OTHER_USERS:
        return False
    try:
        path.chmod(mode & ~_OTHER_USERS)
    except PermissionError as error:
        us = os.geteuid()
        raise SettingsError(
            f"data: other users can read {path}, and user {us} may not change that, because it belongs to user"
            f" {found.st_uid}. Run as that user, or give them the file: chown {us} {path}"
        ) from error
    return True

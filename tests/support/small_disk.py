"""A disk of a few megabytes that a test may fill."""

import contextlib
import os
import subprocess

import pytest

MEGABYTE = 1024 * 1024


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A disk of its own; skips where nobody may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False) if os.geteuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip() if done else 'not root'}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk, leave=0):
    """Use up the disk but for some bytes."""
    free = os.statvfs(disk)
    # A server beside us may have used some of it meanwhile.
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        filler.write(bytes(max(0, free.f_bavail * free.f_frsize - leave)))


def make_room(disk):
    (disk / "filler").unlink()

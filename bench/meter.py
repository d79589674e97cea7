"""CPU and memory of all processes of a server.

A control group counts exactly, children that ended too. Where none can be made, the process tree under
the known roots is read from ``/proc``; without that (macOS), nothing is known and figures are zero.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

_CPUACCT = Path("/sys/fs/cgroup/cpuacct")
_UNIFIED = Path("/sys/fs/cgroup")
_PROC = Path("/proc")
_SHELL = 'echo $$ > "$0/cgroup.procs"; exec "$@"'


class Meter:
    """Watches one server; close it when the server has ended."""

    def __init__(self, name: str) -> None:
        self._group = _make_group(f"aerogram-bench-{os.getpid()}-{name}")
        self._roots: set[int] = set()
        self._lasting: set[int] = set()

    @property
    def prefix(self) -> tuple[str, ...]:
        """What stands before a command so that it is counted from its first moment."""
        return ("/bin/sh", "-c", _SHELL, str(self._group)) if self._group else ()

    def adopt(self, root: int, *, lasting: bool = False) -> None:
        """Count a process and those it has started or will start; ``lasting``: it outlives the meter."""
        self._roots.add(root)
        if lasting:
            self._lasting.add(root)
        if self._group:
            _move(_tree({root}), self._group)

    def cpu_seconds(self) -> float:
        """Give user and system time used so far."""
        if self._group is None:
            return sum(map(_cpu_of, _tree(self._roots)))
        usage = self._group / "cpuacct.usage"
        if usage.exists():
            return int(usage.read_text()) / 1e9
        return int((self._group / "cpu.stat").read_text().split()[1]) / 1e6

    def cpu_by_process(self) -> dict[str, float]:
        """Give the seconds of each process that lives now, by name and number: which of them is the bottleneck."""
        return {f"{_name_of(pid)} {pid}": _cpu_of(pid) for pid in sorted(self._pids())}

    def peak_mebibytes(self) -> float:
        """Give the sum of the largest resident sizes of the processes that live now."""
        return sum(map(_peak_of, self._pids())) / 1024

    def mebibytes(self) -> float:
        """Give the memory that the whole tree takes now: what processes share is counted once (Pss)."""
        return sum(map(_proportional_of, self._pids())) / 1024

    def _pids(self) -> set[int]:
        if self._group is None:
            return _tree(self._roots)
        return {int(pid) for pid in (self._group / "cgroup.procs").read_text().split()}

    def close(self) -> None:
        """Remove the group; whatever is left in it after two seconds is killed, as it is ours."""
        if self._group is None:
            return
        _move(_tree(self._lasting), self._group.parent)
        deadline = time.monotonic() + 2
        while pids := self._pids():
            if time.monotonic() > deadline:
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        self._group.rmdir()


def _make_group(name: str) -> Path | None:
    for parent in (_CPUACCT, _UNIFIED):
        if (parent / "cgroup.procs").exists():
            try:
                (parent / name).mkdir()
            except OSError:
                return None
            return parent / name
    return None


def _move(pids: set[int], group: Path) -> None:
    for pid in pids:
        # Whoever ended meanwhile need not move.
        with suppress(OSError):
            (group / "cgroup.procs").write_text(str(pid))


def _tree(roots: set[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*"):
        if (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = set(), list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, ())
    return found


def _stat(pid: int) -> list[str] | None:
    """Give the fields of ``/proc/PID/stat`` that follow the name: state, parent, …"""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _cpu_of(pid: int) -> float:
    fields = _stat(pid)
    # utime, stime and those of children that were waited for.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _name_of(pid: int) -> str:
    with suppress(OSError):
        return (_PROC / str(pid) / "comm").read_text().strip()
    return "ended"


def _peak_of(pid: int) -> int:
    """Give VmHWM in KiB."""
    return _kibibytes_of(pid, "status", "VmHWM:")


def _proportional_of(pid: int) -> int:
    """Give the proportional set size in KiB: a page that n processes share counts as an n-th of one."""
    return _kibibytes_of(pid, "smaps_rollup", "Pss:")


def _kibibytes_of(pid: int, file: str, field: str) -> int:
    with suppress(OSError):
        for line in (_PROC / str(pid) / file).read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1])
    return 0

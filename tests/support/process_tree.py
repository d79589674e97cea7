"""The processes of a server: which there are, and what they hold together. Linux only, by ``/proc``."""

import os
import re
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree_of(pid):
    """Give a process and all that it has started, and those in turn; those that have ended are left out."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat_of(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def living(pids):
    """Give those of some processes that have not ended."""
    return {pid for pid in pids if _stat_of(pid)}


def children_of(pid):
    """Give the processes that a server of several has started: process numbers by name, as ``edge 1``."""
    found = {}
    for child in tree_of(pid) - {pid}:
        try:
            name = Path(f"/proc/{child}/comm").read_text().strip()
        except OSError:
            continue
        if re.fullmatch(r"writer|(edge|delivery)-\d+", name):
            found[name.replace("-", " ")] = child
    return found


def cpu_seconds(pid):
    """Give the processor time that a process and those it has started have used."""
    return sum(
        (int(fields[11]) + int(fields[12])) / _TICKS for each in tree_of(pid) if (fields := _stat_of(each))
    )


def memory_of(pid, name):
    """Give a line of the status in bytes, summed: ``VmRSS`` is now, ``VmHWM`` the peak of each."""
    return sum(_status_of(each, name) for each in tree_of(pid))


def _stat_of(pid):
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields


def _status_of(pid, name):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)

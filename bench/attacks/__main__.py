"""Attack a server while honest clients send: ``PYTHONPATH=src:tests python -m bench.attacks``. Ends by itself."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench.attacks.attackers import ATTACKS
from support.held_memory import MEGABYTE, forget_peak, peak_bytes, resident_bytes
from support.process_tree import cpu_seconds
from support.server import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = {"trusted_senders": "@example.org", "rate_limit": "none", "log_level": "warning"}
CALM_SECONDS = 8
"""After an attack, before memory is read: how long freed memory may take to go back."""
HEADS = ("attack", "CPU s", "peak, end MiB", "SMTP p50, p99, max ms", "connecting p99, max ms", "HTTP p99, max ms", "honest refused", "accepted, lost", "attacker was told", "load")  # fmt: skip


class Row(msgspec.Struct):
    """What one attack came to."""

    attack: str
    cpu: float
    peak: int
    end: int
    honest: dict[str, dict[str, list[str | float]]]
    told: dict[str, int]
    accepted: int
    lost: int
    load: float

    def cells(self) -> tuple[str, ...]:
        honest = self.honest
        failed = sum(len(each["failed"]) for each in honest.values())
        times = {name: [1000 * float(took) for took in each["seconds"]] for name, each in honest.items()}
        told = ", ".join(f"{count:,} of {what}" for what, count in sorted(self.told.items()))
        return (
            self.attack,
            f"{self.cpu:.1f}",
            f"{self.peak}, {self.end}",
            _shown(times["smtp"], 0.5, 0.99, 1),
            _shown(times["newcomer"], 0.99, 1),
            _shown(times["http"], 0.99, 1),
            f"{failed}",
            f"{self.accepted:,}, {self.lost}",
            told,
            f"{self.load:.1f}",
        )


def _shown(values: list[float], *shares: float) -> str:
    ordered = sorted(values)
    if not ordered:
        return "none"
    return ", ".join(f"{ordered[min(int(len(ordered) * share), len(ordered) - 1)]:,.0f}" for share in shares)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="length of each attack (15)")
    parser.add_argument(
        "--only", action="append", metavar="WORDS", help="attacks whose name holds these words"
    )
    parser.add_argument("--source", type=Path, help="another checkout, whose server is attacked instead")
    chosen = parser.parse_args()
    wanted = [
        name for name in ("none", *ATTACKS) if not chosen.only or any(words in name for words in chosen.only)
    ]
    rows = []
    for name in wanted:
        rows.append(attacked(name, chosen.seconds, chosen.source))
        print(" | ".join(rows[-1].cells()), flush=True)
    print()
    for cells in (HEADS, ["---"] * len(HEADS), *(row.cells() for row in rows)):
        print(f"| {' | '.join(cells)} |")
    return 0


def attacked(name: str, seconds: int, source: Path | None) -> Row:
    """Run one attack on a server of its own."""
    with _server(source) as server, _honest(server) as honest:
        time.sleep(2)
        forget_peak(server.pid)
        cpu = cpu_seconds(server.pid)
        told: dict[str, int] = {}
        accepted: list[str] = []
        if name == "none":
            time.sleep(seconds)
        else:
            ports = (str(server.smtp_port), server.url.rpartition(":")[2])
            found = _output("bench.attacks.attackers", name, *ports, str(seconds))
            told, accepted = found["told"], found["accepted"]
        load = os.getloadavg()[0]
        cpu, peak = cpu_seconds(server.pid) - cpu, peak_bytes(server.pid)
        seen = json.loads(honest.communicate()[0])
        time.sleep(CALM_SECONDS)
        end = resident_bytes(server.pid)
        accepted += [uuid for each in seen.values() for uuid in each["accepted"]]
        lost = len(set(accepted) - _stored(server))
        return Row(name, cpu, peak // MEGABYTE, end // MEGABYTE, seen, told, len(accepted), lost, load)


@contextlib.contextmanager
def _server(source: Path | None) -> Iterator[ServerProcess]:
    folder = Path(tempfile.mkdtemp(prefix="aerogram-attacks-"))
    prefix = ("env", f"PYTHONPATH={source / 'src'}") if source else ()
    server = ServerProcess(folder / "data", prefix=prefix, **SETTINGS)
    try:
        server.start()
        yield server
        server.assert_alive_or_stopped()
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _honest(server: ServerProcess) -> Iterator[subprocess.Popen[bytes]]:
    ports = (str(server.smtp_port), server.url.rpartition(":")[2])
    command = (sys.executable, "-m", "bench.attacks.honest", *ports)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def _output(module: str, *words: str) -> dict[str, object]:
    done = subprocess.run(
        (sys.executable, "-m", module, *words), stdout=subprocess.PIPE, check=True, timeout=90
    )
    return json.loads(done.stdout)


def _stored(server: ServerProcess) -> set[str]:
    path = server.data / "aerogram.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {uuid for (uuid,) in database.execute("SELECT uuid FROM message")}


if __name__ == "__main__":
    sys.exit(main())

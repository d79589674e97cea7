"""One campaign: load, kills, restarts, drain, comparison."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crash.clients import Load
from crash.ledger import Comparison, Ledger
from crash.victims import PAUSED, kinds_of, strike
from support.fast_sink import arrivals
from support.ports import free_port
from support.server import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
CALM_SECONDS = 2.0
"""The sink is quiet for this long: what has come by then is complete, unless leases still run."""
DRAIN_SECONDS = 150.0
"""Leases of a killed worker are taken over within 60 s; then what they held is sent."""


@dataclass(frozen=True)
class Campaign:
    """How hard to try."""

    kills: int
    seed: int
    database_url: str | None = None
    workers: int = 1
    smtp_clients: int = 6
    http_clients: int = 3
    shortest: float = 0.2
    """Seconds from ready to kill, at least."""
    longest: float = 3.0
    pause: float = 0.01


@dataclass(frozen=True)
class Report:
    """What a campaign came to."""

    campaign: Campaign
    comparison: Comparison
    kills: int
    kinds: Counter[str]
    """What was killed or paused, and how often."""
    load_seconds: float
    drain_seconds: float

    def __str__(self) -> str:
        engine = "PostgreSQL" if self.campaign.database_url else "SQLite"
        return (
            f"{engine}, workers = {self.campaign.workers}: {self.kills} kills under load in {self.load_seconds:.0f} s"
            f" (seed {self.campaign.seed}; {', '.join(f'{kind} {count}' for kind, count in self.kinds.items())}),"
            f" drained in {self.drain_seconds:.0f} s\n  {self.comparison}"
        )


@contextlib.contextmanager
def sink(log: Path) -> Iterator[int]:
    """Run the next hop, which survives all kills; give its port."""
    port = free_port()
    command = [sys.executable, "-m", "support.fast_sink", f"127.0.0.1:{port}", "--log", str(log)]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield port
        finally:
            process.kill()


def run(campaign: Campaign, folder: Path) -> Report:
    """Carry out a campaign in an empty folder."""
    log = folder / "arrivals"
    log.touch()
    with sink(log) as port:
        settings = {
            "deliver": "direct",
            "routes": f"*=127.0.0.1:{port}",
            "trusted_networks": "127.0.0.0/8",
            "trusted_senders": "@example.org",
            "retry_schedule": "1s,2s",
            "rate_limit": "none",
            "log_level": "warning",
            "workers": str(campaign.workers),
        }
        if campaign.database_url:
            settings["database_url"] = campaign.database_url
        server = ServerProcess(folder / "data", **settings)
        try:
            return asyncio.run(_campaign(campaign, server, log))
        finally:
            server.kill()


async def _campaign(campaign: Campaign, server: ServerProcess, log: Path) -> Report:
    ledger = Ledger()
    load = Load(server, ledger, campaign.pause)
    await asyncio.to_thread(server.start)
    began = time.monotonic()
    clients = asyncio.create_task(load.run(campaign.smtp_clients, campaign.http_clients))
    kinds = await _kill_again_and_again(campaign, server, ledger, clients)
    load.stop()
    await clients
    stopped = time.monotonic()
    await _drain(ledger, log)
    drained = time.monotonic()
    return Report(
        campaign,
        ledger.compare(arrivals(log)),
        sum(kinds.values()),
        kinds,
        stopped - began,
        drained - stopped,
    )


async def _kill_again_and_again(
    campaign: Campaign, server: ServerProcess, ledger: Ledger, clients: asyncio.Task[None]
) -> Counter[str]:
    """Kill under load; give what was done how often."""
    chance = random.Random(campaign.seed)
    kinds: Counter[str] = Counter()
    for _ in range(campaign.kills):
        known = len(ledger.acknowledged)
        await asyncio.wait([clients], timeout=chance.uniform(campaign.shortest, campaign.longest))
        while len(ledger.acknowledged) == known and not clients.done():
            # A kill counts only under load.
            await asyncio.wait([clients], timeout=0.05)
        if clients.done():
            break
        kind = chance.choice(await asyncio.to_thread(kinds_of, server))
        kinds[kind] += 1
        began = time.time()
        await strike(server, kind, chance)
        if not kind.startswith(PAUSED):
            # A pause is shorter than any lease, so it excuses no duplicate.
            ledger.kills.append(began)
    return kinds


async def _drain(ledger: Ledger, log: Path) -> None:
    """Wait until all that was acknowledged has come, and then until nothing comes any more."""
    deadline = time.monotonic() + DRAIN_SECONDS
    count, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        now = time.monotonic()
        arrived = await asyncio.to_thread(lambda: list(arrivals(log)))
        if len(arrived) != count:
            count, since = len(arrived), now
        elif now - since > CALM_SECONDS and not ledger.compare(arrived).lost:
            return
        await asyncio.sleep(0.2)

"""Measures what an installation does, over a queue of each length: each with the server as an operator runs it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import resource
import shutil
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SystemClock
from aerogram.base.ids import MAX_NODE, IdGenerator
from aerogram.queue.leases import Leases
from aerogram.store.open import open_database
from bench.growth.filling import MOST_PER_DOMAIN, fill
from bench.measures import SIZE
from bench.meter import Meter
from bench.next_hop import next_hop
from bench.samples import Sample
from bench.smtp_load import SENDER, submit
from bench.subjects import COMMON
from support.ports import free_port
from support.server import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.subjects import Engine

DEPTHS: Final = (10_000, 100_000, 1_000_000)
CLAIMED: Final = 200
"""Messages of a claim, as delivery claims them."""
MOST_CLAIMS: Final = 200
CLIENTS: Final = 20
_BETWEEN_PROBES: Final = 0.05
_numbers = itertools.count()


def samples(folder: Path, engine: Engine, depth: int, count: int) -> Iterator[Sample]:
    """Measure a queue of ``depth`` messages: claims, start, accept, relay, scrape, and cancelling what goes to a domain."""
    data = folder / f"growth-{next(_numbers)}"
    database = engine.fresh()
    server = ServerProcess(data, **COMMON, **database, role="edge")
    server.start()
    server.stop()
    took = fill(server, depth)
    print(f"  {depth:,} messages made in {took:.1f} s", flush=True)
    subject = f"Aerogram, {engine.name}, {depth:,} queued"
    try:
        yield asyncio.run(_claims(subject, data, database.get("database_url"), depth))
        yield from _with_server(subject, data, database, engine, depth, count)
    finally:
        shutil.rmtree(data, ignore_errors=True)


async def _claims(subject: str, data: Path, url: str | None, depth: int) -> Sample:
    """Claim and commit, again and again; the leases are left, as a process that died leaves them."""
    store = await open_database(data, url)
    clock = SystemClock()
    leases = Leases(store, IdGenerator(clock, MAX_NODE), clock)
    claims = min(MOST_CLAIMS, depth // 4 // CLAIMED)
    times, cpus = [], []
    for _ in range(claims):
        begun, cpu = time.monotonic(), time.process_time()
        letters = await leases.claim(CLAIMED)
        times.append((time.monotonic() - begun) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
        if len(letters) != CLAIMED:
            raise RuntimeError(f"a claim gave {len(letters)} letters")
    await store.close()
    p50, p99 = _p50_p99(cpus)
    print(f"  a claim takes {p50:.1f} ms of CPU of this process, p99 {p99:.1f} ms", flush=True)
    cpu = sum(cpus) / 1000
    claimed = claims * CLAIMED
    seconds = sum(times) / 1000
    return Sample(
        f"claim of {CLAIMED}", subject, claimed / seconds, cpu / claimed * 1000, 0, *_p50_p99(times)
    )


def _p50_p99(times: list[float]) -> tuple[float, float]:
    times = sorted(times)
    return statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))]


def _with_server(
    subject: str, data: Path, database: dict[str, str], engine: Engine, depth: int, count: int
) -> Iterator[Sample]:
    hop = free_port()
    with next_hop(hop, count) as all_arrived, _running(data, database, engine, hop=hop) as (_, meter, ready):
        cpu = meter.cpu_seconds()
        print(f"  ready after {ready:.2f} s, {cpu:.2f} s of CPU", flush=True)
        yield Sample("start to ready", subject, 1 / ready, cpu, meter.peak_mebibytes(), ready * 1000)
        cpu, begun = meter.cpu_seconds(), time.monotonic()
        all_arrived()
        took, cpu = time.monotonic() - begun, meter.cpu_seconds() - cpu
        yield Sample(
            f"relay of {count:,} that waited",
            subject,
            count / took,
            cpu / count * 1000,
            meter.peak_mebibytes(),
        )
    with _running(data, database, engine, role="edge") as (server, meter, _):
        cpu = meter.cpu_seconds()
        took = submit(server.smtp_port, CLIENTS, count, SIZE)
        cpu = meter.cpu_seconds() - cpu
        yield Sample(
            f"accept, {CLIENTS} clients", subject, count / took, cpu / count * 1000, meter.peak_mebibytes()
        )
        yield _cancel(subject, server, min(depth, MOST_PER_DOMAIN))


def _cancel(subject: str, server: ServerProcess, selected: int) -> Sample:
    """Cancel what goes to one domain while a client submits; the latencies are those of the client's mails."""
    words = ("queue", "cancel", "--domain", "d0.example", "--json")
    times: list[float] = []
    done = threading.Event()
    prober = threading.Thread(target=_probe, args=(server.smtp_port, done, times))
    prober.start()
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [sys.executable, "-m", "aerogram", *words],
        env=server.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    took, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    done.set()
    prober.join()
    if ended.returncode:
        raise RuntimeError(f"the command failed: {ended.stderr}")
    print(
        f"  cancel of {selected:,}: {took:.1f} s, {cpu:.1f} s of CPU, {json.loads(ended.stdout)};"
        f" slowest mail meanwhile {max(times):.0f} ms",
        flush=True,
    )
    return Sample(
        "cancel by domain; p50, p99 of mails meanwhile",
        subject,
        selected / took,
        cpu / selected * 1000,
        0,
        *_p50_p99(times),
    )


def _probe(port: int, done: threading.Event, times: list[float]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        while not done.wait(_BETWEEN_PROBES):
            begun = time.monotonic()
            client.sendmail(SENDER, ["probe@example.net"], f"From: {SENDER}\r\n\r\nprobe\r\n")
            times.append((time.monotonic() - begun) * 1000)


@contextlib.contextmanager
def _running(
    data: Path, database: dict[str, str], engine: Engine, *, hop: int | None = None, **settings: str
) -> Iterator[tuple[ServerProcess, Meter, float]]:
    """Start a server; give it with its meter and how long it took until it was ready."""
    if hop:
        settings |= {"routes": f"*=127.0.0.1:{hop}", "connections_per_destination": "50"}
    meter = Meter("aerogram")
    server = ServerProcess(data, prefix=meter.prefix, **COMMON, **database, **settings)
    try:
        begun = time.monotonic()
        server.start()
        ready = time.monotonic() - begun
        meter.adopt(server.pid)
        engine.watch(meter)
        yield server, meter, ready
    finally:
        server.kill()
        meter.close()

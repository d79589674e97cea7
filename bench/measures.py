"""The four measurements. Each takes a server that runs and gives one sample."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from bench.http_load import body_of, call
from bench.next_hop import next_hop
from bench.probe import probing
from bench.samples import Sample
from bench.smtp_load import submit

if TYPE_CHECKING:
    from pathlib import Path

    from bench.meter import Meter
    from support.server import ServerProcess

SIZE = 2048
"""Bytes of a mail."""
BUSIEST = 3
"""How many processes are named beside a figure."""


def accept(subject: str, port: int, meter: Meter, clients: int, count: int) -> Sample:
    """Measure durable accept over SMTP: each mail counts when its 250 came. Latencies are those of one more client."""
    before = _Before(meter)
    with probing(port) as waits:
        seconds = submit(port, clients, count, SIZE)
    sample = _sample(f"SMTP accept, {clients} clients", subject, meter, before, count + waits.count, seconds)
    return dataclasses.replace(sample, p50_ms=waits.p50_ms, p99_ms=waits.p99_ms)


def relay(subject: str, port: int, hop: int, meter: Meter, clients: int, count: int) -> Sample:
    """Measure the whole way: from the first mail submitted to the last one at the next hop."""
    with next_hop(hop, count) as all_arrived:
        before = _Before(meter)
        began = time.monotonic()
        submit(port, clients, count, SIZE)
        all_arrived()
        seconds = time.monotonic() - began
    return _sample(f"relay, {clients} clients", subject, meter, before, count, seconds)


def send(
    subject: str, server: ServerProcess, meter: Meter, folder: Path, clients: int, batch: int, seconds: int
) -> Sample:
    """Measure ``/v3.1/send`` with so many messages in a call; latencies are of calls."""
    body = folder / f"call-{batch}.json"
    body.write_bytes(body_of(batch, SIZE))
    key = (server.settings["api_key"], server.settings["secret_key"])
    before = _Before(meter)
    answers = call(f"{server.url}/v3.1/send", key, body, clients, seconds)
    messages = answers.requests * batch
    measure = f"HTTP send, {batch} a call, {clients} clients"
    sample = _sample(measure, subject, meter, before, messages, answers.seconds)
    return dataclasses.replace(sample, p50_ms=answers.p50_ms, p99_ms=answers.p99_ms)


class _Before:
    """What the processes of a server had used when a measurement began."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._by_process = meter.cpu_by_process()
        self._seconds = meter.cpu_seconds()

    def cpu(self) -> float:
        """Give the seconds used since then."""
        return self._meter.cpu_seconds() - self._seconds

    def busiest(self, seconds: float) -> str:
        """Name the three processes that used most, each with its share of a core."""
        now = self._meter.cpu_by_process()
        shares = {name: (used - self._by_process.get(name, 0.0)) / seconds for name, used in now.items()}
        first = sorted(shares, key=shares.__getitem__, reverse=True)[:BUSIEST]
        return ", ".join(f"{name.rpartition(' ')[0]} {shares[name]:.0%}" for name in first)


def _sample(measure: str, subject: str, meter: Meter, before: _Before, count: int, seconds: float) -> Sample:
    cpu = before.cpu() / count * 1000
    busiest = before.busiest(seconds)
    return Sample(measure, subject, count / seconds, cpu, meter.mebibytes(), busiest=busiest)

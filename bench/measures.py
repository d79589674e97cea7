"""The four measurements. Each takes a server that runs and gives one sample."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.http_load import body_of, call
from bench.next_hop import next_hop
from bench.samples import Sample
from bench.smtp_load import submit

if TYPE_CHECKING:
    from pathlib import Path

    from bench.meter import Meter
    from support.server import ServerProcess

SIZE = 2048
"""Bytes of a mail."""


def accept(subject: str, port: int, meter: Meter, clients: int, count: int) -> Sample:
    """Measure durable accept over SMTP: each mail counts when its 250 came."""
    before = meter.cpu_seconds()
    seconds = submit(port, clients, count, SIZE)
    return _sample(f"SMTP accept, {clients} clients", subject, meter, before, count, seconds)


def relay(subject: str, port: int, hop: int, meter: Meter, clients: int, count: int) -> Sample:
    """Measure the whole way: from the first mail submitted to the last one at the next hop."""
    with next_hop(hop, count) as all_arrived:
        before = meter.cpu_seconds()
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
    before = meter.cpu_seconds()
    answers = call(f"{server.url}/v3.1/send", key, body, clients, seconds)
    messages = answers.requests * batch
    measure = f"HTTP send, {batch} a call, {clients} clients"
    sample = _sample(measure, subject, meter, before, messages, answers.seconds)
    return Sample(**(vars(sample) | {"p50_ms": answers.p50_ms, "p99_ms": answers.p99_ms}))


def _sample(measure: str, subject: str, meter: Meter, before: float, count: int, seconds: float) -> Sample:
    cpu = (meter.cpu_seconds() - before) / count * 1000
    return Sample(measure, subject, count / seconds, cpu, meter.peak_mebibytes())

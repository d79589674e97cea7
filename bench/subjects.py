"""Aerogram as it is measured: fresh data folder, the store of choice, everything else as by default."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import smtplib
from typing import TYPE_CHECKING

from bench.meter import Meter
from support.engines import PostgresqlServer
from support.server import ServerProcess
from support.sinks import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMON = {
    "trusted_networks": "127.0.0.0/8",
    "trusted_senders": "@example.org",
    "rate_limit": "none",
    "deliver": "direct",
    "log_level": "warning",
}
"""The settings of every server that is measured."""
_SENDER = "alice@example.org"
_RECIPIENT = "check@example.net"
_numbers = itertools.count()


class Engine:
    """SQLite in the data folder, or a PostgreSQL of the bench's own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._server = PostgresqlServer(is_durable=True) if name == "PostgreSQL" else None

    def fresh(self) -> dict[str, str]:
        """Give the settings of a new, empty database."""
        return {"database_url": self._server.new_database()} if self._server else {}

    def watch(self, meter: Meter) -> None:
        """Let the meter count the database server's processes too."""
        if self._server:
            meter.adopt(self._server.pid, lasting=True)

    def close(self) -> None:
        if self._server:
            self._server.stop()


def named(engine: Engine, workers: int | None) -> str:
    """Name a subject for the table; None stands for the default of the setting."""
    return f"Aerogram, {engine.name}" + ("" if workers is None else f", workers {workers}")


@contextlib.contextmanager
def accepting(
    folder: Path, engine: Engine, workers: int | None = None
) -> Iterator[tuple[ServerProcess, Meter]]:
    """Accept durably and deliver nothing."""
    with _running(folder, engine, workers, role="edge") as running:
        yield running


@contextlib.contextmanager
def relaying(
    folder: Path, engine: Engine, next_hop: int, workers: int | None = None, *, signs: bool
) -> Iterator[tuple[ServerProcess, Meter]]:
    """Hand everything to a port of loopback, over as many connections as Postfix may open."""
    settings = {
        "routes": f"*=127.0.0.1:{next_hop}",
        "connections_per_destination": "50",
        "dkim": str(signs).lower(),
    }
    with _running(folder, engine, workers, **settings) as running:
        yield running


@contextlib.contextmanager
def working(folder: Path, engine: Engine) -> Iterator[tuple[ServerProcess, Meter]]:
    """Do everything in one process, as by default."""
    with _running(folder, engine) as running:
        yield running


def check_signatures(server: ServerProcess, next_hop: int, *, signs: bool) -> None:
    """Make sure that what is measured as signed is signed, and what is not is not."""
    with Sink(next_hop) as sink:
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
            client.sendmail(_SENDER, [_RECIPIENT], f"From: {_SENDER}\r\nSubject: check\r\n\r\ncheck\r\n")
        mail = sink.mail_to(_RECIPIENT)
    if (b"DKIM-Signature:" in mail.content) != signs:
        raise RuntimeError(f"the mail should {'be' if signs else 'not be'} signed:\n{mail.content.decode()}")


@contextlib.contextmanager
def _running(
    folder: Path, engine: Engine, workers: int | None = None, **settings: str
) -> Iterator[tuple[ServerProcess, Meter]]:
    meter = Meter("aerogram")
    if workers is not None:
        settings["workers"] = str(workers)
    data = folder / f"data-{next(_numbers)}"
    server = ServerProcess(data, prefix=meter.prefix, **COMMON, **engine.fresh(), **settings)
    try:
        server.start()
        meter.adopt(server.pid)
        engine.watch(meter)
        yield server, meter
    finally:
        server.kill()
        meter.close()
        shutil.rmtree(data, ignore_errors=True)

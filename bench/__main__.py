"""Everything in one command: ``PYTHONPATH=src:tests python -m bench``. Ends by itself, leaves nothing."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import compose, exports, imports, measures, subjects, templates, tracking
from bench.growth import measuring as growth
from bench.meter import Meter
from bench.opendkim import milter
from bench.postfix import Postfix, why_not
from bench.programs import find
from bench.samples import seconds, table
from support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.samples import Sample

ACCEPT_50 = "SMTP accept, 50 clients"
HTTP_LOADS = ((1, 50), (50, 10))
"""Messages in a call, clients."""
FOLLOWERS = 50
"""Clients that request pixels or links."""
COMPARED_WITH = {f"HTTP send, {batch} a call, {clients} clients": ACCEPT_50 for batch, clients in HTTP_LOADS}
"""Postfix has no HTTP side; what it accepts over SMTP stands for it."""


ONCE = frozenset({"growth"})
"""What is measured in the first round only, because it takes minutes."""


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    count: int
    seconds: int
    renders: int
    contacts: int
    clients: tuple[int, ...]
    depths: tuple[int, ...]
    measures: tuple[str, ...]
    engines: tuple[subjects.Engine, ...]
    workers: tuple[int | None, ...]
    postfix: Postfix | None
    folder: Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="all subjects take turns in each round (3)")
    parser.add_argument("--count", type=int, default=3000, help="mails in each SMTP measurement (3000)")
    parser.add_argument("--seconds", type=int, default=5, help="length of each HTTP measurement (5)")
    parser.add_argument("--renders", type=int, default=1_000_000, help="mails made of a template (1000000)")
    parser.add_argument(
        "--contacts", type=int, default=100_000, help="contacts of an import and an export (100000)"
    )
    parser.add_argument("--clients", type=int, nargs="+", default=[10, 50], help="SMTP clients (10 50)")
    parser.add_argument(
        "--depths",
        type=int,
        nargs="+",
        default=growth.DEPTHS,
        help="queued messages of growth (10000 100000 1000000; 10000000 takes some 10 minutes and 8 GB)",
    )
    parser.add_argument("--engine", choices=["SQLite", "PostgreSQL"], action="append", help="all by default")
    parser.add_argument("--only", choices=MEASURES, action="append", help="all by default")
    parser.add_argument(
        "--workers",
        type=int,
        nargs="+",
        help="values of the setting that accept, relay and send are measured with",
    )
    parser.add_argument("--no-peers", action="store_true", help="measure Aerogram alone")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aerogram-bench-")))
        # Postfix's daemons run as other users and must get in.
        folder.chmod(0o755)
        measured = tuple(chosen.only or MEASURES)
        names = chosen.engine or ["SQLite", "PostgreSQL"]
        engines = tuple(map(subjects.Engine, names if set(measured) != {"template"} else ()))
        for engine in engines:
            stack.callback(engine.close)
        obstacle = "Peers are left out." if chosen.no_peers else why_not()
        postfix = None if obstacle else Postfix(folder / "postfix")
        for sentence in (obstacle, *_missing_tools(has_postfix=postfix is not None)):
            if sentence:
                print(sentence)
        clients = tuple(chosen.clients)
        plan = Plan(
            chosen.rounds,
            chosen.count,
            chosen.seconds,
            chosen.renders,
            chosen.contacts,
            clients,
            tuple(chosen.depths),
            measured,
            engines,
            tuple(chosen.workers or [None]),
            postfix,
            folder,
        )
        samples = list(_all_rounds(plan))
    print()
    print(table(samples, COMPARED_WITH))
    return 0


def _missing_tools(*, has_postfix: bool) -> Iterator[str]:
    for tool in ("smtp-source", "smtp-sink", "wrk"):
        if find(tool) is None:
            yield f"{tool} is not installed; our own, which is slower, stands in."
    if has_postfix and find("opendkim") is None:
        yield "OpenDKIM is not installed, so there are no figures of Postfix with it."


def _all_rounds(plan: Plan) -> Iterator[Sample]:
    for number in range(plan.rounds):
        for name in plan.measures:
            if name in ONCE and number:
                continue
            for sample in MEASURES[name](plan):
                latencies = f", p99 {sample.p99_ms:.1f} ms" if sample.p99_ms is not None else ""
                busiest = f" ({sample.busiest})" if sample.busiest else ""
                print(
                    f"round {number + 1}: {sample.measure:34} {sample.subject:34} "
                    f"{sample.rate:7,.0f} msg/s, {seconds(sample.cpu)} CPU s/1,000{latencies}{busiest}",
                    flush=True,
                )
                yield sample


def _accepts(plan: Plan) -> Iterator[Sample]:
    if plan.postfix:
        with contextlib.closing(Meter("postfix")) as meter, plan.postfix.holding(meter) as port:
            for clients in plan.clients:
                yield measures.accept("Postfix", port, meter, clients, plan.count)
    for engine, workers in itertools.product(plan.engines, plan.workers):
        with subjects.accepting(plan.folder, engine, workers) as (server, meter):
            for clients in plan.clients:
                name = subjects.named(engine, workers)
                yield measures.accept(name, server.smtp_port, meter, clients, plan.count)


def _relays(plan: Plan) -> Iterator[Sample]:
    hop = free_port()
    if plan.postfix:
        with contextlib.closing(Meter("postfix")) as meter, plan.postfix.relaying(hop, meter) as port:
            yield from _relayed(plan, "Postfix", port, hop, meter)
        if find("opendkim"):
            with (
                contextlib.closing(Meter("postfix")) as meter,
                milter(plan.folder / "opendkim", meter) as socket,
                plan.postfix.relaying(hop, meter, socket) as port,
            ):
                yield from _relayed(plan, "Postfix + OpenDKIM", port, hop, meter)
    for engine, workers in itertools.product(plan.engines, plan.workers):
        for signs, words in ((False, ""), (True, " + DKIM")):
            with subjects.relaying(plan.folder, engine, hop, workers, signs=signs) as (server, meter):
                subjects.check_signatures(server, hop, signs=signs)
                name = subjects.named(engine, workers) + words
                yield from _relayed(plan, name, server.smtp_port, hop, meter)


def _relayed(plan: Plan, subject: str, port: int, hop: int, meter: Meter) -> Iterator[Sample]:
    for clients in plan.clients:
        yield measures.relay(subject, port, hop, meter, clients, plan.count)


def _sends(plan: Plan) -> Iterator[Sample]:
    for engine, workers in itertools.product(plan.engines, plan.workers):
        with subjects.accepting(plan.folder, engine, workers) as (server, meter):
            for batch, clients in HTTP_LOADS:
                subject = subjects.named(engine, workers)
                yield measures.send(subject, server, meter, plan.folder, clients, batch, plan.seconds)


def _follows(plan: Plan) -> Iterator[Sample]:
    for engine in plan.engines:
        hop = free_port()
        with subjects.relaying(plan.folder, engine, hop, signs=False) as (server, meter):
            paths = tracking.mail_with_links(server, hop)
            for kind in tracking.KINDS:
                yield tracking.measure(
                    f"Aerogram, {engine.name}", server, meter, paths, kind, FOLLOWERS, plan.seconds
                )


def _composes(plan: Plan) -> Iterator[Sample]:
    return compose.samples(plan.count)


def _renders(plan: Plan) -> Iterator[Sample]:
    for subject in templates.SUBJECTS:
        yield templates.measure(subject, plan.renders)


def _imports(plan: Plan) -> Iterator[Sample]:
    for engine in plan.engines:
        with subjects.working(plan.folder, engine) as (server, meter):
            yield imports.measure(f"Aerogram, {engine.name}", server, meter, plan.folder, plan.contacts)


def _exports(plan: Plan) -> Iterator[Sample]:
    for engine in plan.engines:
        with subjects.working(plan.folder, engine) as (server, meter):
            yield exports.measure(f"Aerogram, {engine.name}", server, meter, plan.folder, plan.contacts)


def _grows(plan: Plan) -> Iterator[Sample]:
    for engine in plan.engines:
        for depth in plan.depths:
            yield from growth.samples(plan.folder, engine, depth, plan.count)


MEASURES = {
    "accept": _accepts,
    "relay": _relays,
    "send": _sends,
    "tracking": _follows,
    "template": _renders,
    "compose": _composes,
    "import": _imports,
    "export": _exports,
    "growth": _grows,
}


if __name__ == "__main__":
    sys.exit(main())

"""Which processes a server has, by its settings and its engine."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.app.settings.settings import MAX_WORKERS

if TYPE_CHECKING:
    from aerogram.app.settings.settings import Settings

EDGE_ROLES: Final = frozenset({"all", "edge"})
DELIVERY_ROLES: Final = frozenset({"all", "delivery"})
BACKGROUND_ROLES: Final = frozenset({"all", "background"})
WORKERS_PER_DELIVERY: Final = 2
"""Accept processes for which one delivery process is enough, by what a message costs in each."""


class Kind(StrEnum):
    """What a process does."""

    ALONE = "server"
    """Everything that the role of the server has."""
    PREPARATION = "preparation"
    """Migrates the store and makes the first account; ends before the others start."""
    WRITER = "writer"
    """Commits the mail that the others accepted; only with SQLite."""
    DELIVERY = "delivery"
    """Delivers mail; the first of them also has the webhooks, readers, jobs and sweeps."""
    EDGE = "edge"
    """Listens for SMTP and HTTP."""


class Part(NamedTuple):
    """One process of a server."""

    kind: Kind
    number: int
    """From 1, within its kind."""
    listens: bool = False
    delivers: bool = False
    is_background: bool = False
    keeps_log_short: bool = False
    """Whether it moves what was committed from the log of an SQLite store into its file, for all."""

    @property
    def name(self) -> str:
        """Return what logs and errors call it."""
        return f"{self.kind} {self.number}" if self.kind in {Kind.EDGE, Kind.DELIVERY} else str(self.kind)

    @property
    def counts(self) -> bool:
        """Return whether it counts with others, and so has a slot in the memory that they share."""
        return self.kind in {Kind.EDGE, Kind.DELIVERY}


PREPARATION: Final = Part(Kind.PREPARATION, 1)


def alone(role: str) -> Part:
    """Return the one process of a server that has no others."""
    return Part(
        Kind.ALONE,
        1,
        listens=True,
        delivers=role in DELIVERY_ROLES,
        is_background=role in BACKGROUND_ROLES,
        keeps_log_short=True,
    )


def workers_of(settings: Settings) -> int:
    """Return the setting ``workers`` as a number."""
    return min(cores(), MAX_WORKERS) if settings.workers is None else settings.workers


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parts_of(workers: int, role: str, *, is_sqlite: bool) -> list[Part]:
    """Return the processes in the order in which they start; none if one process does everything.

    ``workers`` is the number of processes that listen for SMTP and HTTP, or else of those that deliver.
    """
    if workers <= 1:
        return []
    if role not in EDGE_ROLES:
        # They listen for HTTP only, which probes and metrics need and one process can answer.
        if role not in DELIVERY_ROLES:
            return []
        return [
            Part(Kind.DELIVERY, number, listens=number == 1, delivers=True, keeps_log_short=number == 1)
            for number in range(1, workers + 1)
        ]
    writers = [Part(Kind.WRITER, 1, keeps_log_short=True)] if is_sqlite else []
    edges = [Part(Kind.EDGE, number, listens=True) for number in range(1, workers + 1)]
    if role not in DELIVERY_ROLES:
        return [*writers, *edges]
    deliveries = [
        Part(
            Kind.DELIVERY,
            number,
            delivers=True,
            is_background=number == 1 and role in BACKGROUND_ROLES,
        )
        for number in range(1, 1 + max(1, workers // WORKERS_PER_DELIVERY))
    ]
    return [*writers, *deliveries, *edges]

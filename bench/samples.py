"""Single measurements, and the table of their medians and ratios."""

from __future__ import annotations

import collections
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True)
class Sample:
    """One subject, measured once."""

    measure: str
    subject: str
    rate: float
    """Messages a second."""
    cpu: float
    """Seconds of CPU for 1,000 messages, all processes of the server."""
    memory: float
    """MiB of the whole tree of its processes: after the load with what they share counted once, or at the peak."""
    p50_ms: float | None = None
    p99_ms: float | None = None
    busiest: str = ""
    """The processes that used most of a core meanwhile, with their shares of one."""


HEADINGS = ("measure", "subject", "msg/s", "[min-max]", "CPU s/1,000", "MiB", "p50 ms", "p99 ms")
PEERS = ("Postfix", "Postfix + OpenDKIM", "Jinja2")

Groups = dict[tuple[str, str], list[Sample]]


def table(samples: Iterable[Sample], compared_with: Mapping[str, str]) -> str:
    """Write a Markdown table: medians, and ratios to the peers measured in the same run.

    ``compared_with`` names the measure whose peers stand for a measure that peers do not have.
    """
    groups: Groups = collections.defaultdict(list)
    for sample in samples:
        groups[sample.measure, sample.subject].append(sample)
    peers = [peer for peer in PEERS if any(subject == peer for _, subject in groups)]
    head = [*HEADINGS, *(f"rate, CPU / {peer}" for peer in peers)]
    rows = [head, ["---"] * len(head)]
    for (measure, subject), found in groups.items():
        bases = [groups.get((compared_with.get(measure, measure), peer), []) for peer in peers]
        rows.append([measure, subject, *_figures(found), *(_ratio(found, base) for base in bases)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _figures(found: list[Sample]) -> Iterator[str]:
    rates = [sample.rate for sample in found]
    yield f"{statistics.median(rates):,.0f}"
    yield f"{min(rates):,.0f}-{max(rates):,.0f}"
    yield seconds(_median_cpu(found))
    yield f"{max(sample.memory for sample in found):.0f}"
    for name in ("p50_ms", "p99_ms"):
        known = [value for sample in found if (value := getattr(sample, name)) is not None]
        yield f"{statistics.median(known):.1f}" if known else ""


def seconds(cpu: float) -> str:
    """Write seconds of CPU: to the millisecond, and less than a tenth with three digits."""
    return f"{cpu:.3f}" if cpu >= 0.1 else f"{cpu:.3g}"


def _ratio(found: list[Sample], base: list[Sample]) -> str:
    if not base or not _median_cpu(base):
        return ""
    rate = statistics.median(sample.rate for sample in found) / statistics.median(
        sample.rate for sample in base
    )
    return f"{rate:.2f}, {_median_cpu(found) / _median_cpu(base):.2f}"


def _median_cpu(found: list[Sample]) -> float:
    return statistics.median(sample.cpu for sample in found)

"""What every fuzzer does: try seeded inputs until time or number is used up, show those that fail, and count."""

# ruff: noqa: INP001, PLR2004 - beside scripts, not in a package

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEFAULT_SECONDS: Final = 30.0
MAX_INPUT_SECONDS: Final = 5.0
"""A single input that takes longer is a finding, and so is one that never ends."""
MAX_GROWTH_BYTES: Final = 64 * 1024 * 1024
"""Memory that may be added between the first half of a run and its end; a leak in each input adds more."""
MIN_INPUTS_FOR_GROWTH: Final = 2_000
"""Caches have filled by the half of a run of so many inputs."""
MAX_SHOWN: Final = 4_000
"""Characters of a failing input that are printed; ``--crashes`` keeps all of it."""

Input = TypeVar("Input", str, bytes)


class Target(Protocol[Input]):
    """What is fuzzed. ``name`` names the files of failing inputs, ``noun`` the inputs in the plural."""

    name: str
    noun: str

    def make(self, rng: random.Random) -> Input:
        """Make an input."""
        ...

    def test(self, rng: random.Random, given: Input) -> Iterable[str]:
        """Try an input; give the names under which what was seen is counted. Whatever it raises is a finding."""
        ...


def main(target: Target[Input], description: str) -> int:
    """Read the command line and fuzz; give the exit status."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=DEFAULT_SECONDS)
    parser.add_argument(f"--{target.noun}", dest="number", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--crashes", type=Path, help="folder for inputs that fail")
    arguments = parser.parse_args()
    failures = fuzz(target, arguments.seed, arguments.seconds, arguments.number, arguments.crashes)
    return 1 if failures else 0


def fuzz(target: Target[Input], seed: int, seconds: float, most: int, crashes: Path | None) -> int:
    """Try inputs until time or number is used up; give the number of findings: crashes, hangs and growth."""
    started = time.monotonic()
    seen: Counter[str] = Counter()
    failures = number = half = 0
    while number < most and time.monotonic() < started + seconds:
        if not half and (time.monotonic() > started + seconds / 2 or number > most // 2):
            half = resident_bytes()
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable, not secret
        given = target.make(rng)
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, MAX_INPUT_SECONDS)
        try:
            seen.update(target.test(rng, given))
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding
            failures += 1
            keep(target, seed, number, given, crashes)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seen["CPU of the slowest, in ms"] = max(
            seen["CPU of the slowest, in ms"], round((time.process_time() - begun) * 1000)
        )
        number += 1
    grown = resident_bytes() - half if half and number >= MIN_INPUTS_FOR_GROWTH else 0
    if grown > MAX_GROWTH_BYTES:
        failures += 1
        sys.stdout.write(f"memory has grown by {grown:,} bytes since the half of the run\n")
    sys.stdout.write(f"{', '.join(f'{name} {count}' for name, count in sorted(seen.items()))}\n")
    sys.stdout.write(f"seed {seed}: {number} {target.noun}, {failures} crashes\n")
    return failures


def keep(target: Target[Input], seed: int, number: int, given: Input, crashes: Path | None) -> None:
    """Show an input that failed, and write it to the folder of crashes."""
    sys.stdout.write(
        f"number {number} of seed {seed}:\n{repr(given)[:MAX_SHOWN]}\n{traceback.format_exc()}\n"
    )
    if crashes is not None:
        crashes.mkdir(parents=True, exist_ok=True)
        content = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
        (crashes / f"{target.name}-{seed}-{number}").write_bytes(content)


class Hang(AssertionError):  # noqa: N818 - it says what happened
    """An input took too long."""


def _interrupt(*_: object) -> None:
    raise Hang(f"an input took more than {MAX_INPUT_SECONDS} s")


signal.signal(signal.SIGPROF, _interrupt)


def resident_bytes() -> int:
    """Give the memory that this process holds; where the system does not say, the most that it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


def mutated(rng: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    """Change some bytes: replace, remove, repeat, insert a piece, cut."""
    for _ in range(rng.randrange(1, 5)):
        at, size = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 8, 60))
        kind = rng.randrange(5)
        if kind == 0:
            data = data[:at] + rng.randbytes(size) + data[at + size :]
        elif kind == 1:
            data = data[:at] + data[at + size :]
        elif kind == 2:
            data = data[:at] + data[at : at + size] * rng.choice((2, 3, 50)) + data[at + size :]
        elif kind == 3:
            data = data[:at] + rng.choice(pieces) + data[at:]
        elif rng.randrange(4) == 0:
            data = data[:at]
    return data

"""What every fuzzer does: try seeded inputs until time or number is used up, show those that fail, and count."""

# ruff: noqa: INP001 - beside scripts, not in a package

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_SECONDS: Final = 30.0
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
    """Try inputs until time or number is used up; give the number of failures."""
    deadline = time.monotonic() + seconds
    seen: Counter[str] = Counter()
    failures = number = 0
    while number < most and time.monotonic() < deadline:
        rng = random.Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable, not secret
        given = target.make(rng)
        try:
            seen.update(target.test(rng, given))
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding
            failures += 1
            shown = repr(given)[:MAX_SHOWN]
            sys.stdout.write(f"number {number} of seed {seed}:\n{shown}\n{traceback.format_exc()}\n")
            if crashes is not None:
                crashes.mkdir(parents=True, exist_ok=True)
                content = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
                (crashes / f"{target.name}-{seed}-{number}").write_bytes(content)
        number += 1
    sys.stdout.write(f"{', '.join(f'{name} {count}' for name, count in sorted(seen.items()))}\n")
    sys.stdout.write(f"seed {seed}: {number} {target.noun}, {failures} crashes\n")
    return failures

"""Many kills: ``PYTHONPATH=src:tests python -m crash`` (30 on SQLite, then on PostgreSQL)."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from crash.harness import Campaign, run
from support.engines import PostgresqlServer


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the server under load; exit 1 when mail is lost.")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**32), help="repeats the moments of a run"
    )
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument(
        "--workers", type=int, default=1, help="above 1, each kind of process is killed, or paused"
    )
    chosen = parser.parse_args()
    good = True
    if chosen.engine != "postgresql":
        good &= report(Campaign(chosen.kills, chosen.seed, workers=chosen.workers))
    if chosen.engine != "sqlite":
        server = PostgresqlServer()
        try:
            good &= report(Campaign(chosen.kills, chosen.seed, server.new_database(), chosen.workers))
        finally:
            server.stop()
    return 0 if good else 1


def report(campaign: Campaign) -> bool:
    """Run a campaign and print what it came to; tell whether all is well."""
    with tempfile.TemporaryDirectory(prefix="aerogram-crash-") as folder:
        found = run(campaign, Path(folder))
    lines = [str(found)]
    for what in ("lost", "torn", "unexcused"):
        for token, recipient in getattr(found.comparison, what)[:10]:
            lines.append(f"  {what}: {token} {recipient}")
    print(*lines, sep="\n", flush=True)  # noqa: T201 - the report of the command
    return found.comparison.is_good


if __name__ == "__main__":
    sys.exit(main())

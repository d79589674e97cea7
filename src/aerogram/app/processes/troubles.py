"""Why a server of several processes is not ready as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.app.processes.process import Process

SILENT_SECONDS: Final = 10.0
"""A process that has said nothing for so long does not answer; it is stopped, or very busy."""


def troubles_of(processes: Sequence[Process], now: float) -> list[str]:
    """Return the reasons as sentences, none if the server is ready; ``now`` is by the clock of the event loop.

    One process that is just started again is no reason while others of its kind do its work.
    """
    found = []
    for process in processes:
        name = process.part.name
        others = [each for each in processes if each is not process and each.part.kind is process.part.kind]
        if not process.is_ready:
            if process.deaths > 1 or not any(each.is_ready for each in others):
                found.append(f"The process {name} ended {process.deaths} times and does not run.")
        elif now - process.said_at > SILENT_SECONDS:
            found.append(f"The process {name} does not answer.")
    return found

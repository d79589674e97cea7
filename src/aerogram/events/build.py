"""Builds the readers of the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.events.counters import COUNTERS
from aerogram.events.readers import EventReaders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.events.reader import Reader
    from aerogram.store.ground import Ground


def build(ground: Ground, readers: Iterable[Reader]) -> EventReaders:
    """Build the loop that feeds the counters and the readers of other packages."""
    return EventReaders(ground.database, [COUNTERS, *readers])

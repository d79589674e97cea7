"""The reader that counts events by account, hour and kind."""

from __future__ import annotations

from aerogram.events.reader import Reader
from aerogram.store.records.events.counting import count

COUNTERS = Reader(name="counters", handle=count)

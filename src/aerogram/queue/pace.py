"""How fast many changes may follow each other, so that mail does not wait for them."""

from __future__ import annotations

from typing import Final

from aerogram.store.records.messages.queue_changes import MAX_BATCH
from aerogram.store.sql import Engine

SLICE_SECONDS: Final = 0.04
"""How long a transaction of changes should take on SQLite, where every write of mail waits for it."""
FIRST_BATCH: Final = 100
"""Messages that the first transaction changes on SQLite; later ones change as many as the time allows."""
LEAST_BATCH: Final = 100
"""Below this a transaction costs more than its messages."""
PAUSE: Final = 0.5
"""How long to wait after a transaction on SQLite, as a share of its time."""


class Pace:
    """Fits transactions to the machine. On PostgreSQL nobody waits for them, so there they are as large as allowed."""

    def __init__(self, engine: Engine) -> None:
        self._is_alone = engine is Engine.SQLITE
        self.batch = FIRST_BATCH if self._is_alone else MAX_BATCH
        """How many messages the next transaction may change."""

    def pause_after(self, took: float) -> float:
        """Learn how many seconds a transaction took; return how many to wait before the next one."""
        if not self._is_alone:
            return 0.0
        if took > SLICE_SECONDS:
            self.batch = max(LEAST_BATCH, self.batch // 2)
        elif took < SLICE_SECONDS / 2:
            self.batch = min(MAX_BATCH, self.batch * 2)
        # SQLite's lock goes to whoever asks while it is free, so let the server ask.
        return took * PAUSE

"""Tells those who remember what they read in the store that it was changed, here or in another process.

Commands change the store from outside, so what is remembered must also grow old by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.shared.layout import Topic

if TYPE_CHECKING:
    from aerogram.base.shared.shared import Shared


class Changes:
    """A number for each topic, which is another one after each change.

    Take the number before you read the store, and trust what you have read as long as it is the same.
    """

    def __init__(self, across: Shared | None = None) -> None:
        """``across`` are the other processes that change the store and are told."""
        self._across = across
        self._own = [0] * len(Topic)

    def changed(self, topic: Topic) -> None:
        """Say that the store was changed; call it after the commit."""
        if self._across is None:
            self._own[topic] += 1
        else:
            self._across.changed(topic)

    def generation(self, topic: Topic) -> int:
        """Return the number of changes so far."""
        return self._own[topic] if self._across is None else self._across.generation(topic)

"""The last arrow of the road: the capture inbox, or a conversation with another server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aerogram.model.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome


class Carrier(Protocol):
    """Takes a composed letter somewhere and tells, once, what came of it."""

    def send(self, letter: Letter, data: bytes, done: Callable[[Letter, Outcome], None]) -> None:
        """Begin; ``done`` is called in the event loop with the outcome."""
        ...

    async def close(self, grace_seconds: float) -> None:
        """Let what is on the wire finish; what was not begun is forgotten without an outcome."""
        ...


class CaptureCarrier:
    """Keeps every letter in the local inbox and sends nothing."""

    def send(self, letter: Letter, data: bytes, done: Callable[[Letter, Outcome], None]) -> None:
        """Call ``done`` at once: the inbox takes every letter."""
        done(letter, Delivered(reply="250 2.0.0 Captured in the local inbox", captured=data))

    async def close(self, grace_seconds: float) -> None:
        """Nothing is ever under way."""

"""A bounded memory of answers that are true for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


class TtlCache(Generic[Answer]):
    """Keeps at most ``capacity`` answers; the oldest one makes room."""

    def __init__(self, capacity: int, monotonic: Callable[[], float]) -> None:
        self._capacity = capacity
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Answer]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str) -> Answer | None:
        """Give the answer that is still true; None when there is none."""
        known = self._kept.get(name)
        return known[1] if known is not None and known[0] > self._monotonic() else None

    def put(self, name: str, answer: Answer, ttl_seconds: float) -> None:
        """Remember ``answer`` for ``ttl_seconds``."""
        self._kept.pop(name, None)
        if len(self._kept) >= self._capacity:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = (self._monotonic() + ttl_seconds, answer)

"""A bounded cache of answers with a time to live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


class TtlCache(Generic[Answer]):
    """Holds at most ``capacity`` answers; the oldest one is dropped for a new one."""

    def __init__(self, capacity: int, monotonic: Callable[[], float]) -> None:
        self._capacity = capacity
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Answer]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str) -> Answer | None:
        """Return the answer that is still valid; None when there is none."""
        known = self._kept.get(name)
        return known[1] if known is not None and known[0] > self._monotonic() else None

    def put(self, name: str, answer: Answer, ttl_seconds: float) -> None:
        """Keep ``answer`` for ``ttl_seconds``."""
        self._kept.pop(name, None)
        if len(self._kept) >= self._capacity:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = (self._monotonic() + ttl_seconds, answer)

"""Letters that are being converted for a hop without 8BITMIME, each in a thread (RFC 6152 §3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.delivery.connections.dispatch import Dispatch
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome

    Convert = Callable[[Letter, bytes], bytes | Outcome]
    """Returns a letter's signed bytes in 7 bits, or its outcome. Called in a thread; must not raise."""


class Conversions:
    """The letters of one destination queue that are being converted.

    ``converted`` is called with a letter that may be sent now, ``concluded`` with one that cannot be converted.
    """

    def __init__(
        self,
        convert: Convert,
        converted: Callable[[Dispatch], None],
        concluded: Callable[[Dispatch, Outcome], None],
    ) -> None:
        self._convert = convert
        self._converted = converted
        self._concluded = concluded
        self._running: dict[asyncio.Task[None], Dispatch] = {}

    def __len__(self) -> int:
        """Return how many letters are being converted."""
        return len(self._running)

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """The running conversions; empty when there are none."""
        return set(self._running)

    def begin(self, dispatch: Dispatch) -> None:
        """Begin to convert a letter."""
        conversion = asyncio.get_running_loop().create_task(self._run(dispatch))
        self._running[conversion] = dispatch
        conversion.add_done_callback(lambda ended: self._running.pop(ended, None))

    def abandon(self) -> list[Dispatch]:
        """Return the letters that are being converted; they are not sent."""
        abandoned = list(self._running.values())
        for dispatch in abandoned:
            dispatch.is_abandoned = True
        return abandoned

    async def _run(self, dispatch: Dispatch) -> None:
        made = await asyncio.to_thread(self._convert, dispatch.letter, dispatch.data)
        if dispatch.is_abandoned:
            return
        task = asyncio.current_task()
        if task is not None:
            # From here on it counts as one of the waiting letters.
            self._running.pop(task, None)
        if isinstance(made, bytes):
            dispatch.data, dispatch.is_converted = made, True
            self._converted(dispatch)
        else:
            self._concluded(dispatch, made)

"""A letter on its way through the dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome


class Dispatch(msgspec.Struct):
    """A letter ready to send. ``data`` are its signed bytes. ``done`` is called once, and must not raise."""

    letter: Letter
    data: bytes
    done: Callable[[Letter, Outcome], None]
    returns: int = 0
    """How often it returned to the queue."""
    is_converted: bool = False
    """``data`` is the form of the mail for hops without 8BITMIME, which every hop takes."""
    is_abandoned: bool = False
    """It was returned untried while it was being converted."""

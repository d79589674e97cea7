"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.02


def wait_for(condition: Callable[[], T], what: str, seconds: float = 20.0) -> T:
    """Ask again and again until ``condition`` gives something true; give that back."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(PAUSE)
    return found


async def until(condition: Callable[[], Awaitable[T]], what: str, seconds: float = 20.0) -> T:
    """Do the same in an event loop."""
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        await asyncio.sleep(PAUSE)
    return found

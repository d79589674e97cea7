"""The bytes that one HTTP request makes us hold, from its first piece until its response has been read.

`aerogram.doors.front` counts for every request, and releases what is left when its response is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.in_flight.in_flight import InFlight
from aerogram.doors.asgi.scope import client_ip

if TYPE_CHECKING:
    from aerogram.base.in_flight.in_flight import Held
    from aerogram.doors.asgi.scope import Scope

ROOM_SECONDS: Final = 10.0
"""How long a request waits for room in memory; common clients wait 30 seconds or more for a response."""
_KEY: Final = "aerogram.held"


def begin(scope: Scope, in_flight: InFlight) -> Held:
    """Begin to count for a request; release the result when its response is complete."""
    held = scope[_KEY] = in_flight.held_for(client_ip(scope))
    return held


def held_of(scope: Scope) -> Held:
    """Return what counts for a request. One that did not come through the front counts alone."""
    held: Held | None = scope.get(_KEY)
    return begin(scope, InFlight()) if held is None else held


async def wait_for_room(scope: Scope, count: int) -> None:
    """Hold ``count`` bytes more as soon as there is room. Raises `BusyError` if that takes too long."""
    memory = held_of(scope).memory
    await memory.wait_for(memory.count + count, ROOM_SECONDS)

"""Takes no more from an HTTP client than it is given: pipelined requests wait in few bytes, and unparsed.

uvicorn parses all that it has read into requests, a hundred times as large as their bytes, and reads on after each
response. Here, what follows a request is parsed when that request has its response, and the network has taken it:
a client that never reads makes us render only what fits the buffers between us.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl

from aerogram.app.http.connection import HttpConnection

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from aerogram.base.in_flight.budget import Holding
    from aerogram.base.in_flight.in_flight import InFlight

HEAD_BYTES: Final = 1024
"""Bytes parsed at once when a head is expected: most whole requests, or 40 of the shortest ones."""
BODY_BYTES: Final = 16 * 1024
"""Bytes parsed at once within a body; requests may follow it."""
MAX_AHEAD_BYTES: Final = 512 * 1024
"""Bytes that may wait unparsed: two reads of the event loop, which may read once more after it was told to stop."""
MAX_UNSENT_BYTES: Final = 16 * 1024
"""Bytes that the system may keep unsent for a client that pipelines: it would keep megabytes, which is thousands of
small responses. It still has enough at hand for any network while we render the next one."""


class HeldFlow(FlowControl):
    """Flow control that does not read on while bytes wait unparsed."""

    is_held = False

    def resume_reading(self) -> None:
        """Read on, unless bytes wait."""
        if not self.is_held:
            super().resume_reading()


class BackPressure(HttpConnection):
    """The protocol of one connection."""

    def __init__(self, *arguments: Any, in_flight: InFlight, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.drains = 0
        """How often the client has taken all but little of what it left unread."""
        self._in_flight = in_flight
        self._ahead = bytearray()
        self._held: Holding | None = None
        self._served: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = HeldFlow(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; drop what waits, and tell the request that is being served."""
        self._ahead.clear()
        self.pipeline.clear()
        served: Any = self._served
        # uvicorn tells only the last request that it has parsed.
        if served is not None and not served.response_complete:
            served.disconnected = True
            served.message_event.set()
        if self._held is not None:
            self._held.release()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """Note that the client has read."""
        self.drains += 1
        super().resume_writing()
        if self._ahead:
            # Later: a response that waited to be written is written first.
            self.loop.call_soon(self._parse)

    def data_received(self, data: bytes | memoryview) -> None:
        """Parse bytes, or let them wait for the response before them."""
        if self._ahead:
            self._ahead += data
            self._parse()
            return
        at, end = 0, len(data)
        while at < end and not self.transport.is_closing() and not self._must_wait():
            count = self._count_at_once()
            super().data_received(data if count >= end and not at else memoryview(data)[at : at + count])
            at += count
        if at < end:
            self._ahead += memoryview(data)[at:]
            self._hold()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._served = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Parse on."""
        super().on_response_complete()
        if self._ahead:
            # Later: the response is not quite done, and this could recur once for each waiting request.
            self.loop.call_soon(self._parse)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: no door supports upgrades, so the request is served as any other (RFC 9110 §7.8)."""

    def _must_wait(self) -> bool:
        """Return whether the last request that was parsed still waits for its response, its turn, or the network."""
        cycle: Any = self.cycle
        if cycle is None:
            return False
        if cycle.response_complete:
            flow: Any = self.flow
            return bool(flow.write_paused)
        return not cycle.more_body or (bool(self.pipeline) and cycle.arrived > HIGH_WATER_LIMIT)

    def _count_at_once(self) -> int:
        """Return how many bytes may be parsed: all that is a body for certain, little of what may be many heads."""
        if self.left and not self.pipeline:
            return self.left
        cycle: Any = self.cycle
        is_body = cycle is not None and cycle.more_body and not cycle.response_complete
        return BODY_BYTES if is_body else HEAD_BYTES

    def _keep_little_unsent(self) -> None:
        """Be told when the network has not taken a response, rather than when the buffers are full of them."""
        with contextlib.suppress(OSError, AttributeError):
            # Not every system has it.
            self.transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES
            )
        # Not 0: asyncio's TLS would take an empty buffer for a full one.
        self.transport.set_write_buffer_limits(high=1, low=0)

    def _parse(self) -> None:
        ahead = self._ahead
        while ahead and not self.transport.is_closing() and not self._must_wait():
            count = self._count_at_once()
            piece = bytes(memoryview(ahead)[:count])
            del ahead[:count]
            super().data_received(piece)
        self._hold()

    def _hold(self) -> None:
        """Count what waits, and read nothing more meanwhile; close a connection for which there is no room."""
        waiting = len(self._ahead)
        if waiting and self._held is None:
            self._held = self._in_flight.memory.holding(self.client[0] if self.client else "")
            self._keep_little_unsent()
        if self._held is not None and not self._held.set_to(waiting):
            waiting = MAX_AHEAD_BYTES + 1
        if waiting > MAX_AHEAD_BYTES:
            self._ahead.clear()
            self.transport.close()
            return
        flow: Any = self.flow
        if waiting:
            flow.is_held = True
            self.flow.pause_reading()
        elif flow.is_held:
            flow.is_held = False
            self.flow.resume_reading()

"""One request and its response: uvicorn's cycle, without what a small request does not need.

uvicorn makes an event for each request, searches each header of a response twice with a regular expression, and
writes head and body apart. That is more than half of what a small request costs it.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

from aerogram.doors.asgi.scope import EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_has_control_character = HEADER_VALUE_RE.search


MOST_PIECES: Final = 256
"""Pieces of a body that wait to be taken; more are joined into one."""


class Signal:
    """An `asyncio.Event` that is made when somebody waits for it: most bodies have arrived before they are read."""

    __slots__ = ("_event", "_is_set")

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None
        self._is_set = False

    def set(self) -> None:
        """Wake those who wait, and let the next ones pass."""
        self._is_set = True
        if self._event is not None:
            self._event.set()

    def clear(self) -> None:
        """Make the next ones wait."""
        self._is_set = False
        if self._event is not None:
            self._event.clear()

    async def wait(self) -> None:
        """Wait until it is set."""
        if not self._is_set:
            if self._event is None:
                self._event = asyncio.Event()
            await self._event.wait()


class CommonHeaders:
    """The lines that all responses of a server have, made anew when its headers change: once a second, for the date."""

    __slots__ = ("_headers", "_lines")

    def __init__(self) -> None:
        self._headers: object = None
        self._lines = b""

    def lines(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return them; the server replaces the list when it changes it."""
        if headers is not self._headers:
            self._headers = headers
            self._lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
        return self._lines


class Exchange(RequestResponseCycle):
    """The cycle of one request, which also takes a whole response at once (`aerogram.doors.asgi.scope.Exchange`)."""

    def __init__(self, connection: HttpToolsProtocol, common: CommonHeaders, *, keep_alive: bool) -> None:
        # Not uvicorn's own: it takes eleven arguments, and makes an event.
        scope: Any = connection.scope
        self.scope = scope
        self.transport = connection.transport
        self.flow = connection.flow
        self.logger = connection.logger
        self.access_logger = connection.access_logger
        self.access_log = connection.access_log
        self.default_headers = connection.server_state.default_headers
        self.message_event: Any = Signal()
        self.on_response = connection.on_response_complete
        self.disconnected = False
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = connection.expect_100_continue
        self.pieces: list[bytes] = []
        self.arrived = 0
        """Bytes of the body that the application has not taken."""
        self.more_body = True
        self.response_started = False
        self.response_complete = False
        self.chunked_encoding: bool | None = None
        self.expected_content_length = 0
        self._common = common
        scope[EXCHANGE] = self

    @property
    def has_begun(self) -> bool:
        """Return whether the response has begun."""
        return self.response_started

    def take(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self.pieces.append(piece)
        if len(self.pieces) >= MOST_PIECES:
            # Each piece takes more memory than its bytes, and a client may send a byte a piece.
            self.pieces = [b"".join(self.pieces)]
        self.arrived += len(piece)
        self.message_event.set()

    async def run_asgi(self, app: Any) -> None:
        """Serve the request."""
        try:
            await super().run_asgi(app)
        finally:
            # Each refers to the other, and the collector seldom runs.
            del self.scope[EXCHANGE]  # type: ignore[typeddict-item]

    async def receive(self) -> Any:
        """Give what has arrived of the body, or wait for more of it or for the end of the connection."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        pieces = self.pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self.pieces = []
        self.arrived = 0
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Write a whole response at once; return False, and write nothing, when it must go another way.

        The names of the headers are in lower case. They have the length of the body, unless the status has none.
        """
        if self.response_started or self.disconnected or self.access_log or self.flow.write_paused:
            return False
        lines = [STATUS_LINE[status], self._common.lines(self.default_headers)]
        values = []
        for name, value in headers:
            if name in (b"connection", b"transfer-encoding"):
                return False
            lines += (name, b": ", value, b"\r\n")
            values.append(value)
        if _has_control_character(b"\t".join(values)):
            return False
        lines.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        if self.scope["method"] != "HEAD":
            lines.append(body)
        try:
            self.transport.write(b"".join(lines))
        except RuntimeError:
            # The transport is closed; the other way finds out what that means.
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True


def describe(connection: HttpToolsProtocol) -> None:
    """Write into the scope what the first line of a request says."""
    scope: Any = connection.scope
    scope["method"] = connection.parser.get_method().decode("ascii")
    version = connection.parser.get_http_version()
    if version != "1.1":
        scope["http_version"] = version
    url = httptools.parse_url(connection.url)
    raw_path = url.path
    path = raw_path.decode("ascii")
    scope["path"] = urllib.parse.unquote(path) if "%" in path else path
    scope["raw_path"] = raw_path
    scope["query_string"] = url.query or b""

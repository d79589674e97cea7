"""One HTTP connection: uvicorn's protocol with bounded heads, strict framing, and a place among all connections.

llhttp holds a header until it is whole, and httptools copies it for each piece that arrives, so a header that never
ends costs the square of its length. Bytes are counted here as they are given to the parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httptools
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aerogram.app.http.exchange import CommonHeaders, Exchange, describe
from aerogram.app.http.refusals import (
    MAX_HEAD_BYTES,
    MAX_HEAD_FIELDS,
    NO_ROOM,
    NO_TUNNELS,
    OLD_VERSION,
    TOO_LARGE,
    TOO_MUCH_FRAMING,
    UNKNOWN_CODING,
    response,
)
from aerogram.doors.asgi.scope import VISIT

if TYPE_CHECKING:
    import asyncio

    from aerogram.net.connections import ConnectionLimiter, Visit

MAX_FRAMING_RATIO: Final = 16
"""Bytes of chunk framing for each byte of a body, beyond `MAX_HEAD_BYTES`; a chunk of one byte needs 6."""
PIECE_BYTES: Final = 16 * 1024
"""Bytes given to the parser at once; between pieces the count is checked."""
MAX_DRAINED_BYTES: Final = 1024 * 1024
"""Bytes discarded after a refusal. Closing while bytes are unread resets the connection, and the client would lose
the response."""
DRAIN_SECONDS: Final = 2.0
"""How long bytes are discarded after a refusal."""
_FORWARDED_NAMES: Final = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})
_FRAMING_NAMES: Final = frozenset({b"expect", b"content-length", b"transfer-encoding"})


class _StopParsingError(Exception):
    """Ends the parser's work; the reason is in the connection."""


def _parser_for(connection: HttpConnection) -> Any:
    parser = httptools.HttpRequestParser(connection)
    # A request with Content-Length and chunks is read by its chunks, and is the last one (RFC 9112 §6.1).
    # What follows a last request is ignored instead of refused: its response comes first.
    parser.set_dangerous_leniencies(lenient_chunked_length=True, lenient_data_after_close=True)
    return parser


class HttpConnection(HttpToolsProtocol):
    """The protocol of one connection."""

    def __init__(
        self, *arguments: Any, limiter: ConnectionLimiter, visit: Visit | None = None, **named: Any
    ) -> None:
        """``visit`` is given if the connection is counted already."""
        super().__init__(*arguments, **named)
        self.parser = _parser_for(self)
        # Most requests say nothing of a client behind a proxy, and need nobody who looks for it.
        app: Any = self.app
        self._app = app.app if isinstance(app, ProxyHeadersMiddleware) else app
        self._is_forwarded = False
        self._limiter = limiter
        self._visit = visit
        self._unproductive = 0
        """Bytes since the last head or byte of a body, as a budget: each byte of a body pays for others."""
        self._codings: list[bytes] = []
        self._common = CommonHeaders()
        self._has_length = False
        self._announced = 0
        self.left = 0
        """Bytes of the body that are still to come; 0 outside of a body, or when their number is not known."""
        self._is_in_body = False
        self._is_last = False
        """True from a request on that no other may follow."""
        self._objected: tuple[int, str] | None = None
        """Why the parser was stopped in the middle."""
        self._refusal: tuple[int, str] | None = None
        self._drained = -1
        """Bytes discarded since the refusal was written; -1 before."""

    @property
    def is_idle(self) -> bool:
        """Return whether every request has its response, and no other has begun."""
        exchange: Any = self.cycle
        return exchange is not None and exchange.response_complete and not self._unproductive

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or say that there is none."""
        if self._visit is None:
            peer = transport.get_extra_info("peername")
            self._visit = self._limiter.enter(peer[0] if peer else "", transport.abort)
        else:
            self._visit.close_by(transport.abort)
        if self._visit is None:
            self.transport = transport
            transport.write(response(*NO_ROOM))
            transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        if self._visit is not None:
            self._visit.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes | memoryview) -> None:
        """Parse received bytes."""
        # A body of a known length has no framing that could be counted.
        if len(data) <= max(PIECE_BYTES, self.left):
            self._read_piece(data)
            return
        whole = memoryview(data)
        for start in range(0, len(data), PIECE_BYTES):
            self._read_piece(whole[start : start + PIECE_BYTES])

    def _read_piece(self, piece: bytes | memoryview) -> None:
        if self._refusal is not None or self.transport.is_closing():
            self._discard(len(piece))
            return
        self._unproductive += len(piece)
        try:
            self._feed(piece)
        except httptools.HttpParserError as error:
            if not self._is_last or self._is_in_body:
                self._refuse(self._objected or (400, f"The request is not valid HTTP/1.1: {error}."))
            return
        if self._unproductive > MAX_HEAD_BYTES:
            self._refuse(TOO_MUCH_FRAMING if self._is_in_body else TOO_LARGE)

    def _feed(self, piece: bytes | memoryview) -> None:
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            # The parser takes what follows the head for another protocol, and no body. We speak no other, so the
            # request is the same without the field (RFC 9110 §7.8); Java's client asks for HTTP/2 with each.
            head = self._head_without_upgrade()
            self.parser = _parser_for(self)
            self.parser.feed_data(head)
            self._feed(piece[upgrade.args[0] :])

    # The parser

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._is_last:
            raise _StopParsingError
        super().on_message_begin()
        self._codings.clear()
        self._has_length = self._is_in_body = False
        self._announced = self.left = 0
        self._is_forwarded = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; drop trailers, which nobody expects (RFC 9110 §6.5.1)."""
        if self._is_in_body:
            return
        name = name.lower()
        if name in _FRAMING_NAMES:
            self._note(name, value)
        elif name in _FORWARDED_NAMES:
            self._is_forwarded = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check a head, and start its request."""
        refusal = self._objection()
        if refusal is not None:
            self._objected = refusal
            raise _StopParsingError
        if self.parser.should_upgrade():
            return
        if self._codings and self._has_length:
            self._is_last = True
            self.headers[:] = [field for field in self.headers if field[0] != b"content-length"]
        self._unproductive = 0
        scope: Any = self.scope
        scope[VISIT] = self._visit
        describe(self)
        before: Any = self.cycle
        is_kept = not self._is_last and self.parser.should_keep_alive()
        exchange = Exchange(self, self._common, keep_alive=is_kept and scope["http_version"] != "1.0")
        self.cycle = exchange
        self._is_in_body = True
        self.left = 0 if self._codings else self._announced
        app: Any = self.app if self._is_forwarded else self._app
        if before is None or before.response_complete:
            self._start_asgi_task(exchange, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, app))

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._unproductive = max(0, self._unproductive - MAX_FRAMING_RATIO * len(body))
        if self.left:
            self.left -= len(body)
        exchange: Any = self.cycle
        if not exchange.response_complete:
            exchange.take(body)
            if exchange.arrived > HIGH_WATER_LIMIT:
                self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """End a request: from now on, the client waits for us."""
        if self.parser.should_upgrade():
            return
        self._is_in_body = False
        self._unproductive = 0
        exchange: Any = self.cycle
        if not exchange.response_complete:
            exchange.more_body = False
            exchange.message_event.set()
            if self._visit is not None:
                self._visit.works()

    def on_response_complete(self) -> None:
        """Go on after a response: with the next request, the refusal that waits, or the client's turn.

        A connection that stays idle is closed by `aerogram.app.http.patience`.
        """
        self.server_state.total_requests += 1
        is_open = not self.transport.is_closing()
        if is_open:
            self.flow.resume_reading()
        if self.pipeline:
            # The end of its response comes here again: until then a refusal waits for its place, and we for nobody.
            if is_open:
                self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self._write_refusal(self._refusal)
        elif self._visit is not None:
            self._visit.waits()

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self._has_length = True
            self._announced = int(value) if value.isdigit() else 0
        elif name == b"transfer-encoding":
            # Blanks only: the parser does not take "chunked" and a tab for chunked.
            self._codings.append(value.strip(b" ").lower())
        elif value.lower() == b"100-continue":
            self.expect_100_continue = True

    def _objection(self) -> tuple[int, str] | None:
        """Return status and sentence if the head is refused."""
        if self.parser.get_method() == b"CONNECT":
            return NO_TUNNELS
        if len(self.headers) > MAX_HEAD_FIELDS:
            return TOO_LARGE
        # The count includes what follows the head in the same piece.
        if self._unproductive > MAX_HEAD_BYTES and self._head_bytes() > MAX_HEAD_BYTES:
            return TOO_LARGE
        if self._codings:
            if self.parser.get_http_version() == "1.0":
                return OLD_VERSION
            if self._codings != [b"chunked"]:
                return UNKNOWN_CODING
        return None

    def _head_bytes(self) -> int:
        line = len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1\r\n\r\n")
        return line + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b\r\n" % field for field in self.headers if field[0] != b"upgrade"]
        return b"".join((*lines, b"\r\n"))

    # Refusals

    def _refuse(self, refusal: tuple[int, str]) -> None:
        """Read nothing more; respond when the requests before this one have their responses."""
        self._refusal = refusal
        cycle: Any = self.cycle
        if cycle is None or (cycle.response_complete and not self._is_in_body):
            self._write_refusal(refusal)
        elif self._is_in_body and self.pipeline and self.pipeline[0][0] is cycle:
            # It has not begun, and never will.
            self.pipeline.popleft()
            self.flow.pause_reading()
        elif self._is_in_body:
            self._break_off(cycle, refusal)
        else:
            self.flow.pause_reading()

    def _break_off(self, cycle: Any, refusal: tuple[int, str]) -> None:
        """End a request whose body cannot be read on."""
        cycle.disconnected = True
        cycle.message_event.set()
        if cycle.response_started:
            # A second response would be taken for that of another request.
            self.transport.close()
        else:
            self._write_refusal(refusal)

    def _write_refusal(self, refusal: tuple[int, str]) -> None:
        self._drained = 0
        self.flow.resume_reading()
        self.transport.write(response(*refusal))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(DRAIN_SECONDS, self.transport.abort)

    def _discard(self, count: int) -> None:
        if self._drained >= 0:
            self._drained += count
            if self._drained > MAX_DRAINED_BYTES:
                self.transport.abort()

"""One TCP connection to a server: the asyncio shell over `ClientSession`.

It reads bytes, feeds the session, passes on its events, writes its output and enforces the timeouts. All
decisions are the session's. It is a Protocol and not a stream, so a mail needs no task or future of its own.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, Final, cast

from aerogram.delivery.outcomes.conclude import (
    failure_of_end,
    outcome_of_answer,
    outcome_of_interruption,
    outcome_of_own_refusal,
)
from aerogram.wire.smtp.client.events import Answered, Ended, Interrupted, TlsDue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.delivery.connections.timeouts import Timeouts
    from aerogram.delivery.outcomes.conclude import HopFailure
    from aerogram.model.outcome import Bounced, Deferred, Delivered
    from aerogram.wire.smtp.client.client import ClientSession
    from aerogram.wire.smtp.client.events import ClientEvent, OutgoingMail, Ready, Stage

    Done = Callable[["Connection", Delivered | Deferred | Bounced, bool], None]
    """Called once for each mail with its outcome. The last argument is true when the connection broke before
    the mail's final dot, so that another connection may try the mail at once."""

_CLOSING: Final = 421
_LARGE_BYTES: Final = 65_536
"""Output up to this size is sent in one write. Larger output is not copied again, and a stall while sending
counts as a timeout, as a late reply does."""


class Connection(asyncio.Protocol):
    """One SMTP session with one server. Call `start` with a mail while `may_start`."""

    def __init__(self, session: ClientSession, host: str, timeouts: Timeouts) -> None:
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._seconds: Mapping[Stage, float] = timeouts.by_stage()
        self._block_seconds = timeouts.data_block
        self._waiting: deque[Done] = deque()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._unsent = 0
        self._turn: asyncio.Future[Ready | TlsDue | HopFailure] = self._loop.create_future()
        self.host = host
        self.tls = ""
        self.on_free: Callable[[Connection], None] = _nobody_waits
        self.failure: HopFailure | None = None
        """Why the connection ended; None while it is open."""
        self.mails_started = 0
        self.last_bytes = 0
        """The size of the mail that was started last."""
        self.was_useful = False
        """The server decided about a mail, instead of only closing the connection."""
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @property
    def may_start(self) -> bool:
        """Tell whether `start` may be called now."""
        return self._session.may_start

    @property
    def takes_eight_bit(self) -> bool:
        """Tell whether the server takes 8-bit mail; known once the opening is done."""
        return self._session.offers_eight_bit

    @property
    def is_busy(self) -> bool:
        """Tell whether a mail is on its way."""
        return bool(self._waiting)

    def start(self, mail: OutgoingMail, done: Done) -> None:
        """Begin to send ``mail``; `flush` writes it. ``done`` is never called before this returns."""
        self.last_bytes = len(mail.data)
        refusal = self._session.start(mail)
        if refusal is not None:
            outcome = outcome_of_own_refusal(refusal, self.host, self.tls)
            self._loop.call_soon(done, self, outcome, False)
            return
        self.mails_started += 1
        self._waiting.append(done)

    async def deliver(self, mail: OutgoingMail) -> Delivered | Deferred | Bounced:
        """Send one mail and return its outcome; the connection can be used again while `may_start`."""
        outcome: asyncio.Future[Delivered | Deferred | Bounced] = self._loop.create_future()
        self.start(mail, lambda _, result, __: outcome.set_result(result))
        self.flush()
        return await outcome

    def quit(self) -> None:
        """Send QUIT and close; only while no mail is on its way."""
        self._session.quit()
        self.flush()

    def abort(self, reason: str) -> None:
        """Close at once. Mails on their way get their outcomes."""
        self._handle(self._session.give_up(reason))
        self._close()

    async def turn(self) -> Ready | TlsDue | HopFailure:
        """Wait until the opening is done, needs TLS, or failed."""
        return await self._turn

    async def start_tls(self, context: ssl.SSLContext, server_name: str, seconds: float) -> None:
        """Do the handshake that a `TlsDue` asked for. Raises OSError (`ssl.SSLError` is one) on failure."""
        self._turn = self._loop.create_future()
        plain = self._transport
        if plain is None:
            raise ConnectionError("the connection was lost")
        encrypted = await self._loop.start_tls(
            plain, self, context, server_hostname=server_name, ssl_handshake_timeout=seconds
        )
        if encrypted is None:
            raise ConnectionError("the connection was lost in the handshake")
        self._transport = encrypted
        self.note_tls()
        self._session.tls_established()
        self.flush()

    def note_tls(self) -> None:
        """Record the TLS version and verification, as ``TLSv1.3 unverified``."""
        if self._transport is None:
            return
        secured = self._transport.get_extra_info("ssl_object")
        if secured is not None:
            verified = secured.context.verify_mode is ssl.CERT_REQUIRED
            self.tls = f"{secured.version()} {'verified' if verified else 'unverified'}"

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the greeting."""
        self._transport = cast("asyncio.Transport", transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Feed the session, pass on its events, and send its output."""
        self._handle(self._session.receive(data))
        self.on_free(self)
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give each mail on its way its outcome."""
        reason = "lost connection" if exc is None else f"lost connection ({exc})"
        self._handle(self._session.give_up(reason))
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.closed.done():
            self.closed.set_result(None)

    def flush(self) -> None:
        """Write the session's output, in one write when it is small."""
        output = self._session.take_output()
        transport = self._transport
        if transport is None:
            return
        if output:
            if len(output) == 1:
                transport.write(output[0])
            elif sum(map(len, output)) <= _LARGE_BYTES:
                transport.write(b"".join(output))
            else:
                transport.writelines(output)
        self._watch()

    def _handle(self, events: list[ClientEvent]) -> None:
        for event in events:
            if isinstance(event, Answered):
                self.was_useful = self.was_useful or event.reply.code != _CLOSING
                outcome = outcome_of_answer(event, self.host, self.tls, offers_dsn=self._session.offers_dsn)
                self._waiting.popleft()(self, outcome, False)
            elif isinstance(event, Interrupted):
                interrupted = outcome_of_interruption(event, self.host, self.tls)
                self._waiting.popleft()(self, interrupted, not event.in_doubt)
            elif isinstance(event, Ended):
                self.failure = failure_of_end(event, self.host, self.tls)
                self._take_turn(self.failure)
                self._close()
            else:
                if isinstance(event, TlsDue) and self._transport is not None:
                    # Nothing more may be read in clear (RFC 3207 §6); the handshake resumes reading.
                    self._transport.pause_reading()
                self._take_turn(event)

    def _take_turn(self, event: Ready | TlsDue | HopFailure) -> None:
        if not self._turn.done():
            self._turn.set_result(event)

    def _close(self) -> None:
        if self._transport is not None:
            # After QUIT nothing is left to send; in all other cases nothing more may be sent.
            self._transport.abort()

    # Time

    def _watch(self) -> None:
        """Set the deadline for what is awaited now. The timer is moved only when it would fire too late."""
        awaited = self._session.awaiting
        if awaited is None:
            self._deadline = 0.0
            return
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        self._unsent = unsent if unsent > _LARGE_BYTES else 0
        seconds = self._block_seconds if self._unsent else self._seconds[awaited]
        self._deadline = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        awaited = self._session.awaiting
        if awaited is None or self._transport is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._on_timer)
        elif self._unsent and self._transport.get_write_buffer_size() < self._unsent:
            # The mail is moving, if slowly; only a stall ends the connection.
            self._watch()
        else:
            self.abort("timed out")


def _nobody_waits(_: Connection) -> None:
    """Do nothing: no destination queue feeds this connection yet."""

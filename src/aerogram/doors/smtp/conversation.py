"""One SMTP connection: socket and timeouts around `aerogram.wire.smtp.server.server.ServerSession`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast

import structlog

from aerogram.doors.smtp.incoming import Incoming
from aerogram.doors.smtp.refusals import NO_MEMORY, recipient_refusal
from aerogram.wire.smtp.replies import AUTHENTICATION_REQUIRED, Reply
from aerogram.wire.smtp.server.events import (
    AuthRequested,
    MailRequested,
    MessageReceived,
    RcptRequested,
)
from aerogram.wire.smtp.server.server import ServerConfig, ServerSession
from aerogram.wire.smtp.server.states import State

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine

    from aerogram.base.in_flight.in_flight import InFlight
    from aerogram.doors.smtp.patience import Patience
    from aerogram.doors.smtp.policy import SmtpPolicy
    from aerogram.doors.smtp.sessions import Sessions
    from aerogram.model.actor import Actor
    from aerogram.net.connections import Visit
    from aerogram.wire.smtp.server.events import Event

SHUTTING_DOWN: Final = Reply(421, "4.3.2", "Service shutting down, try again later")
TOO_MANY: Final = Reply(421, "4.3.2", "Too many connections, try again later")
INTERNAL: Final = Reply(451, "4.3.0", "Internal error, the message was not accepted, try again later")
GIVE_WAY_SECONDS: Final = 1.0
"""How long a client may take to read that it lost its place."""

log = structlog.get_logger(__name__)


class Conversation(asyncio.Protocol):
    """Feeds bytes to the state machine, passes its questions to the policy and sends its replies."""

    def __init__(
        self,
        policy: SmtpPolicy,
        config: ServerConfig,
        config_without_auth: ServerConfig,
        tls: ssl.SSLContext | None,
        sessions: Sessions[Conversation],
        in_flight: InFlight,
    ) -> None:
        self._policy = policy
        self._config = config
        self._config_without_auth = config_without_auth
        self._tls = tls
        self._sessions = sessions
        self._in_flight = in_flight
        self._transport: asyncio.Transport
        self._session: ServerSession
        self._incoming: Incoming
        self._actor: Actor | None
        self._trusted: Actor | None
        self._tasks: set[asyncio.Task[None]] | None = None
        self._owed = 0
        self._is_reading_paused = False
        self._is_writing_paused = False
        self._tls_state = ""
        self._early: list[bytes] = []
        self.peer_ip = ""
        self.visit: Visit | None = None
        self.patience: Patience | None = None
        """Set by the first sweep."""
        self.is_silent = False
        """Set by each sweep; false again after the next bytes of the client."""
        self.drains = 0
        """How often the client has taken all but little of what it left unread."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the greeting."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if peer:
            self.peer_ip = peer[0]
        self._actor = self._trusted = self._policy.trusted(self.peer_ip) if peer else None
        config = self._config if self._trusted is None else self._config_without_auth
        self._session = ServerSession(config, self.peer_ip)
        self._incoming = Incoming(self._in_flight.held_for(self.peer_ip), self._session, self._pump_if_open)
        if not self._sessions.enter(self):
            # Instead of the greeting (RFC 5321 §3.1), which would accept the session.
            self._session.outgoing()
            self._session.close_with(TOO_MANY)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - part of the interface
        """Clean up. A message whose commit is in progress is still accepted."""
        self._sessions.leave(self)
        self._incoming.close()

    def pause_writing(self) -> None:
        """Read nothing more from a client that does not read our replies."""
        self._is_writing_paused = True
        self._flush()

    def resume_writing(self) -> None:
        """Read on: the client has read."""
        self._is_writing_paused = False
        self.drains += 1
        if not self._transport.is_closing():
            self._flush()

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        if self._tls_state:
            # Before the handshake, this is plain text that followed STARTTLS and must be discarded
            # (RFC 3207 §4.2). During the handshake, data is already protected.
            if self._tls_state == "handshake":
                self._early.append(data)
            return
        self.is_silent = False
        self._session.receive(data)
        self._pump()

    def eof_received(self) -> bool:
        """Close after the client closed."""
        return False

    def say_goodbye(self, reply: Reply) -> None:
        """End the session with a 421, unless the reply to a message is pending."""
        if not self.is_busy:
            self._session.close_with(reply)
            self._flush()

    def abort(self) -> None:
        """Abort the connection."""
        self._transport.abort()

    def give_way(self) -> None:
        """End the session at once: another client needs its place."""
        self.say_goodbye(TOO_MANY)
        # Closing would wait for a client that does not read, or does not end TLS.
        asyncio.get_running_loop().call_later(GIVE_WAY_SECONDS, self._transport.abort)

    @property
    def is_trusted(self) -> bool:
        """Return whether the client need not sign in."""
        return self._trusted is not None

    @property
    def unread_bytes(self) -> int:
        """The bytes of replies that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    @property
    def is_sending_data(self) -> bool:
        """Return whether the client is sending a message."""
        return self._session.state is State.DATA

    @property
    def is_busy(self) -> bool:
        """Return whether a command of the client is being processed."""
        return bool(self._tasks) or self._owed > 0

    def _pump(self) -> None:
        """Handle all events that need no waiting; start a task for the others."""
        session = self._session
        while (event := session.next_event()) is not None:
            self._handle(event)
        if session.held_bytes != self._incoming.measured:
            self._incoming.measure()
        self._flush()

    def _pump_if_open(self) -> None:
        if not self._transport.is_closing():
            self._pump()

    def _handle(self, event: Event) -> None:
        if isinstance(event, RcptRequested):
            self._session.answer(recipient_refusal(event.forward_path))
        elif isinstance(event, MailRequested):
            self._mail(event)
        elif isinstance(event, MessageReceived):
            self._message(event)
        elif isinstance(event, AuthRequested):
            self._start(self._login(event))
        else:
            self._tls_state = "asked"
            self._flush()
            self._start(self._start_tls())

    def _mail(self, event: MailRequested) -> None:
        if self._actor is None:
            self._session.answer(AUTHENTICATION_REQUIRED)
        elif not self._incoming.has_room_for(event.params.size):
            self._session.answer(NO_MEMORY)
        elif self._policy.knows_sender(self._actor, event.reverse_path):
            self._session.answer()
        else:
            self._start(self._check_sender(self._actor, event.reverse_path))

    async def _check_sender(self, actor: Actor, reverse_path: str) -> None:
        self._session.answer(await self._policy.check_sender(actor, reverse_path))

    async def _login(self, event: AuthRequested) -> None:
        found = await self._policy.login(event.username, event.password, self.peer_ip)
        if isinstance(found, Reply):
            self._session.answer(found)
            return
        self._actor = found
        self._sessions.signed_in(self)
        self._session.answer()

    def _message(self, event: MessageReceived) -> None:
        if self._actor is None:
            self._session.answer(AUTHENTICATION_REQUIRED)
            return
        self._owed += 1
        if event.ahead or not self._incoming.submitted(len(event.data)):
            self._start(self._submit_whole(self._actor, event))
        else:
            self._policy.submit(self._actor, event, self._session.transcript(), self._message_done)

    async def _submit_whole(self, actor: Actor, event: MessageReceived) -> None:
        whole = await self._incoming.whole(event)
        if isinstance(whole, Reply):
            self._message_done(whole)
        else:
            self._policy.submit(actor, whole, self._session.transcript(), self._message_done)

    def _message_done(self, reply: Reply) -> None:
        self._owed -= 1
        self._incoming.answered()
        self._session.answer(reply)
        self._pump_if_open()

    async def _start_tls(self) -> None:
        if self._tls is None:
            self._transport.close()
            return
        self._tls_state = "handshake"
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(self._transport, self, self._tls, server_side=True)
        except (OSError, TimeoutError, asyncio.CancelledError):
            # The handshake failed, so the session cannot continue.
            transport = None
        if transport is None:
            self._transport.abort()
            # Nobody else calls it: the transport no longer knows this protocol.
            self.connection_lost(None)
            return
        self._transport = transport
        self._actor = self._trusted
        self._session.tls_started()
        self._tls_state = ""
        early, self._early = self._early, []
        for data in early:
            self._session.receive(data)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        if self._tasks is None:
            self._tasks = set()
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("handling an SMTP command failed", peer=self.peer_ip)
            self._session.close_with(INTERNAL)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if self._tasks is not None:
            self._tasks.discard(task)
        self._pump_if_open()

    def _flush(self) -> None:
        session, transport = self._session, self._transport
        # A client that left may have closed the transport before we are told.
        if (output := session.outgoing()) and not transport.is_closing():
            transport.write(output)
        if session.is_listening and not (
            self._is_reading_paused or self._is_writing_paused or self._incoming.writing is not None
        ):
            return
        if session.is_closed:
            transport.close()
        elif not self._tls_state:
            self._pause_or_resume()

    def _pause_or_resume(self) -> None:
        is_paused = (
            self._is_writing_paused or self._incoming.writing is not None or not self._session.wants_read
        )
        if is_paused == self._is_reading_paused:
            return
        self._is_reading_paused = is_paused
        if is_paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

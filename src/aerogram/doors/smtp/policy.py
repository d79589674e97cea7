"""Answer the SMTP session's questions with the services below, as SMTP replies."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import msgspec
import structlog

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.doors.smtp.controls import NO_CONTROLS, read_controls
from aerogram.doors.smtp.guards import SEND
from aerogram.doors.smtp.idempotency import key_of, reused
from aerogram.doors.smtp.refusals import (
    NO_ROOM,
    NOT_NOW,
    errors_of_headers,
    mail_refused,
    may_not_send,
    refused,
)
from aerogram.doors.smtp.request import request_of
from aerogram.identity.gate import may
from aerogram.identity.rate import payer
from aerogram.model.actor import actor_of
from aerogram.model.decision import Refuse
from aerogram.submission.once import KeyReusedError
from aerogram.submission.request import submission_of
from aerogram.wire.errors import MailError
from aerogram.wire.mime.fitting.fit import refuse_unfit
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aerogram.doors.smtp.controls import Controls
    from aerogram.doors.smtp.stored_references import StoredReferences
    from aerogram.doors.smtp.trusted import TrustedClients
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.identity.rate import RateLimiter
    from aerogram.model.actor import Actor
    from aerogram.model.decision import Allow, Hold
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission
    from aerogram.model.request import MailRequest
    from aerogram.submission.accept import Acceptor
    from aerogram.submission.authorize import Authorizer
    from aerogram.wire.mime.reading.scan import Scan
    from aerogram.wire.smtp.server.events import Envelope, MessageReceived

DOOR: Final = "smtp"
"""The name of this door in the message record."""
MAX_HOPS: Final = 25
"""Maximum Received lines of a submitted mail, to detect loops (RFC 5321 §6.3: at least 100 for relays; a
submission has few)."""

AUTH_LOCKED: Final = Reply(421, "4.7.0", "Too many failed logins, try again later")
AUTH_UNAVAILABLE: Final = Reply(454, "4.7.0", "Temporary authentication failure")
RATE_LIMITED: Final = Reply(
    421, "4.7.0", "Service temporarily unavailable, rate limit exceeded, try again later"
)
TOO_MANY_HOPS: Final = Reply(554, "5.4.6", "Too many hops, mail loop detected")

LARGE: Final = 256 * 1024
"""Octets of a mail that is read in a thread: a larger one may take over 20 ms, up to 1.5 s when it is made to, and
all others would wait. One thread reads them all, one after the other: two would only make the event loop wait
longer for the interpreter."""
_P = ParamSpec("_P")
_T = TypeVar("_T")

log = structlog.get_logger(__name__)


class _Read(msgspec.Struct):
    """A mail that was read, and what it asks for."""

    envelope: Envelope
    found: Scan
    controls: Controls
    key: IdempotencyKey | None
    request: MailRequest


class SmtpPolicy:
    """The policy of the SMTP door."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        attempts: LoginAttempts,
        rate: RateLimiter,
        authorizer: Authorizer,
        acceptor: Acceptor,
        trusted: TrustedClients,
        references: StoredReferences,
    ) -> None:
        self._authenticator = authenticator
        self._attempts = attempts
        self._rate = rate
        self._authorizer = authorizer
        self._acceptor = acceptor
        self._trusted = trusted
        self._references = references
        self._tasks: set[asyncio.Task[None]] = set()
        # Its thread starts with the first large mail.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="smtp-reader")

    def trusted(self, peer_ip: str) -> Actor | None:
        """Return the actor of a trusted client; None if it must authenticate."""
        principal = self._trusted.principal(peer_ip)
        return None if principal is None else actor_of(principal, DOOR)

    async def login(self, username: str, password: str, peer_ip: str) -> Actor | Reply:
        """Authenticate a user and password; return the actor or an error reply.

        A domain token is both user and password (compatibility: smtp#mailpace).
        """
        if self._attempts.is_locked(username, peer_ip, only_keys=True):
            return AUTH_LOCKED
        try:
            principal = await self._authenticator.check(username, password)
            if principal is None and username == password:
                principal = await self._authenticator.check_token(password)
            if principal is not None:
                await self._authorizer.remember(principal.account_id)
        except UnavailableError:
            return AUTH_UNAVAILABLE
        if principal is None:
            self._attempts.failed(username, peer_ip, only_keys=True)
            return AUTHENTICATION_FAILED
        self._attempts.succeeded(username, peer_ip, only_keys=True)
        actor = actor_of(principal, DOOR)
        if not may(actor, SEND.area, SEND.level):
            return may_not_send(actor.label)
        return actor

    def knows_sender(self, actor: Actor, reverse_path: str) -> bool:
        """Check MAIL FROM from memory; the From header is checked later."""
        return self._authorizer.knows_reverse_path(actor, reverse_path)

    async def check_sender(self, actor: Actor, reverse_path: str) -> Reply | None:
        """Check MAIL FROM against the store; return the error reply if it is rejected."""
        try:
            decision = await self._authorizer.decide_reverse_path(actor, reverse_path)
        except UnavailableError:
            return NOT_NOW
        return refused(decision, actor) if isinstance(decision, Refuse) else None

    def submit(
        self, actor: Actor, event: MessageReceived, transcript: str, done: Callable[[Reply], None]
    ) -> None:
        """Check a mail and commit it; call ``done`` with the reply to the final dot, now or later."""
        if len(event.data) > LARGE:
            self._start(self._submit_large(actor, event, transcript, done))
            return
        read = _read(actor, event, transcript)
        if isinstance(read, Reply):
            done(read)
            return
        decision = self._decide(read)
        if isinstance(decision, Reply):
            done(decision)
        elif decision is None or read.controls.template:
            self._start(self._look_up_and_send(read, decision, done))
        else:
            self._accept(submission_of(read.request, decision), read.key, done)

    async def _submit_large(
        self, actor: Actor, event: MessageReceived, transcript: str, done: Callable[[Reply], None]
    ) -> None:
        """Do as `submit` does, with the work on the mail in a thread."""
        try:
            read = await self._apart(_read, actor, event, transcript)
            if isinstance(read, Reply):
                done(read)
                return
            decision = self._decide(read)
        except Exception as error:  # noqa: BLE001 - whatever it was, the client waits for a reply
            done(_not_accepted(error))
            return
        if isinstance(decision, Reply):
            done(decision)
        else:
            await self._look_up_and_send(read, decision, done)

    def _decide(self, read: _Read) -> Allow | Hold | Reply | None:
        """Authorise what was read; None when the store must be asked. A refusal is given as its reply."""
        actor = read.request.actor
        decision = self._authorizer.decide_now(read.request)
        if isinstance(decision, Refuse):
            return refused(decision, actor)
        if self._rate.take(payer(actor.account_id, is_sandboxed=actor.is_sandboxed)):
            return RATE_LIMITED
        return decision

    async def _made(self, found: Scan, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Make something of a mail; of a large one, in the thread for it."""
        if len(found.data) <= LARGE:
            return work(*args, **kwargs)
        return await self._apart(work, *args, **kwargs)

    async def _apart(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, partial(work, *args, **kwargs))

    async def _look_up_and_send(
        self, read: _Read, known: Allow | Hold | None, done: Callable[[Reply], None]
    ) -> None:
        """Load from the store the senders that are not cached and the objects that control headers name."""
        request, found, controls = read.request, read.found, read.controls
        actor = request.actor
        try:
            decision = known or await self._authorizer.decide(request)
            errors = errors_of_headers(decision) if isinstance(decision, Refuse) else []
            if errors or controls.template:
                found, controls = await self._references.resolve(actor.account_id, found, controls, errors)
                request = await self._made(
                    found, request_of, actor, read.envelope, found, controls, request.transcript
                )
            if isinstance(decision, Refuse):
                done(refused(decision, actor))
                return
            submission = await self._made(found, submission_of, request, decision)
        except MailError as error:
            done(mail_refused(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the client waits for a reply
            done(_not_accepted(error))
        else:
            self._accept(submission, read.key, done)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _accept(
        self, submission: Submission, key: IdempotencyKey | None, done: Callable[[Reply], None]
    ) -> None:
        try:
            future = self._acceptor.accept((submission,), key)
        except UnavailableError as error:
            done(_not_accepted(error))
            return
        future.add_done_callback(lambda finished: done(_reply_to(finished)))


def _read(actor: Actor, event: MessageReceived, transcript: str) -> _Read | Reply:
    """Read a mail, or give the reply that refuses it."""
    envelope = event.envelope
    try:
        found = scan(event.data, envelope.reverse_path)
        found.require_kept_id()
        refuse_unfit(found.data, found.head_end)
        controls, key = NO_CONTROLS, None
        if found.controls:
            controls = read_controls(found.controls, found.contradicted)
            key = key_of(actor, found.controls, envelope)
    except MailError as error:
        return mail_refused(error)
    if _runs_in_circle(found):
        return TOO_MANY_HOPS
    return _Read(envelope, found, controls, key, request_of(actor, envelope, found, controls, transcript))


def _runs_in_circle(found: Scan) -> bool:
    hops = found.data.count(b"\nReceived:", 0, found.head_end) + found.data.startswith(b"Received:")
    return hops > MAX_HOPS


def _reply_to(finished: asyncio.Future[list[tuple[Accepted, ...]]]) -> Reply:
    """Build the reply to the final dot: acceptance or an error."""
    if finished.cancelled():
        return NOT_NOW
    error = finished.exception()
    if error is None:
        [accepted] = finished.result()
        return Reply(250, "", f"OK queued as {accepted[0].uuid}")
    return _not_accepted(error)


def _not_accepted(error: BaseException) -> Reply:
    if isinstance(error, KeyReusedError):
        return reused(error)
    if isinstance(error, StoreFullError):
        return NO_ROOM
    if not isinstance(error, UnavailableError):
        log.error("accepting a message failed", exc_info=error)
    return NOT_NOW

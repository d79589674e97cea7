"""What an SMTP client may do, asked of the rings below and answered in SMTP replies."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.doors.smtp.controls import NO_CONTROLS, read_controls
from aerogram.doors.smtp.guards import SEND
from aerogram.doors.smtp.idempotency import key_of, reused
from aerogram.doors.smtp.submission import submission_of
from aerogram.identity.gate import may, may_send_from
from aerogram.model.actor import actor_of
from aerogram.submission.once import KeyReusedError
from aerogram.wire.address import is_email
from aerogram.wire.mime.errors import MailError
from aerogram.wire.mime.scan import scan
from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aerogram.doors.smtp.controls import Controls
    from aerogram.doors.smtp.stored import Shelf
    from aerogram.doors.smtp.trusted import TrustedClients
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.identity.rate import RateLimiter
    from aerogram.model.account import Principal
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission
    from aerogram.senders.book import SenderBook
    from aerogram.submission.accept import Acceptor
    from aerogram.wire.mime.scan import Scan
    from aerogram.wire.smtp.events import MessageReceived

MAX_HOPS: Final = 25
"""Received lines that a submitted mail may bear before it is taken for a loop (RFC 5321 §6.3: at least 100
for relays; a submission has passed few)."""

AUTH_LOCKED: Final = Reply(421, "4.7.0", "Too many failed logins, try again later")
AUTH_UNAVAILABLE: Final = Reply(454, "4.7.0", "Temporary authentication failure")
RATE_LIMITED: Final = Reply(
    421, "4.7.0", "Service temporarily unavailable, rate limit exceeded, try again later"
)
NOT_NOW: Final = Reply(451, "4.3.0", "The message was not accepted: temporary problem, try again later")
NO_ROOM: Final = Reply(452, "4.3.1", "Insufficient system storage, try again later")
TOO_MANY_HOPS: Final = Reply(554, "5.4.6", "Too many hops: the mail runs in a circle")

log = structlog.get_logger(__name__)


class SmtpPolicy:
    """The rules of the SMTP door over the services below."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        attempts: LoginAttempts,
        rate: RateLimiter,
        senders: SenderBook,
        acceptor: Acceptor,
        trusted: TrustedClients,
        shelf: Shelf,
    ) -> None:
        self._authenticator = authenticator
        self._attempts = attempts
        self._rate = rate
        self._senders = senders
        self._acceptor = acceptor
        self._trusted = trusted
        self._shelf = shelf
        self._tasks: set[asyncio.Task[None]] = set()

    def trusted(self, peer_ip: str) -> Principal | None:
        """Give the principal of a client that need not log in."""
        return self._trusted.principal(peer_ip)

    async def login(self, username: str, password: str, peer_ip: str) -> Principal | Reply:
        """Give the principal of a pair, or the reply that refuses it.

        A token of a domain is user and password at once (facts: SMTP.md §5).
        """
        if self._attempts.is_locked(username, peer_ip):
            return AUTH_LOCKED
        try:
            principal = await self._authenticator.check(username, password)
            if principal is None and username == password:
                principal = await self._authenticator.check_token(password)
            if principal is not None:
                await self._senders.confirm(principal.account_id, "")
        except UnavailableError:
            return AUTH_UNAVAILABLE
        if principal is None:
            self._attempts.failed(username, peer_ip)
            return AUTHENTICATION_FAILED
        self._attempts.succeeded(username, peer_ip)
        if not may(actor_of(principal, "smtp"), SEND.area, SEND.level):
            return Reply(550, "5.7.1", f"{principal.label} may not send mail")
        return principal

    def knows_sender(self, principal: Principal, reverse_path: str) -> bool:
        """Tell from memory whether MAIL FROM may pass; the From header decides finally."""
        if not reverse_path:
            return True
        return may_send_from(principal, reverse_path) and (
            self._senders.allows(principal.account_id, reverse_path)
            or self._senders.knows_domain(principal.account_id, reverse_path)
        )

    async def check_sender(self, principal: Principal, reverse_path: str) -> Reply | None:
        """Ask the store whether MAIL FROM may pass; give the reply that refuses it."""
        if not may_send_from(principal, reverse_path):
            return domain_refused(reverse_path, principal.domain)
        try:
            if await self._senders.confirm(principal.account_id, reverse_path):
                return None
        except UnavailableError:
            return NOT_NOW
        return None if self.knows_sender(principal, reverse_path) else sender_refused(reverse_path)

    def submit(
        self, principal: Principal, event: MessageReceived, transcript: str, done: Callable[[Reply], None]
    ) -> None:
        """Check a mail and make it durable; ``done`` gets the reply to its final dot, now or later."""
        try:
            found = scan(event.data)
            controls, key = NO_CONTROLS, None
            if found.controls:
                controls = read_controls(found.controls, found.contradicted)
                key = key_of(principal.account_id, found.controls, event.envelope)
        except MailError as error:
            done(mail_refused(error))
            return
        refusal = _refusal(principal, found)
        if refusal is None and self._rate.take(principal.account_id):
            refusal = RATE_LIMITED
        if refusal is not None:
            done(refusal)
        elif controls.names_something:
            self._start(self._look_up_and_send(principal, event, found, controls, transcript, key, done))
        else:
            submission = submission_of(principal, event.envelope, found, controls, transcript)
            self._send(found, submission, key, done)

    async def _look_up_and_send(
        self,
        principal: Principal,
        event: MessageReceived,
        found: Scan,
        controls: Controls,
        transcript: str,
        key: IdempotencyKey | None,
        done: Callable[[Reply], None],
    ) -> None:
        """Ask the store about what the control headers name."""
        try:
            found, controls = await self._shelf.resolve(principal.account_id, found, controls)
            submission = submission_of(principal, event.envelope, found, controls, transcript)
        except MailError as error:
            done(mail_refused(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the client waits for a reply
            done(_not_accepted(error))
        else:
            self._send(found, submission, key, done)

    def _send(
        self, found: Scan, submission: Submission, key: IdempotencyKey | None, done: Callable[[Reply], None]
    ) -> None:
        """Let a mail pass whose authors are senders of the account."""
        account_id = submission.account_id
        if all(self._senders.allows(account_id, mailbox.email) for mailbox in found.from_mailboxes):
            self._accept(submission, key, done)
        else:
            emails = [mailbox.email for mailbox in found.from_mailboxes]
            self._start(self._confirm_and_accept(emails, submission, key, done))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _confirm_and_accept(
        self,
        emails: list[str],
        submission: Submission,
        key: IdempotencyKey | None,
        done: Callable[[Reply], None],
    ) -> None:
        """Ask the store about senders that memory does not know."""
        try:
            for email in emails:
                if not await self._senders.confirm(submission.account_id, email):
                    done(sender_refused(email))
                    return
        except UnavailableError:
            done(NOT_NOW)
            return
        self._accept(submission, key, done)

    def _accept(
        self, submission: Submission, key: IdempotencyKey | None, done: Callable[[Reply], None]
    ) -> None:
        try:
            future = self._acceptor.accept((submission,), key)
        except UnavailableError as error:
            done(_not_accepted(error))
            return
        future.add_done_callback(lambda finished: done(_reply_to(finished)))


def _refusal(principal: Principal, found: Scan) -> Reply | None:
    """Give the reply to a mail that runs in a circle, or that a token of another domain brings."""
    hops = found.data.count(b"\nReceived:", 0, found.head_end) + found.data.startswith(b"Received:")
    if hops > MAX_HOPS:
        return TOO_MANY_HOPS
    if principal.domain:
        for mailbox in found.from_mailboxes:
            if not may_send_from(principal, mailbox.email):
                return domain_refused(mailbox.email, principal.domain)
    return None


def _reply_to(finished: asyncio.Future[list[tuple[Accepted, ...]]]) -> Reply:
    """Give the reply to the final dot: the promise, or why there is none."""
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
        log.error("a message could not be accepted", exc_info=error)
    return NOT_NOW


def recipient_refusal(path: str) -> Reply | None:
    """Give the reply to an address that no mail can be sent to, such as one with an address literal."""
    if is_email(path):
        return None
    return Reply(553, "5.1.3", f"<{path}>: Recipient address rejected: not an email address")


def mail_refused(error: MailError) -> Reply:
    """Say what is wrong with a mail, a line for each mistake."""
    return Reply(error.code, error.enhanced, str(error))


def domain_refused(address: str, domain: str) -> Reply:
    """Say that a token of a domain may not send from an address."""
    return Reply(550, "5.7.1", f"<{address}>: Sender address rejected: this token sends from {domain} only")


def sender_refused(address: str) -> Reply:
    """Say that an account may not send from an address."""
    return Reply(550, "5.7.1", f"<{address}>: Sender address rejected: Sender not allowed")

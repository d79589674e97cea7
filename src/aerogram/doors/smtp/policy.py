"""What an SMTP client may do, asked of the rings below and answered in SMTP replies."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.doors.smtp.idempotency import key_of, reused
from aerogram.identity.gate import may
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.model.message import Accepted, ContentKind, Rank, Recipient, Submission
from aerogram.submission.once import KeyReusedError
from aerogram.wire.address import is_email
from aerogram.wire.mime.errors import MailError
from aerogram.wire.mime.scan import Scan, scan
from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.identity.rate import RateLimiter
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.senders.book import SenderBook
    from aerogram.submission.accept import Acceptor
    from aerogram.wire.smtp.events import Envelope, MessageReceived

AREA: Final = Area.SEND
LEVEL: Final = Level.FULL
"""Mail reaches real people and cannot be called back, so it needs the whole permission."""
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
        trusted_networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network],
        trusted_account_id: int,
    ) -> None:
        self._authenticator = authenticator
        self._attempts = attempts
        self._rate = rate
        self._senders = senders
        self._acceptor = acceptor
        self._networks = tuple(trusted_networks)
        self._trusted_account_id = trusted_account_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._principal_of = functools.lru_cache(maxsize=4096)(self._find_trusted)

    def trusted(self, peer_ip: str) -> Principal | None:
        """Give the principal of a client in ``trusted_networks``."""
        return self._principal_of(peer_ip) if self._networks else None

    def _find_trusted(self, peer_ip: str) -> Principal | None:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(peer_ip)
        address = getattr(address, "ipv4_mapped", None) or address
        if any(address in network for network in self._networks):
            return Principal(
                account_id=self._trusted_account_id,
                kind=CredentialKind.TRUSTED_NETWORK,
                label=f"trusted client {peer_ip}",
            )
        return None

    async def login(self, username: str, password: str, peer_ip: str) -> Principal | Reply:
        """Give the principal of a pair, or the reply that refuses it."""
        if self._attempts.is_locked(username, peer_ip):
            return AUTH_LOCKED
        try:
            principal = await self._authenticator.check(username, password)
            if principal is not None:
                await self._senders.confirm(principal.account_id, "")
        except UnavailableError:
            return AUTH_UNAVAILABLE
        if principal is None:
            self._attempts.failed(username, peer_ip)
            return AUTHENTICATION_FAILED
        self._attempts.succeeded(username, peer_ip)
        if not may(principal, AREA, LEVEL):
            return Reply(550, "5.7.1", f"{principal.label} may not send mail")
        return principal

    def knows_sender(self, principal: Principal, reverse_path: str) -> bool:
        """Tell from memory whether MAIL FROM may pass; the From header decides finally."""
        return (
            not reverse_path
            or self._senders.allows(principal.account_id, reverse_path)
            or self._senders.knows_domain(principal.account_id, reverse_path)
        )

    async def check_sender(self, principal: Principal, reverse_path: str) -> Reply | None:
        """Ask the store whether MAIL FROM may pass; give the reply that refuses it."""
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
        except MailError as error:
            done(Reply(error.code, error.enhanced, str(error)))
            return
        hops = event.data.count(b"\nReceived:", 0, found.head_end) + event.data.startswith(b"Received:")
        if hops > MAX_HOPS:
            done(TOO_MANY_HOPS)
            return
        account_id, envelope = principal.account_id, event.envelope
        key = None
        if found.controls:
            paths = [recipient.path for recipient in envelope.recipients]
            key = key_of(account_id, found.controls, envelope.reverse_path, paths)
        if isinstance(key, Reply):
            done(key)
            return
        if self._rate.take(account_id):
            done(RATE_LIMITED)
            return
        submission = _submission(account_id, envelope, event.data, found, transcript)
        if all(self._senders.allows(account_id, mailbox.email) for mailbox in found.from_mailboxes):
            self._accept(submission, key, done)
        else:
            emails = [mailbox.email for mailbox in found.from_mailboxes]
            confirming = self._confirm_and_accept(emails, submission, key, done)
            task = asyncio.get_running_loop().create_task(confirming)
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


def sender_refused(address: str) -> Reply:
    """Say that an account may not send from an address."""
    return Reply(550, "5.7.1", f"<{address}>: Sender address rejected: Sender not allowed")


def _submission(account_id: int, envelope: Envelope, data: bytes, found: Scan, transcript: str) -> Submission:
    recipients = {recipient.path: recipient for recipient in envelope.recipients}
    shape = found.shape
    return Submission(
        account_id=account_id,
        door="smtp",
        envelope_from=envelope.reverse_path,
        recipients=tuple(
            Recipient(path, notify=recipient.notify, orcpt=recipient.orcpt)
            for path, recipient in recipients.items()
        ),
        kind=ContentKind.MIME,
        body=data,
        from_email=found.from_email,
        subject=found.subject,
        custom_id=found.custom_id,
        event_payload=found.event_payload,
        campaign=found.campaign,
        rank=Rank.HIGH,
        has_text=shape.has_text,
        has_html=shape.has_html,
        attachment_count=shape.attachment_count,
        smtputf8=envelope.smtputf8,
        dsn_ret=envelope.dsn_ret,
        dsn_envid=envelope.dsn_envid,
        transcript=transcript,
    )

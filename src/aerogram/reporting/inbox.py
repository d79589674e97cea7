"""The capture inbox: mail that is kept for developers to inspect instead of being sent.

It also lists mail that did not get that far, because it was blocked, bounced or held, with the reason. Such mail is
shown as the sender wrote it, since nobody composed it.

A *scope* is the actors of a visitor, one for each account whose mail they may see. The operator of this machine
sees the mail of all accounts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.base.ids import MAX_ID
from aerogram.model.actor import EVERY_ACCOUNT, Actor
from aerogram.model.event import EventKind, Verdict
from aerogram.model.message import ContentKind, MessageState
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.reporting.timeline import Happening, Logged, accepted, described
from aerogram.store.records import sandbox
from aerogram.store.records.messages import captured
from aerogram.wire.errors import MailError
from aerogram.wire.mime.parts import Parts
from aerogram.wire.mime.writing.build import build

if TYPE_CHECKING:
    from aerogram.store.sql import Database, Unit

Scope = tuple[Actor, ...]
Admit = Callable[[int], Awaitable[None]]
"""Waits until a mail of this size in bytes may be loaded, or raises `UnavailableError`."""
_decode_parts: Final = msgspec.json.Decoder(Parts).decode

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 1_000
CAPTURED: Final = "captured"
SPAM: Final = "spam"
STATES: Final = {
    int(MessageState.SENT): CAPTURED,
    captured.REPORTED_AS_SPAM: SPAM,
    int(MessageState.BLOCKED): "blocked",
    int(MessageState.BOUNCED): "bounced",
    int(MessageState.HELD): "held",
    int(MessageState.CANCELLED): "cancelled",
    int(MessageState.QUEUED): "waiting",
}
"""The words of the inbox for the states of its mail. ``waiting`` was held and released."""
ARRIVED: Final = (CAPTURED, SPAM)
NOT_COMPOSED: Final = "This is the mail as the sender wrote it: it was not composed, merged or signed."
_NOT_SENT: Final = "not-sent.invalid"
_COMPLAINED: Final = "The recipient reported it as spam."
_CODES: Final = {name: code for code, name in STATES.items()}


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Filters on mail: each text must be contained, ignoring ASCII case; "" matches everything.

    ``query`` searches sender, recipient and subject. Ids lie strictly between ``after`` and ``before``. ``states``
    are words of `STATES`; none means all.
    """

    to: str = ""
    sender: str = ""
    subject: str = ""
    query: str = ""
    after: int = 0
    before: int = MAX_ID
    states: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A captured mail as a row of the list. ``size`` is in bytes; ``at_ms`` is the capture time."""

    id: int
    account_id: int
    sender: str
    recipient: str
    subject: str
    at_ms: int
    size: int
    attachment_count: int = 0
    state: str = CAPTURED
    """A word of `STATES`."""
    error: str = ""
    """Mailjet's word for the failure; "" for none."""
    reason: str = ""
    """Why it did not arrive, in words of the server, the template engine or Aerogram; "" when it arrived."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A captured mail with all its data. ``mime`` is what would have been sent.

    Without ``is_composed`` it is what the sender submitted.
    """

    listed: Listed
    uuid: str
    reverse_path: str
    mime: bytes
    timeline: tuple[Happening, ...]
    """Oldest first; the first one is the acceptance."""
    is_composed: bool = True


class Inbox(Protocol):
    """The interface of the capture inbox."""

    async def newest(self, scope: Scope, search: Search, limit: int) -> list[Listed]:
        """List at most ``limit`` matching mails, newest first."""
        ...

    async def newest_event(self) -> int:
        """Return a number that changes when a mail is captured, or anything else happens to a message."""
        ...

    async def open(self, scope: Scope, message_id: int, admit: Admit | None = None) -> Opened:
        """Return one mail. Raises `NotFoundError` if the scope does not have it, and what ``admit`` raises."""
        ...

    async def discard(self, scope: Scope, message_id: int) -> None:
        """Delete the captured copy of one mail; its history stays. Raises `NotFoundError` like `open`.

        A caller in the sandbox deletes only mail of sandbox keys: raises `ForbiddenError`.
        """
        ...

    async def clear(self, scope: Scope) -> None:
        """Delete the captured copies of the whole scope; their history stays.

        A caller in the sandbox deletes only those of mail of sandbox keys.
        """
        ...


def accounts_of(scope: Scope) -> frozenset[int] | None:
    """Return the account ids of a scope; None for all."""
    accounts = frozenset(actor.account_id for actor in scope)
    return None if EVERY_ACCOUNT in accounts else accounts


def _is_sandboxed(scope: Scope) -> bool:
    return any(actor.is_sandboxed for actor in scope)


class Bodies(Protocol):
    """The store of large bodies (`aerogram.store.blobs`)."""

    async def get(self, digest: str) -> bytes:
        """Read a body by SHA-256. Raises `NotFoundError`."""
        ...


class StoredInbox:
    """`Inbox`, backed by the store."""

    def __init__(self, database: Database, bodies: Bodies) -> None:
        self._database = database
        self._bodies = bodies

    async def newest(self, scope: Scope, search: Search, limit: int) -> list[Listed]:
        """See `Inbox.newest`."""
        wanted = captured.Wanted(
            query=search.query,
            sender=search.sender,
            recipient=search.to,
            subject=search.subject,
            after=search.after,
            before=search.before,
            states=tuple(_CODES[name] for name in search.states) or captured.STATES,
        )
        accounts = accounts_of(scope)
        rows = await self._database.read(lambda: captured.newest(accounts, wanted, limit))
        return [_listed(row) for row in rows]

    async def newest_event(self) -> int:
        """See `Inbox.newest_event`."""
        return await self._database.read(captured.newest_event)

    async def open(self, scope: Scope, message_id: int, admit: Admit | None = None) -> Opened:
        """See `Inbox.open`."""
        accounts = accounts_of(scope)
        found = await self._database.read(lambda: captured.find(accounts, message_id))
        if found is None:
            raise _unknown(message_id)
        listed = _listed(found.listed)
        if admit is not None:
            await admit(listed.size)
        mime = await self._bodies.get(found.blob) if found.blob else found.body or b""
        if not found.has_copy and found.kind == ContentKind.PARTS:
            mime = await asyncio.to_thread(_built, mime, found.uuid, found.accepted_ms)
        first = accepted(found.door, found.accepted_ms, found.transcript)
        return Opened(
            listed=listed,
            uuid=found.uuid,
            reverse_path=found.reverse_path,
            mime=mime,
            timeline=(first, *map(_happening, found.events)),
            is_composed=found.has_copy,
        )

    async def discard(self, scope: Scope, message_id: int) -> None:
        """See `Inbox.discard`."""
        accounts = accounts_of(scope)

        def unit() -> Unit[bool]:
            if _is_sandboxed(scope) and not (yield from captured.sandboxed(accounts, message_id)):
                if (yield from captured.find(accounts, message_id)):
                    raise sandbox.outside_of_sandbox()
                return False
            return (yield from captured.discard(accounts, message_id))

        if not await self._database.write(unit):
            raise _unknown(message_id)

    async def clear(self, scope: Scope) -> None:
        """See `Inbox.clear`."""
        accounts = accounts_of(scope)

        def unit() -> Unit[None]:
            if _is_sandboxed(scope):
                yield from captured.drop((yield from captured.sandboxed(accounts)))
            else:
                yield from captured.clear(accounts)

        await self._database.write(unit)


def _unknown(message_id: int) -> NotFoundError:
    return NotFoundError(f"There is no message {message_id} in the inbox.")


def _listed(row: captured.ListedRow) -> Listed:
    (
        message_id, account_id, sender, recipient, subject, at_ms, size, attachment_count, state, failure, reply
    ) = row  # fmt: skip
    name = STATES[state]
    reason = _COMPLAINED if name == SPAM else "" if name == CAPTURED else reply
    return Listed(
        id=message_id,
        account_id=account_id,
        sender=sender,
        recipient=recipient,
        subject=subject,
        at_ms=at_ms,
        size=size,
        attachment_count=attachment_count,
        state=name,
        error=RELATED_TO[FailureState(failure)][1],
        reason=reason,
    )


def _built(parts: bytes, uuid: str, date_ms: int) -> bytes:
    """Write the mail of a REST door as MIME, without merging it; b"" for what no MIME can hold."""
    try:
        return build(
            _decode_parts(parts),
            message_id=f"{uuid}@{_NOT_SENT}",
            date_ms=date_ms,
            boundary_seed=uuid.encode(),
        )
    except (MailError, msgspec.MsgspecError, UnicodeError):
        return b""


def _happening(row: captured.EventRow) -> Happening:
    kind, at_ms, failure, is_hard, reply, host, tls, transcript, agent, url, geo, verdict = row
    event = Logged(
        kind=EventKind(kind),
        at_ms=at_ms,
        failure=FailureState(failure),
        is_hard=bool(is_hard),
        reply=reply,
        host=host,
        tls=tls,
        transcript=transcript,
        agent=agent,
        url=url,
        geo=geo,
        verdict=Verdict(verdict),
    )
    return described(event)

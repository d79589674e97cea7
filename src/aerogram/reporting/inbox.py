"""The capture inbox: mail that is kept for developers to inspect instead of being sent.

A *scope* is the actors of a visitor, one for each account whose mail they may see. The operator of this machine
sees the mail of all accounts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.base.ids import MAX_ID
from aerogram.model.actor import EVERY_ACCOUNT, Actor
from aerogram.model.event import EventKind, Verdict
from aerogram.model.outcome import FailureState
from aerogram.reporting.timeline import Happening, Logged, accepted, described
from aerogram.store.records import sandbox
from aerogram.store.records.messages import captured

if TYPE_CHECKING:
    from aerogram.store.sql import Database, Unit

Scope = tuple[Actor, ...]
Admit = Callable[[int], Awaitable[None]]
"""Waits until a mail of this size in bytes may be loaded, or raises `UnavailableError`."""

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 1_000


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Filters on mail: each text must be contained, ignoring ASCII case; "" matches everything.

    ``query`` searches sender, recipient and subject. Ids lie strictly between ``after`` and ``before``.
    """

    to: str = ""
    sender: str = ""
    subject: str = ""
    query: str = ""
    after: int = 0
    before: int = MAX_ID


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


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A captured mail with all its data. ``mime`` is what would have been sent."""

    listed: Listed
    uuid: str
    reverse_path: str
    mime: bytes
    timeline: tuple[Happening, ...]
    """Oldest first; the first one is the acceptance."""


class Inbox(Protocol):
    """The interface of the capture inbox."""

    async def newest(self, scope: Scope, search: Search, limit: int) -> list[Listed]:
        """List at most ``limit`` matching mails, newest first."""
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
        )
        accounts = accounts_of(scope)
        rows = await self._database.read(lambda: captured.newest(accounts, wanted, limit))
        return [_listed(row) for row in rows]

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
        first = accepted(found.door, found.accepted_ms, found.transcript)
        return Opened(
            listed=listed,
            uuid=found.uuid,
            reverse_path=found.reverse_path,
            mime=mime,
            timeline=(first, *map(_happening, found.events)),
        )

    async def discard(self, scope: Scope, message_id: int) -> None:
        """See `Inbox.discard`."""
        accounts = accounts_of(scope)

        def unit() -> Unit[bool]:
            if _is_sandboxed(scope) and message_id not in (yield from captured.sandboxed(accounts)):
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
    message_id, account_id, sender, recipient, subject, at_ms, size, attachment_count = row
    return Listed(
        id=message_id,
        account_id=account_id,
        sender=sender,
        recipient=recipient,
        subject=subject,
        at_ms=at_ms,
        size=size,
        attachment_count=attachment_count,
    )


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

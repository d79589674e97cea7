"""Claims letters, renews their leases, and returns them to the queue.

A lease lasts `LEASE_MS`, and its holder renews it `RENEWALS` times in that time. A worker that dies or sleeps
loses its leases, and any worker may claim the messages. A worker that wakes too late finds its lease gone
(see `aerogram.store.records.messages.outcomes.record`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.base.errors import UnavailableError
from aerogram.model.message import ContentKind, Letter
from aerogram.model.send_options import PLAIN, unpacked, unpacked_personal
from aerogram.store.records.messages import claims
from aerogram.store.records.messages import queue as records
from aerogram.wire.address import suppression_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.send_options import SendOptions
    from aerogram.store.sql import Database, Row, Rows, Unit

LEASE_MS: Final = 45 * SECOND
"""A dead worker's messages are due again after this; the promise is within 60 s."""
RENEWALS: Final = 3
"""How often a lease is renewed during its lifetime."""

_LETTER_NAMES: Final = [column.name for column in claims.LETTER_COLUMNS]
_ACCOUNT_ID: Final = _LETTER_NAMES.index("account_id")
_CONTENT_ID: Final = _LETTER_NAMES.index("content_id")
_RECIPIENT: Final = _LETTER_NAMES.index("recipient")
_CAMPAIGN: Final = -2
"""Where a content's row has its campaign; the send options come last."""


class Leases:
    """The queue, as one worker uses it."""

    def __init__(
        self, database: Database, ids: IdGenerator, clock: Clock, *, lease_ms: int = LEASE_MS
    ) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock
        self._lease_ms = lease_ms
        self._held: dict[int, int] = {}
        self._place = claims.START
        self._returning: list[tuple[list[tuple[int, int]], int]] = []
        """What the store could not take back when it was unavailable, each with its ``due_ms``."""

    @property
    def held(self) -> int:
        """How many letters this worker holds."""
        return len(self._held)

    @property
    def renew_seconds(self) -> float:
        """How long to wait between two calls of `renew`."""
        return self._lease_ms / SECOND / RENEWALS

    async def claim(self, most: int) -> list[Letter]:
        """Lease up to ``most`` due messages, by rank, fairly among accounts, oldest first.

        A message that this worker already holds is not returned again, even when a clock jump made it due.
        """
        # First: a claim would take what expired for the letters of a worker that died.
        await self._return()
        now = self._clock.now_ms()
        lease = self._ids.next_id()
        held = dict(self._held)
        place = self._place
        found = await self._database.write(
            lambda: _claim(now, now + self._lease_ms, lease, most, held, place)
        )
        self._place = found.place
        letters = [_letter(row, found, lease) for row in found.messages]
        for letter in letters:
            self._held[letter.message_id] = lease
        return letters

    async def renew(self) -> None:
        """Renew all leases that this worker holds, and return what could not be returned before."""
        await self._return()
        held = list(self._held.items())
        if held:
            until = self._clock.now_ms() + self._lease_ms
            await self._database.write(lambda: claims.renew(held, until))

    async def release(self) -> None:
        """Return all unattempted letters to the queue, so that others may take them at once."""
        await self._give_back(list(self._held.items()))

    async def give_back(self, letters: Collection[Letter], after_ms: int = 0) -> None:
        """Return some letters, due after a delay.

        Raises `UnavailableError`; then they are returned with the next claim or renewal.
        """
        await self._give_back([(letter.message_id, letter.lease) for letter in letters], after_ms)

    async def _give_back(self, held: list[tuple[int, int]], after_ms: int = 0) -> None:
        for message_id, lease in held:
            self._forget(message_id, lease)
        if held:
            self._returning.append((held, self._clock.now_ms() + after_ms))
            await self._return()

    async def _return(self) -> None:
        while self._returning:
            held, due_ms = self._returning.pop()
            try:
                await self._database.write(lambda held=held, due_ms=due_ms: records.release(held, due_ms))  # type: ignore[misc]
            except UnavailableError:
                self._returning.append((held, due_ms))
                raise

    def forget(self, letter: Letter) -> None:
        """Stop renewing a letter's lease: its outcome is recorded, or the lease was lost."""
        self._forget(letter.message_id, letter.lease)

    def _forget(self, message_id: int, lease: int) -> None:
        # Under a newer lease it is held again, as another letter.
        if self._held.get(message_id) == lease:
            del self._held[message_id]


class _Claimed:
    """The rows that one claim read. ``suppressed`` and ``unsubscribed`` are by account and address."""

    __slots__ = (
        "contents",
        "firsts",
        "messages",
        "place",
        "send_options_by_message",
        "suppressed",
        "unsubscribed",
    )

    def __init__(self, messages: Rows, place: claims.Place) -> None:
        self.messages = messages
        self.place = place
        self.contents: dict[int, Row] = {}
        self.send_options_by_message: dict[int, SendOptions] = {}
        """Only of contents that have send options."""
        self.suppressed: dict[tuple[int, str], str] = {}
        self.unsubscribed: set[tuple[int, str]] = set()
        self.firsts: set[int] = set()


def _claim(
    now: int, until: int, lease: int, most: int, held: Mapping[int, int], place: claims.Place
) -> Unit[_Claimed]:
    """Claim messages and read what they need, in one transaction."""
    found = _Claimed(*(yield from claims.claim(now, until, lease, most, held, place)))
    if not found.messages:
        return found
    rows = yield from records.contents({row[_CONTENT_ID] for row in found.messages})
    found.contents = {row[0]: row for row in rows}
    addresses = {suppression_key(row[_RECIPIENT]) for row in found.messages}
    found.suppressed = yield from records.suppressed(addresses, now)
    found.send_options_by_message = {row[0]: unpacked(row[-1]) for row in rows if row[-1]}
    send_options_by_message = found.send_options_by_message.values()
    if any(each.is_bulk for each in send_options_by_message):
        found.unsubscribed = yield from records.unsubscribed(addresses)
    if any(each.deduplicates for each in send_options_by_message):
        accounts = {row[_ACCOUNT_ID] for row in found.messages}
        campaigns = {row[_CAMPAIGN] for row in rows}
        found.firsts = yield from records.firsts_of_campaigns(accounts, campaigns, addresses)
    return found


def _letter(row: Row, found: _Claimed, lease: int) -> Letter:
    (
        message_id,
        uuid,
        account_id,
        content_id,
        recipient,
        attempts,
        reclaims,
        old_lease,
        created,
        notify,
        orcpt,
        personal,
    ) = row
    content = found.contents[content_id]
    _, kind, body, blob, reverse_path, from_email, smtputf8, dsn_ret, dsn_envid, subject, campaign, _ = (
        content
    )
    send_options = found.send_options_by_message.get(content_id, PLAIN)
    place = (account_id, suppression_key(recipient)) if found.suppressed or send_options.is_bulk else None
    return Letter(
        message_id=message_id,
        uuid=uuid,
        account_id=account_id,
        content_id=content_id,
        lease=lease,
        recipient=recipient,
        attempts=attempts,
        reclaims=reclaims + (old_lease != 0),
        accepted_ms=created,
        kind=ContentKind(kind),
        body=body or b"",
        blob=blob or "",
        reverse_path=reverse_path,
        from_email=from_email,
        smtputf8=bool(smtputf8),
        suppressed=found.suppressed.get(place, "") if place else "",
        has_unsubscribed=send_options.is_bulk and place in found.unsubscribed,
        is_duplicate=send_options.deduplicates and message_id not in found.firsts,
        notify=notify,
        orcpt=orcpt,
        dsn_ret=dsn_ret,
        dsn_envid=dsn_envid,
        campaign=campaign,
        subject=subject,
        send_options=send_options,
        personal=unpacked_personal(personal),
    )

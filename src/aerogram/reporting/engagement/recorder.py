"""Record engagement in natural batches: concurrent events share a commit."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.base.clock import SECOND
from aerogram.base.errors import UnavailableError
from aerogram.base.gathering import Gatherer
from aerogram.model.message import MessageState
from aerogram.model.send_options import is_sandboxed
from aerogram.reporting.engagement.verdict import verdict_of
from aerogram.store.records.messages import engagements as records
from aerogram.wire.address import suppression_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.base.clock import Clock
    from aerogram.model.event import EventKind
    from aerogram.reporting.engagement.geo import Countries
    from aerogram.store.records.messages.engagements import Addressee, Engaged
    from aerogram.store.sql import Database, Unit

MAX_BATCH: Final = 500
MAX_HELD: Final = 10_000
"""Opens and clicks that may wait while the store is unavailable; further ones are dropped."""
PAUSE_SECONDS: Final = 1.0
MAX_AGENT_CHARS: Final = 512
"""User agents are truncated to this length; real ones are shorter, and the log is kept for long."""
MAX_IP_CHARS: Final = 64
"""Longer than any address; a proxy may send any text as its client."""

log = structlog.get_logger(__name__)


class Engagement(msgspec.Struct, frozen=True, kw_only=True):
    """One action of a recipient on a message.

    ``kind`` is OPEN, CLICK, UNSUB or SPAM. ``agent`` is the user agent, or the feedback loop of a
    complaint; ``headers`` those of `verdict.HINT_HEADERS`.
    """

    kind: EventKind
    message_id: int
    agent: str = ""
    ip: str = ""
    url: str = ""
    headers: Mapping[str, str] = {}


class _Happened(msgspec.Struct, frozen=True):
    """An engagement with its time, which stays the same across retries."""

    engagement: Engagement
    at_ms: int
    is_repeated: bool = False
    """An earlier commit was tried, with unknown result."""


class UnsubscribePageData(msgspec.Struct, frozen=True, kw_only=True):
    """The data of the unsubscribe page."""

    recipient: str
    sender: str
    is_unsubscribed: bool


class Engagements:
    """Records engagement. Calls ``on_recorded`` with the kinds of each batch after its commit."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        countries: Countries,
        on_recorded: Callable[[list[EventKind]], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._countries = countries
        self._on_recorded = on_recorded
        self._gatherer: Gatherer[_Happened, bool] = Gatherer(self._write, MAX_BATCH)
        # Apart from those above, whose callers want to know at once that the store is away.
        self._noting: Gatherer[_Happened, bool] = Gatherer(self._insist, MAX_BATCH)
        self._is_away = False
        self._is_ending = False

    def record(self, engagement: Engagement) -> asyncio.Future[bool]:
        """Write it with the next commit; return whether it was new.

        False for a message that does not exist, or a recipient who unsubscribed before. Raises
        `UnavailableError` if the store is not available.
        """
        return self._gatherer.submit(self._happened(engagement))

    def note(self, engagement: Engagement) -> asyncio.Future[bool]:
        """Write it with the next commit, again and again while the store is unavailable; return whether it was new.

        False also for one that is dropped: when too many wait, or at the end.
        """
        if self._is_away and self._noting.waiting >= MAX_HELD:
            log.warning("engagement dropped", kind=engagement.kind.name, error="too many wait for the store")
            dropped: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            dropped.set_result(False)
            return dropped
        return self._noting.submit(self._happened(engagement))

    async def unsubscribe_page_data(self, message_id: int) -> UnsubscribePageData | None:
        """Return the data of the unsubscribe page for a message; None if it does not exist."""

        def unit() -> Unit[UnsubscribePageData | None]:
            found = yield from records.subscriber(message_id)
            if found is None:
                return None
            is_out = yield from records.is_unsubscribed(found.account_id, suppression_key(found.recipient))
            return UnsubscribePageData(recipient=found.recipient, sender=found.sender, is_unsubscribed=is_out)

        return await self._database.read(unit)

    async def subscribe_again(self, message_id: int) -> bool:
        """Undo the unsubscription of a message's recipient; return whether there was one."""

        def unit() -> Unit[bool]:
            found = yield from records.subscriber(message_id)
            if found is None or is_sandboxed(found.send_options):
                return False
            return (yield from records.subscribe(found.account_id, suppression_key(found.recipient)))

        return await self._database.write(unit)

    async def drain(self, seconds: float) -> None:
        """Record what was accepted, then stop; do not wait for an unavailable store."""
        self._is_ending = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._noting.drain()
                await self._gatherer.drain()

    def _happened(self, engagement: Engagement) -> _Happened:
        return _Happened(engagement, self._clock.now_ms())

    async def _insist(self, batch: list[_Happened]) -> list[bool]:
        while True:
            try:
                news = await self._write(batch)
            except UnavailableError as error:
                self._is_away = True
                if self._is_ending:
                    kinds = sorted({each.engagement.kind.name for each in batch})
                    log.warning("engagements dropped", count=len(batch), kinds=kinds, error=str(error))
                    return [False] * len(batch)
                await asyncio.sleep(PAUSE_SECONDS)
                batch = [msgspec.structs.replace(each, is_repeated=True) for each in batch]
            except Exception:
                if len(batch) > 1:
                    # Only those that cause the error fail.
                    return [is_new for each in batch for is_new in await self._insist([each])]
                log.exception("recording an engagement failed", message_id=batch[0].engagement.message_id)
                return [False]
            else:
                self._is_away = False
                return news

    async def _write(self, batch: list[_Happened]) -> list[bool]:
        wanted = {each.engagement.message_id for each in batch}

        def unit() -> Unit[list[bool]]:
            known = yield from records.addressees(wanted)
            rows = [
                self._row(each, addressee)
                for each in batch
                if (addressee := known.get(each.engagement.message_id)) is not None
            ]
            written = iter((yield from records.record(rows)) if rows else ())
            return [each.engagement.message_id in known and next(written) for each in batch]

        news = await self._database.write(unit)
        if any(news):
            self._on_recorded(
                [each.engagement.kind for each, is_new in zip(batch, news, strict=True) if is_new]
            )
        return news

    def _row(self, happened: _Happened, addressee: Addressee) -> Engaged:
        engagement, at_ms = happened.engagement, happened.at_ms
        is_delivered = addressee.state == MessageState.SENT
        seconds = (at_ms - addressee.updated_ms) / SECOND if is_delivered else 0.0
        kind, ip = engagement.kind, _plain(engagement.ip)[:MAX_IP_CHARS]
        return records.Engaged(
            account_id=addressee.account_id,
            message_id=addressee.message_id,
            event_kind=kind,
            at_ms=at_ms,
            address=suppression_key(addressee.recipient),
            agent=_plain(engagement.agent)[:MAX_AGENT_CHARS],
            ip=ip,
            url=_plain(engagement.url),
            geo=self._countries.of(ip),
            verdict=verdict_of(kind, engagement.agent, ip, engagement.headers, seconds),
            is_sandboxed=is_sandboxed(addressee.send_options),
            is_repeated=happened.is_repeated,
        )


def _plain(text: str) -> str:
    """Remove NUL and lone surrogates, which a store would reject."""
    return text.encode("utf-8", "replace").replace(b"\0", b"?").decode()

"""What readers do is recorded on every engine: one event, one count, and what follows, in one transaction."""

import asyncio

import pytest
from sqlalchemy import bindparam, select, update

from aerogram.base.clock import HOUR, ManualClock
from aerogram.base.errors import UnavailableError
from aerogram.model.event import EventKind, Verdict
from aerogram.model.message import MessageState
from aerogram.reporting.engagement import recorder
from aerogram.reporting.engagement.geo import Countries
from aerogram.reporting.engagement.recorder import Engagement, Engagements
from aerogram.store.records.messages import queue, suppressions
from aerogram.store.sql import Sql
from aerogram.store.tables import counter, event, message, webhook_outbox
from support.mmdb import write_countries
from support.readers import caught_up
from support.webhooks import ACCOUNT, Mailroom

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
IP = "192.0.2.7"
STRANGER = 6
EVENTS = Sql(
    select(event.c.account_id, event.c.message_id, event.c.kind, event.c.at_ms, event.c.agent, event.c.ip)
    .add_columns(event.c.url, event.c.geo, event.c.verdict)
    .where(event.c.kind != int(EventKind.ACCEPTED))
    .order_by(event.c.id)
)
COUNTS = Sql(
    select(counter.c.account_id, counter.c.hour_ms, counter.c.kind, counter.c.amount).where(
        counter.c.kind != int(EventKind.ACCEPTED)
    )
)
OUTBOX = Sql(select(webhook_outbox.c.callback_id, webhook_outbox.c.message_id))
DELIVER = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(state=int(MessageState.SENT), updated_ms=bindparam("now")),
    "which",
    "now",
)


class Rig:
    def __init__(self, database, tmp_path):
        self.database = database
        self.mailroom = Mailroom(database)
        self.clock = ManualClock(1_780_000_000_000)
        self.told = []
        countries = Countries(write_countries(tmp_path / "c.mmdb", {"192.0.2.0/24": "FR"}))
        self.engagements = Engagements(database, self.clock, countries, self.told.extend)

    async def all(self, statement, *values):
        def unit():
            return (yield statement(*values))

        await caught_up(self.database)
        return [tuple(row) for row in await self.database.write(unit)]

    async def delivered(self, count=1, account_id=ACCOUNT, seconds_ago=60):
        """Messages that were delivered a while ago."""
        made = await self.mailroom.messages(count, account_id)
        for message_id in made:
            await self.all(DELIVER, message_id, self.clock.now_ms() - seconds_ago * 1000)
        return made

    def do(self, kind, message_id, **facts):
        facts = {"agent": CHROME, "ip": IP} | facts
        return self.engagements.record(Engagement(kind=kind, message_id=message_id, **facts))


@pytest.fixture
def rig(database, tmp_path):
    return Rig(database, tmp_path)


async def test_a_click_is_one_event_with_all_that_is_known_of_it(rig):
    webhook = await rig.mailroom.callback("http://127.0.0.1/hook", "click")
    (message_id,) = await rig.delivered()
    assert await rig.do(EventKind.CLICK, message_id, url="https://shop.example/?a=1")
    now = rig.clock.now_ms()
    assert await rig.all(EVENTS) == [
        (ACCOUNT, message_id, EventKind.CLICK, now, CHROME, IP, "https://shop.example/?a=1", "FR", Verdict.HUMAN)
    ]  # fmt: skip
    assert await rig.all(COUNTS) == [(ACCOUNT, now - now % HOUR, EventKind.CLICK, 1)]
    assert await rig.all(OUTBOX) == [(webhook, message_id)]
    assert rig.told == [EventKind.CLICK]


async def test_many_at_once_are_each_recorded_once_and_counted_for_their_account(rig):
    ours, theirs = await rig.delivered(5), await rig.delivered(3, STRANGER)
    done = [rig.do(kind, each) for each in ours + theirs for kind in (EventKind.OPEN, EventKind.CLICK)]
    assert all(await asyncio.gather(*done))
    events = await rig.all(EVENTS)
    assert sorted((row[1], row[2]) for row in events) == sorted(
        (each, kind) for each in ours + theirs for kind in (EventKind.OPEN, EventKind.CLICK)
    )
    assert {(account, kind): amount for account, _, kind, amount in await rig.all(COUNTS)} == {
        (ACCOUNT, EventKind.OPEN): 5,
        (ACCOUNT, EventKind.CLICK): 5,
        (STRANGER, EventKind.OPEN): 3,
        (STRANGER, EventKind.CLICK): 3,
    }


async def test_the_counters_equal_a_recount_of_the_log_by_hour(rig):
    messages = await rig.delivered(2)
    futures = []
    for _ in range(5):
        futures += [rig.do(EventKind.OPEN, each) for each in messages]
        rig.clock.advance(HOUR // 2)
    await asyncio.gather(*futures)
    recount = {}
    for account, _, kind, at_ms, *_ in await rig.all(EVENTS):
        key = (account, at_ms - at_ms % HOUR, kind)
        recount[key] = recount.get(key, 0) + 1
    assert len(recount) > 1
    assert {row[:3]: row[3] for row in await rig.all(COUNTS)} == recount


async def test_nothing_is_recorded_of_a_message_that_does_not_exist(rig):
    assert await rig.do(EventKind.OPEN, 12345) is False
    assert await rig.all(EVENTS) == []
    assert rig.told == []


async def test_what_follows_a_mail_before_its_delivery_was_a_scanner(rig):
    (early,) = await rig.mailroom.messages(1)
    (quick,) = await rig.delivered(seconds_ago=1)
    (late,) = await rig.delivered()
    for message_id in (early, quick, late):
        await rig.do(EventKind.CLICK, message_id)
    await rig.do(EventKind.OPEN, late, agent="Mozilla/5.0")
    assert [row[-1] for row in await rig.all(EVENTS)] == [
        Verdict.SCANNER,
        Verdict.SCANNER,
        Verdict.HUMAN,
        Verdict.PROXY,
    ]


async def test_an_unsubscription_keeps_bulk_mail_away_and_is_told_once(rig):
    (message_id,) = await rig.delivered()
    first, second = await asyncio.gather(
        rig.do(EventKind.UNSUB, message_id), rig.do(EventKind.UNSUB, message_id)
    )
    assert sorted((first, second)) == [False, True]
    assert await rig.do(EventKind.UNSUB, message_id) is False
    found = await rig.engagements.unsubscribe_page_data(message_id)
    assert found.is_unsubscribed
    left = await rig.database.read(lambda: queue.unsubscribed([found.recipient]))
    assert left == {(ACCOUNT, found.recipient)}
    assert [row[2] for row in await rig.all(EVENTS)] == [EventKind.UNSUB]
    assert [row[3] for row in await rig.all(COUNTS)] == [1]


async def test_who_left_can_come_back_and_leave_again(rig):
    (message_id,) = await rig.delivered()
    assert not (await rig.engagements.unsubscribe_page_data(message_id)).is_unsubscribed
    await rig.do(EventKind.UNSUB, message_id)
    assert await rig.engagements.subscribe_again(message_id)
    assert not (await rig.engagements.unsubscribe_page_data(message_id)).is_unsubscribed
    assert not await rig.engagements.subscribe_again(message_id)
    assert await rig.do(EventKind.UNSUB, message_id)


async def test_a_complaint_suppresses_the_address_for_good(rig):
    (message_id,) = await rig.delivered()
    assert await rig.do(EventKind.SPAM, message_id, agent="JMRPP")
    recipient = (await rig.engagements.unsubscribe_page_data(message_id)).recipient
    row = await rig.database.read(lambda: suppressions.find(ACCOUNT, recipient))
    assert (row.reason, row.detail, row.until_ms) == ("spam", "JMRPP", None)


async def test_of_a_message_that_does_not_exist_there_is_no_subscription(rig):
    assert await rig.engagements.unsubscribe_page_data(12345) is None
    assert await rig.engagements.subscribe_again(12345) is False


async def test_texts_that_no_store_takes_are_made_plain(rig):
    (message_id,) = await rig.delivered()
    assert await rig.do(EventKind.CLICK, message_id, agent=f"{CHROME}\0\ud800{'x' * 5000}", url="http://x/\0")
    ((*_, agent, _, url, _, _),) = await rig.all(EVENTS)
    assert agent.startswith(f"{CHROME}??")
    assert len(agent) == recorder.MAX_AGENT_CHARS
    assert url == "http://x/?"


class Away:
    """A store that is away until it is told to be back."""

    def __init__(self, database):
        self._database = database
        self.is_away = True
        self.asked = 0
        self.answers_to_lose = 0

    async def write(self, unit):
        self.asked += 1
        if self.is_away:
            raise UnavailableError("The store is away.")
        written = await self._database.write(unit)
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise UnavailableError("The connection broke.")
        return written


@pytest.fixture
def away(rig, monkeypatch):
    """The rig's store goes away; it is asked again at once."""
    monkeypatch.setattr(recorder, "PAUSE_SECONDS", 0.01)
    store = Away(rig.database)
    rig.engagements._database = store
    return store


async def test_opens_and_clicks_wait_for_a_store_that_is_away(rig, away):
    (message_id,) = await rig.delivered()
    happened = rig.clock.now_ms()
    task = rig.engagements.note(Engagement(kind=EventKind.CLICK, message_id=message_id, url="http://x"))
    while away.asked < 3:  # noqa: ASYNC110 - what is waited for is another task's doing
        await asyncio.sleep(0.005)
    rig.clock.advance(HOUR)
    away.is_away = False
    assert await task
    assert [row[3] for row in await rig.all(EVENTS)] == [happened]


async def test_while_the_store_is_away_only_so_many_wait(rig, away, monkeypatch):
    monkeypatch.setattr(recorder, "MAX_HELD", 2)
    (message_id,) = await rig.delivered()
    click = Engagement(kind=EventKind.CLICK, message_id=message_id)
    first = rig.engagements.note(click)
    while not away.asked:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.005)
    waiting = [rig.engagements.note(click) for _ in range(2)]
    assert await rig.engagements.note(click) is False
    away.is_away = False
    assert [await each for each in (first, *waiting)] == [True] * 3
    assert len(await rig.all(EVENTS)) == 3
    assert await rig.engagements.note(click) is True


async def test_one_that_cannot_be_recorded_keeps_no_other_from_it(rig, monkeypatch):
    (message_id,) = await rig.delivered()
    as_row = recorder.Engagements._row

    def row(self, happened, addressee):
        if happened.engagement.url == "http://odd":
            raise ValueError(happened.engagement.url)
        return as_row(self, happened, addressee)

    monkeypatch.setattr(recorder.Engagements, "_row", row)
    urls = ("http://x", "http://odd", "http://y")
    noted = [
        rig.engagements.note(Engagement(kind=EventKind.CLICK, message_id=message_id, url=url)) for url in urls
    ]
    assert [await each for each in noted] == [True, False, True]
    assert len(await rig.all(EVENTS)) == 2


async def test_a_commit_whose_answer_was_lost_is_not_made_twice(rig, away):
    (message_id,) = await rig.delivered()
    away.is_away = False
    away.answers_to_lose = 1
    assert await rig.engagements.note(Engagement(kind=EventKind.CLICK, message_id=message_id)) is False
    assert len(await rig.all(EVENTS)) == 1
    assert [row[3] for row in await rig.all(COUNTS)] == [1]


async def test_who_waits_for_an_answer_is_told_that_the_store_is_away(rig, away):
    with pytest.raises(UnavailableError):
        await rig.do(EventKind.UNSUB, 1)


async def test_at_the_end_a_store_that_is_away_is_not_waited_for(rig, away):
    task = rig.engagements.note(Engagement(kind=EventKind.OPEN, message_id=1))
    await rig.engagements.drain(5)
    assert await task is False

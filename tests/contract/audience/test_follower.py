"""The readers in the background: they are woken, survive, and any number of them count everything exactly once."""

import asyncio
import contextlib
import random
from collections import Counter
from functools import partial

import pytest

from aerogram.audience.contacts import Contacts
from aerogram.audience.subscriptions import Entry, apply
from aerogram.base.errors import UnavailableError
from aerogram.model.event import EventKind, Verdict
from aerogram.model.page import PageRequest
from aerogram.reporting.webhooks.outbox import page_of
from aerogram.reporting.webhooks.reader import webhooks_reader
from aerogram.store.open import open_database
from aerogram.store.records.events import reading
from support.actors import acting
from support.followed import Post
from support.readers import all_readers, caught_up
from support.waiting import until
from support.webhooks import ACCOUNT

ANN = "ann@example.net"
PEOPLE = [f"person{number}@example.net" for number in range(12)]
ACCOUNTS = (ACCOUNT, ACCOUNT + 1)
LATER = 3_600_000_000_000


@pytest.fixture
def post(database):
    return Post(database)


@pytest.fixture
async def other(database, database_url, tmp_path):
    """Another process's way into the same store; SQLite has none."""
    if database_url is None:
        yield database
        return
    opened = await open_database(tmp_path, database_url)
    yield opened
    await opened.close()


async def has(post, email):
    return email in await post.contacts()


async def is_told(post):
    return await post.left() == 0


@contextlib.asynccontextmanager
async def running(*followers):
    tasks = [asyncio.create_task(each.run()) for each in followers]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_it_is_woken_and_looks_by_itself_at_what_others_wrote(post):
    follower = all_readers(post.database, post.ids, pause_seconds=0.01)
    async with running(follower):
        await post.sent(ANN)
        follower.wake()
        await until(lambda: has(post, ANN), "the contact")
        await post.sent("bob@example.net")
        await until(lambda: has(post, "bob@example.net"), "the other contact")


async def test_it_outlives_a_store_that_is_away_and_faults_of_its_own(post):
    faults = [UnavailableError("away"), ZeroDivisionError("a fault")]

    class Moody:
        async def read(self, unit):
            return await post.database.read(unit)

        async def write(self, unit):
            if faults:
                raise faults.pop(0)
            return await post.database.write(unit)

    follower = all_readers(Moody(), post.ids, pause_seconds=0.01)
    async with running(follower):
        await post.sent(ANN)
        await until(lambda: has(post, ANN), "the contact")
        assert not faults


async def test_webhooks_find_the_contact_of_each_recipient_and_make_none(post):
    webhook = await post.callback("http://127.0.0.1/hook")
    made = await post.sent("Ann@example.net", "\\xab@domain.invalid")
    assert await post.database.write(partial(reading.register, ["contacts", "webhooks"])) is None

    def entries():
        return page_of(ACCOUNT, [webhook], 0, 10)

    await post.database.write(partial(reading.step, "webhooks", "contacts", 10, webhooks_reader(None).handle))
    assert await post.database.read(entries) == []
    await caught_up(post.database, post.ids)
    [ann] = (await post.contacts()).values()
    found = {each.event.message_id: each.event.contact_id for each in await post.database.read(entries)}
    assert found == dict(zip(made, [ann["id"], 0], strict=True))


class Bustle:
    """Mail, readers and imports, at random and at once, and what contacts must be told of them in the end."""

    def __init__(self, seed, post, other):
        self.chance = random.Random(seed)
        self.post, self.other = post, other
        self.followers = [
            all_readers(store, post.ids, pause_seconds=0.001) for store in (post.database, other, other)
        ]
        self.sent, self.active, self.left, self.complained = Counter(), {}, {}, set()

    async def mail(self):
        """Send some mail;"""
        for _ in range(8):
            account_id = self.chance.choice(ACCOUNTS)
            people = self.chance.choices(PEOPLE, k=self.chance.randint(1, 8))
            made = await self.post.mail(*people, account_id=account_id)
            await self.post.happen(made, account_id=account_id)
            self.sent.update((account_id, each) for each in people)
            self.chance.choice(self.followers).wake()
            await self.read(made[0], people[0], account_id)

    async def read(self, message_id, person, account_id):
        """Let a reader do something, or a scanner."""
        kind = self.chance.choice([EventKind.OPEN, EventKind.CLICK, EventKind.UNSUB, EventKind.SPAM])
        is_scanned = kind in {EventKind.OPEN, EventKind.CLICK} and self.chance.random() < 0.3
        # Later than any mail, so that the moment is that of the last reader.
        at_ms = LATER + self.chance.randrange(100_000)
        key = (account_id, person)
        if kind is EventKind.UNSUB:
            if key in self.left:
                return
            self.left[key] = at_ms
        elif kind is EventKind.SPAM:
            self.complained.add(key)
        if not is_scanned:
            self.active[key] = max(at_ms, self.active.get(key, 0))
        verdict = Verdict.SCANNER if is_scanned else Verdict.HUMAN
        await self.post.react(message_id, person, kind, at_ms, account_id=account_id, verdict=verdict)

    async def imports(self):
        """Make and change the same contacts by lists."""
        for _ in range(8):
            entries = [Entry(each, name="Imported") for each in self.chance.sample(PEOPLE, k=6)]
            unit = partial(apply, self.chance.choice(ACCOUNTS), entries, (), ids=self.post.ids, now_ms=1)
            await self.other.write(unit)

    async def check(self):
        """Compare what contacts were told with what happened."""
        for account_id in ACCOUNTS:
            found = await self.post.contacts(account_id)
            assert {person for account, person in self.sent if account == account_id} <= found.keys()
            for person, one in found.items():
                key = (account_id, person)
                assert one["delivered_count"] == self.sent[key], key
                assert one["unsubscribed_ms"] == self.left.get(key, 0), key
                assert one["is_spam_complaining"] == (key in self.complained), key
                if key in self.active:
                    assert one["last_activity_ms"] == self.active[key], key


async def test_of_what_a_scanner_did_the_contact_is_known_too(post):
    """Its doing says nothing of the contact, but the mail's delivery was read before it."""
    (message_id,) = await post.sent(ANN)
    await post.react(message_id, ANN, EventKind.OPEN, LATER, verdict=Verdict.SCANNER)
    await caught_up(post.database, post.ids)
    [ann] = (await post.contacts()).values()
    assert 0 < ann["last_activity_ms"] < LATER


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_at_once_every_event_counts_once(post, other, seed):
    bustle = Bustle(seed, post, other)
    async with running(*bustle.followers):
        await asyncio.gather(bustle.mail(), bustle.mail(), bustle.mail(), bustle.imports())
        await until(lambda: is_told(post), "the end of the event log")
    await bustle.check()


async def test_two_who_follow_at_once_share_the_work(post, other):
    await post.sent(*(PEOPLE * 50))
    theirs = Post(other)
    theirs.ids = post.ids
    taken = 0
    while amounts := await asyncio.gather(*(each.follow(40) for each in (post, theirs, post, theirs))):
        if not any(amounts):
            break
        taken += sum(amounts)
    assert taken == len(PEOPLE) * 50
    assert {one["delivered_count"] for one in (await post.contacts()).values()} == {50}


async def test_a_contact_is_known_to_rest_as_soon_as_it_was_followed(post):
    await post.sent(ANN)
    await caught_up(post.database, post.ids)
    [ann], _ = await Contacts(post.database, post.ids, post.clock).page(acting(ACCOUNT), PageRequest({}, 10))
    assert (ann.email, ann.delivered_count) == (ANN, 1)

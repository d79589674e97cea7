"""One action applied to many contacts, on both engines, against a model in plain Python."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.subscriptions import (
    Entry,
    ListAction,
    UnknownListsError,
    act_on_lists,
    apply,
    detach,
    subscribe,
)
from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact, contact_list, list_recipient

ANN, BOB = 1, 2
NEWS, SHOP = 101, 102
ADD_FORCE, ADD_NO_FORCE, REMOVE, UNSUB, _ = SubscriptionAction
EVERYONE = ("a@example.org", "b@example.org", "c@example.org", "d@example.org")

_MAKE_LIST = Sql(
    insert(contact_list).values(id=None, account_id=None, name=None, address=None, created_ms=0),
    "id", "account_id", "name", "address",
)  # fmt: skip
_LISTS = Sql(select(contact_list.c.id, contact_list.c.subscriber_count).order_by(contact_list.c.id))
_CONTACTS = Sql(
    select(contact.c.email, contact.c.name, contact.c.properties, contact.c.is_excluded).order_by(
        contact.c.email
    )
)
_MOMENTS = Sql(
    select(
        contact.c.email,
        contact.c.created_ms,
        contact.c.updated_ms,
        contact.c.last_activity_ms,
        contact.c.unsubscribed_ms,
    ).order_by(contact.c.email)
)
_LINKS = Sql(
    select(
        list_recipient.c.list_id,
        contact.c.email,
        list_recipient.c.is_unsubscribed,
        list_recipient.c.subscribed_ms,
        list_recipient.c.unsubscribed_ms,
    )
    .join(contact, contact.c.id == list_recipient.c.contact_id)
    .order_by(list_recipient.c.list_id, contact.c.email)
)


def rows_of(statement):
    return (yield statement())


class Audience:
    """A store with two lists, and short words for what is done in it."""

    def __init__(self, database, ids, clock):
        self.database, self.ids, self.clock = database, ids, clock

    async def make_lists(self):
        await self.database.write(self._lists)

    def _lists(self):
        yield _MAKE_LIST.many([(NEWS, ANN, "News", "aaaaaaaaa"), (SHOP, ANN, "Shop", "bbbbbbbbb")])

    async def apply(self, entries, *actions, account=ANN):
        entries = [Entry(each) if isinstance(each, str) else each for each in entries]
        actions = [ListAction(*each) for each in actions]
        now_ms = self.clock.now_ms()
        return await self.database.write(
            lambda: apply(account, entries, actions, ids=self.ids, now_ms=now_ms)
        )

    async def read(self, statement):
        return [tuple(row) for row in await self.database.read(lambda: rows_of(statement))]

    async def links(self):
        return {(list_id, email): bool(out) for list_id, email, out, *_ in await self.read(_LINKS)}

    async def counts(self):
        return dict(await self.read(_LISTS))


@pytest.fixture
async def audience(database, ids, clock):
    made = Audience(database, ids, clock)
    await made.make_lists()
    return made


async def test_contacts_are_made_and_changed_in_one_batch(audience, clock):
    [first] = await audience.apply([Entry("a@example.org", "Ann", {"7": 30, "8": "FR"})])
    clock.advance(1_000)
    ids = await audience.apply(
        [
            Entry("b@example.org"),
            Entry("a@example.org", None, {"7": None, "9": True}),
            Entry("b@example.org", "Bob", None, is_excluded=True),
            Entry("a@example.org"),
        ]
    )
    assert ids[1] == ids[3] == first
    assert ids[0] == ids[2] != first
    assert await audience.read(_CONTACTS) == [
        ("a@example.org", "Ann", '{"8":"FR","9":true}', 0),
        ("b@example.org", "Bob", "", 1),
    ]


async def test_an_update_is_dated_only_when_something_changed(audience, clock):
    await audience.apply(["a@example.org", Entry("b@example.org", "Bob")])
    made_ms = clock.now_ms()
    clock.advance(1_000)
    await audience.apply([Entry("a@example.org", "Ann"), Entry("b@example.org", "Bob")])
    assert await audience.read(_MOMENTS) == [
        ("a@example.org", made_ms, made_ms + 1_000, 0, 0),
        ("b@example.org", made_ms, 0, 0, 0),
    ]


async def test_links_and_contacts_tell_when_something_happened(audience, clock):
    start = clock.now_ms()
    await audience.apply(["a@example.org", "b@example.org"], (NEWS, ADD_FORCE))
    clock.advance(1_000)
    await audience.apply(["a@example.org"], (NEWS, UNSUB))
    assert await audience.read(_LINKS) == [
        (NEWS, "a@example.org", 1, start, start + 1_000),
        (NEWS, "b@example.org", 0, start, 0),
    ]
    assert await audience.read(_MOMENTS) == [
        ("a@example.org", start, 0, start + 1_000, start + 1_000),
        ("b@example.org", start, 0, start, 0),
    ]
    clock.advance(1_000)
    await audience.apply(["a@example.org", "b@example.org"], (NEWS, ADD_NO_FORCE))
    await audience.apply(["a@example.org"], (NEWS, ADD_FORCE))
    assert await audience.read(_LINKS) == [
        (NEWS, "a@example.org", 0, start + 2_000, 0),
        (NEWS, "b@example.org", 0, start, 0),
    ]


async def test_several_lists_take_their_own_actions(audience):
    await audience.apply(EVERYONE[:2], (NEWS, ADD_FORCE), (SHOP, UNSUB))
    assert await audience.counts() == {NEWS: 2, SHOP: 0}
    assert await audience.links() == {
        (NEWS, "a@example.org"): False,
        (NEWS, "b@example.org"): False,
        (SHOP, "a@example.org"): True,
        (SHOP, "b@example.org"): True,
    }


async def test_an_unknown_or_foreign_list_undoes_the_whole_batch(audience):
    for account, lists in [(ANN, (NEWS, 7)), (BOB, (NEWS,))]:
        with pytest.raises(UnknownListsError) as refused:
            await audience.apply(["a@example.org"], *((each, ADD_FORCE) for each in lists), account=account)
        assert refused.value.list_ids == (lists[-1],)
    assert await audience.read(_CONTACTS) == []


async def test_a_contact_can_be_taken_from_all_lists(audience):
    [ann, _] = await audience.apply(EVERYONE[:2], (NEWS, ADD_FORCE), (SHOP, ADD_FORCE))
    await audience.database.write(lambda: detach(ANN, ann))
    assert await audience.counts() == {NEWS: 1, SHOP: 1}
    assert {email for _, email in await audience.links()} == {"b@example.org"}


async def test_one_contact_is_moved_on_all_lists_or_on_none(audience):
    [ann] = await audience.apply(["a@example.org"], (NEWS, ADD_FORCE))

    async def act(*actions):
        await audience.database.write(
            lambda: act_on_lists(
                ANN, ann, [ListAction(*each) for each in actions], ids=audience.ids, now_ms=5
            )
        )

    await act((NEWS, REMOVE), (SHOP, ADD_NO_FORCE))
    assert await audience.links() == {(SHOP, "a@example.org"): False}
    with pytest.raises(UnknownListsError):
        await act((SHOP, REMOVE), (7, ADD_FORCE))
    assert await audience.links() == {(SHOP, "a@example.org"): False}


async def test_a_list_is_copied_with_an_action_for_each_contact(audience):
    ann, bob, cid = await audience.apply(EVERYONE[:3])
    await audience.apply([EVERYONE[2]], (NEWS, ADD_FORCE))
    wanted = {ann: ADD_FORCE, bob: SubscriptionAction.UNSUB_NO_FORCE, cid: SubscriptionAction.UNSUB_NO_FORCE}
    await audience.database.write(lambda: subscribe(ANN, NEWS, wanted, ids=audience.ids, now_ms=5))
    assert await audience.links() == {
        (NEWS, EVERYONE[0]): False,
        (NEWS, EVERYONE[1]): True,
        (NEWS, EVERYONE[2]): False,
    }
    assert await audience.counts() == {NEWS: 2, SHOP: 0}


async def test_batches_at_the_same_time_count_each_contact_once(audience):
    entries = [f"{number}@example.org" for number in range(40)]
    await asyncio.gather(
        *(audience.apply(entries[start : start + 20], (NEWS, ADD_FORCE)) for start in (0, 10, 20, 0, 15))
    )
    assert await audience.counts() == {NEWS: 40, SHOP: 0}
    assert len(await audience.links()) == 40


class Model:
    """The truth table of the guide, in plain Python."""

    def __init__(self):
        self.contacts = set()
        self.links = {}

    def apply(self, emails, actions):
        self.contacts.update(emails)
        for list_id, action in actions:
            for email in emails:
                self._act(list_id, email, action)

    def _act(self, list_id, email, action):
        key = (list_id, email)
        if action is REMOVE:
            self.links.pop(key, None)
        elif action is UNSUB:
            self.links[key] = True
        elif action is ADD_FORCE:
            self.links[key] = False
        else:
            self.links.setdefault(key, False)

    def counts(self):
        return {
            list_id: sum(not out for (own, _), out in self.links.items() if own == list_id)
            for list_id in (NEWS, SHOP)
        }


BATCHES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(EVERYONE), min_size=1, max_size=6),
        st.lists(
            st.tuples(
                st.sampled_from((NEWS, SHOP)), st.sampled_from((ADD_FORCE, ADD_NO_FORCE, REMOVE, UNSUB))
            ),
            max_size=3,
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES)
def test_any_batches_end_as_the_truth_table_says(batches):
    asyncio.run(_check(batches))


async def _check(batches):
    import tempfile
    from pathlib import Path

    from aerogram.base.clock import ManualClock
    from aerogram.base.ids import IdGenerator
    from aerogram.store.open import open_database

    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(Path(folder), None)
        try:
            clock = ManualClock()
            audience, model = Audience(database, IdGenerator(clock), clock), Model()
            await audience.make_lists()
            for emails, actions in batches:
                await audience.apply(emails, *actions)
                model.apply(emails, actions)
            assert await audience.links() == model.links
            assert await audience.counts() == model.counts()
            assert {email for email, *_ in await audience.read(_CONTACTS)} == model.contacts
        finally:
            await database.close()

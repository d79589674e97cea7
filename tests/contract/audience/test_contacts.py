"""Contacts, memberships and definitions, on both engines, where several work at the same time."""

import asyncio

import pytest

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.contacts import BadAddressError, Contacts, address_of
from aerogram.audience.lists import Lists
from aerogram.audience.memberships import AlreadyOnListError, Memberships
from aerogram.audience.properties import Properties, Property, define
from aerogram.audience.property_values import Datatype
from aerogram.audience.subscriptions import Entry, ListAction
from aerogram.base.errors import TakenError
from aerogram.model.page import PageRequest
from support.actors import acting

ANN, BOB = 1, 2


@pytest.fixture
def contacts(database, ids, clock):
    return Contacts(database, ids, clock)


@pytest.fixture
def lists(database, ids, clock):
    return Lists(database, ids, clock)


@pytest.fixture
def memberships(database, ids, clock):
    return Memberships(database, ids, clock)


@pytest.fixture
def properties(database, ids, clock):
    return Properties(database, ids, clock)


def test_an_address_is_compared_as_suppressions_are():
    assert address_of(" Ann@Exämple.ORG ") == "ann@xn--exmple-cua.org"
    for text in ("", "ann", "ann@", "@example.org", "a b@example.org", "\\x00@domain.invalid"):
        with pytest.raises(BadAddressError, match="Invalid email address"):
            address_of(text)


async def test_of_all_who_make_a_contact_at_once_one_succeeds(contacts):
    made = await asyncio.gather(
        *(contacts.create(acting(ANN), "ann@example.org") for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in made) == ["Contact"] + ["TakenError"] * 4
    with pytest.raises(TakenError):
        await contacts.create(acting(ANN), "ANN@example.org")
    assert await contacts.create(acting(BOB), "ann@example.org")


async def test_values_changed_at_the_same_time_are_all_kept(contacts):
    ann = await contacts.create(acting(ANN), "ann@example.org")
    await asyncio.gather(*(contacts.change_values(acting(ANN), ann.id, {str(key): key}) for key in range(8)))
    [found], _ = await contacts.page(acting(ANN), PageRequest({"id": ann.id}, 1))
    assert sorted(found.properties.strip("{}").split(",")) == [f'"{key}":{key}' for key in range(8)]


async def test_a_count_is_right_whoever_changes_a_list_at_the_same_time(contacts, lists, memberships):
    news = await lists.create(acting(ANN), "News")
    people = [await contacts.create(acting(ANN), f"{number}@example.org") for number in range(6)]
    links = [await memberships.create(acting(ANN), one.id, news.id) for one in people]
    with pytest.raises(AlreadyOnListError):
        await memberships.create(acting(ANN), people[0].id, news.id)
    await asyncio.gather(
        memberships.change(acting(ANN), links[0].id, {"is_unsubscribed": True}),
        memberships.change(acting(ANN), links[0].id, {"is_unsubscribed": True}),
        memberships.change(acting(ANN), links[1].id, {"is_active": False}),
        memberships.remove(acting(ANN), links[2].id),
        memberships.act(acting(ANN), people[3].id, [ListAction(news.id, SubscriptionAction.REMOVE)]),
        memberships.manage(
            acting(ANN), Entry("5@example.org"), ListAction(news.id, SubscriptionAction.UNSUB)
        ),
        memberships.manage(
            acting(ANN), Entry("new@example.org"), ListAction(news.id, SubscriptionAction.ADD_FORCE)
        ),
    )
    [found], _ = await lists.page(acting(ANN), PageRequest({"id": news.id}, 1))
    counted, _ = await memberships.page(
        acting(ANN), PageRequest({"list_id": news.id, "is_active": 1, "is_unsubscribed": 0}, 10)
    )
    assert found.subscriber_count == len(counted) == 2


async def test_an_unsubscribed_contact_that_becomes_active_is_not_counted(contacts, lists, memberships):
    news = await lists.create(acting(ANN), "News")
    ann = await contacts.create(acting(ANN), "ann@example.org")
    link = await memberships.create(acting(ANN), ann.id, news.id, is_unsubscribed=True, is_active=False)
    for values, count in (
        ({"is_active": True}, 0),
        ({"is_unsubscribed": False}, 1),
        ({"is_active": False}, 0),
        ({"is_unsubscribed": True, "is_active": True}, 0),
    ):
        await memberships.change(acting(ANN), link.id, values)
        [found], _ = await lists.page(acting(ANN), PageRequest({"id": news.id}, 1))
        assert found.subscriber_count == count, values


async def test_an_import_defines_what_is_new_and_leaves_what_is_known(database, properties, ids):
    age = await properties.create(acting(ANN), "Age", datatype=Datatype.INT)
    asked = [
        Property(id=ids.next_id(), account_id=ANN, name=name, created_ms=0) for name in ("age", "country")
    ]
    await database.write(lambda: define(asked))
    catalogue = await properties.catalogue(acting(ANN))
    assert (catalogue.id_of("age"), catalogue.datatype_of("age")) == (age.id, Datatype.INT)
    assert (catalogue.id_of("country"), catalogue.datatype_of("country")) == (asked[1].id, Datatype.STR)

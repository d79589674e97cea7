"""Preferences of users and accounts, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, TakenError, TooManyError
from aerogram.identity import preferences as module
from aerogram.identity.preferences import APP, USER, Preferences
from aerogram.model.page import PageRequest
from support.actors import acting

ACCOUNT, STRANGER = 11, 12


@pytest.fixture
def preferences(database, ids):
    return Preferences(database, ids)


async def found(preferences, scope=USER, account_id=ACCOUNT, **conditions):
    rows, _ = await preferences.page(acting(account_id), scope, PageRequest(conditions, 10))
    return {row["name"]: row["value"] for row in rows}


async def test_a_scope_of_an_account_is_its_own(preferences):
    await preferences.add(acting(ACCOUNT), USER, "colour", "red")
    await preferences.add(acting(ACCOUNT), APP, "colour", "blue")
    await preferences.add(acting(STRANGER), USER, "colour", "green")
    assert await found(preferences) == {"colour": "red"}
    assert await found(preferences, APP) == {"colour": "blue"}
    assert await found(preferences, value="blue") == {}


async def test_a_name_is_taken_once(preferences):
    await preferences.add(acting(ACCOUNT), USER, "colour", "red")
    with pytest.raises(TakenError) as refused:
        await preferences.add(acting(ACCOUNT), USER, "colour", "blue")
    assert refused.value.value == "colour"
    size = await preferences.add(acting(ACCOUNT), USER, "size", "L")
    with pytest.raises(TakenError):
        await preferences.change(acting(ACCOUNT), USER, size["id"], {"name": "colour"})
    await preferences.change(acting(ACCOUNT), USER, size["id"], {"name": "size", "value": "M"})
    assert await found(preferences) == {"colour": "red", "size": "M"}


async def test_there_are_only_so_many(preferences, monkeypatch):
    monkeypatch.setattr(module, "MAX_PREFERENCES", 1)
    await preferences.add(acting(ACCOUNT), USER, "colour", "red")
    await preferences.add(acting(ACCOUNT), APP, "colour", "red")
    with pytest.raises(TooManyError, match="An account may have at most 1"):
        await preferences.add(acting(ACCOUNT), USER, "size", "L")


async def test_one_that_is_not_there_or_a_strangers_is_not_found(preferences):
    made = await preferences.add(acting(ACCOUNT), USER, "colour", "red")
    with pytest.raises(NotFoundError):
        await preferences.change(acting(STRANGER), USER, made["id"], {"value": "blue"})
    with pytest.raises(NotFoundError):
        await preferences.remove(acting(STRANGER), made["id"])
    await preferences.remove(acting(ACCOUNT), made["id"])
    with pytest.raises(NotFoundError):
        await preferences.remove(acting(ACCOUNT), made["id"])

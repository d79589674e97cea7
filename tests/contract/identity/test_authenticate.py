"""Credentials against the store, on every engine."""

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity.accounts import Accounts
from aerogram.identity.authenticate import REMEMBER_MS, Authenticator
from support.actors import acting


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def accounts(database, sealer, ids, clock):
    return Accounts(database, sealer, ids, clock)


@pytest.fixture
def authenticator(database, sealer, clock):
    return Authenticator(database, sealer, clock)


async def test_a_key_pair_opens_its_account(accounts, authenticator):
    opened = await accounts.create(acting(), "a")
    principal = await authenticator.check(*opened.keys)
    assert principal.account_id == opened.account.id
    assert principal.label == f"API key {opened.keys.api_key[:8]}…"


async def test_memory_answers_the_second_time(accounts, authenticator):
    opened = await accounts.create(acting(), "a")
    assert authenticator.cached(*opened.keys) is None
    await authenticator.check(*opened.keys)
    assert authenticator.cached(*opened.keys).account_id == opened.account.id


async def test_a_wrong_secret_is_refused_from_the_store_and_from_memory(accounts, authenticator):
    opened = await accounts.create(acting(), "a")
    assert await authenticator.check(opened.keys.api_key, "wrong") is None
    await authenticator.check(*opened.keys)
    assert authenticator.cached(opened.keys.api_key, "wrong") is None
    assert await authenticator.check(opened.keys.api_key, "wrong") is None


async def test_swapped_unknown_and_unreadable_pairs_are_refused(accounts, authenticator):
    opened = await accounts.create(acting(), "a")
    for pair in [
        (opened.keys.secret_key, opened.keys.api_key),
        ("", ""),
        ("unknown", opened.keys.secret_key),
        ("with\0nul", "with\0nul"),
        ("x" * 100_000, "y"),
    ]:
        assert await authenticator.check(*pair) is None


async def test_a_rotated_key_stops_working_within_ten_seconds(accounts, authenticator, clock):
    opened = await accounts.create(acting(), "a")
    await authenticator.check(*opened.keys)
    fresh = await accounts.rotate(acting(), opened.account.id)
    clock.advance(REMEMBER_MS + 1)
    assert await authenticator.check(*opened.keys) is None
    assert (await authenticator.check(*fresh)).account_id == opened.account.id

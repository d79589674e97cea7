"""Credentials against the store, on every engine."""

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.identity.accounts import Accounts
from aerogram.identity.authenticate import REMEMBER_MS, Authenticator
from aerogram.identity.tokens import DomainTokens
from support.actors import acting
from support.together import together


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


class TestSeveralProcesses:
    """Each remembers by itself, and trusts its memory only until one of them changes a credential."""

    @pytest.fixture
    def changes(self):
        with together(2) as (_, children):
            yield [Changes(child) for child in children]

    @pytest.fixture
    def authenticators(self, database, sealer, clock, changes):
        return [Authenticator(database, sealer, clock, each) for each in changes]

    @pytest.fixture
    def accounts(self, database, sealer, ids, clock, changes):
        return Accounts(database, sealer, ids, clock, changes[0])

    async def test_what_one_changes_holds_at_the_other_at_once(self, accounts, authenticators):
        suspended, rotated, revoked, other = [await accounts.create(acting(), name) for name in "abcd"]
        for one in authenticators:
            for opened in (suspended, rotated, revoked, other):
                assert await one.check(*opened.keys)
        await accounts.change(acting(), suspended.account.id, is_active=False)
        await accounts.rotate(acting(), rotated.account.id)
        await accounts.revoke_key(acting(), revoked.keys.api_key)
        for one in authenticators:
            for opened in (suspended, rotated, revoked):
                assert one.cached(*opened.keys) is None
                assert await one.check(*opened.keys) is None
            assert await one.check(*other.keys)
            assert one.cached(*other.keys)

    async def test_tokens_follow_their_account(self, accounts, authenticators, database, sealer, ids, clock):
        opened = await accounts.create(acting(), "a")
        actor = acting(opened.account.id)
        token = (await DomainTokens(database, sealer, ids, clock).make(actor, "example.org")).token
        assert [await one.check_token(token) is not None for one in authenticators] == [True, True]
        await accounts.change(acting(), opened.account.id, is_active=False)
        assert [await one.check_token(token) for one in authenticators] == [None, None]

    async def test_what_was_read_before_a_change_is_not_remembered_after_it(
        self, accounts, authenticators, changes, database, monkeypatch
    ):
        opened = await accounts.create(acting(), "a")
        read = database.read

        async def slowly(unit):
            found = await read(unit)
            changes[1].changed(Topic.CREDENTIALS)
            return found

        monkeypatch.setattr(database, "read", slowly)
        assert await authenticators[0].check(*opened.keys)
        assert authenticators[0].cached(*opened.keys) is None

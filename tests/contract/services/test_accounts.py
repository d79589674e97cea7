"""Accounts and their keys, on both engines."""

import re

import pytest

from aerogram.base.errors import NotFoundError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity.accounts import Accounts
from aerogram.identity.authenticate import Authenticator
from aerogram.model.account import CredentialKind
from aerogram.store.records.accounts import accounts as records
from support.actors import acting


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def accounts(database, sealer, ids, clock):
    return Accounts(database, sealer, ids, clock)


async def test_a_key_pair_is_two_times_32_hexadecimal_digits(accounts):
    opened = await accounts.create(acting(), "Shop")
    assert all(re.fullmatch("[0-9a-f]{32}", half) for half in opened.keys)


async def test_a_new_pair_opens_its_account(database, sealer, clock, accounts):
    opened = await accounts.create(acting(), "Shop")
    principal = await Authenticator(database, sealer, clock).check(*opened.keys)
    assert principal is not None
    assert principal.account_id == opened.account.id


async def test_the_secret_is_kept_only_as_a_digest(database, accounts):
    opened = await accounts.create(acting(), "Shop")
    (credential,) = await database.read(
        lambda: records.credentials_of(opened.account.id, CredentialKind.API_KEY)
    )
    assert opened.keys.secret_key not in credential
    assert re.fullmatch("[0-9a-f]{64}", credential.secret_hash)


async def test_after_a_rotation_only_the_new_pair_opens(database, sealer, clock, accounts):
    opened = await accounts.create(acting(), "Shop")
    rotated = await accounts.rotate(acting(), opened.account.id)
    authenticator = Authenticator(database, sealer, clock)
    assert await authenticator.check(*opened.keys) is None
    assert (await authenticator.check(*rotated)).account_id == opened.account.id
    assert [each.key for each in (await accounts.show(opened.account.id)).credentials] == [rotated.api_key]


async def test_accounts_are_listed_oldest_first_with_their_keys(accounts):
    first, second = await accounts.create(acting(), "First"), await accounts.create(acting(), "Second")
    assert [(each.account.name, each.credentials[0].key) for each in await accounts.every()] == [
        ("First", first.keys.api_key),
        ("Second", second.keys.api_key),
    ]


async def test_an_account_is_named_by_id_by_key_or_not_at_all(accounts):
    first, second = await accounts.create(acting(), "First"), await accounts.create(acting(), "Second")
    assert await accounts.identify("") == first.account.id
    assert await accounts.identify(str(second.account.id)) == second.account.id
    assert await accounts.identify(second.keys.api_key) == second.account.id


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("", "There are no accounts yet"),
        ("17", "There is no account"),
        ("9" * 40, "There is no account"),
        ("no-such-key", "There is no account"),
    ],
)
async def test_an_account_that_does_not_exist_is_not_found(accounts, named, says):
    with pytest.raises(NotFoundError, match=says):
        await accounts.identify(named)


async def test_a_password_is_kept_as_an_argon2_hash(database, accounts):
    user = accounts.user_row(" You@Example.org ", "correct horse")
    await database.write(lambda: records.add_user(user))
    found = await database.read(lambda: records.user_by_email("you@example.org"))
    assert found == user
    assert found.password_hash.startswith("$argon2id$")


async def test_the_switches_of_an_account_reach_whoever_it_lets_in(database, sealer, clock, accounts):
    opened = await accounts.create(acting(), "Shop")
    await accounts.change(acting(), opened.account.id, tracks_opens=True)
    changed = await accounts.change(acting(), opened.account.id, tracks_clicks=True)
    assert (changed.is_active, changed.tracks_opens, changed.tracks_clicks) == (1, 1, 1)
    principal = await Authenticator(database, sealer, clock).check(*opened.keys)
    assert (principal.defaults.tracks_opens, principal.defaults.tracks_clicks) == (True, True)
    await accounts.change(acting(), opened.account.id, tracks_opens=False)
    assert (await accounts.show(opened.account.id)).account.tracks_opens == 0
    with pytest.raises(NotFoundError):
        await accounts.change(acting(), 17, is_active=True)

"""First set-up, and what every start makes sure of; on both engines."""

import asyncio
from dataclasses import replace

import pytest

from aerogram.app import setup
from aerogram.app.command_services import CommandServices
from aerogram.app.platform import open_platform
from aerogram.app.settings.settings import Settings
from aerogram.base.errors import SettingsError
from aerogram.identity.authenticate import Authenticator
from aerogram.store.records.accounts import accounts
from aerogram.store.records.senders import senders


@pytest.fixture
async def platform(tmp_path, database_url):
    settings = Settings(
        data=tmp_path / "data", database_url=database_url, trusted_senders=("b@example.org", "*@example.com")
    )
    opened = await open_platform(settings)
    yield opened
    await opened.close()


async def set_up(platform, *given):
    services = CommandServices(platform)
    return await setup.set_up(platform, services.accounts, services.senders, *given)


async def apply_settings(platform):
    services = CommandServices(platform)
    await setup.apply_settings(platform, services.accounts, services.senders)


async def patterns(platform):
    account_id = await platform.database.read(accounts.first)
    return [row.email for row in await platform.database.read(lambda: senders.of_account(account_id))]


async def test_the_printed_pair_opens_the_first_account(platform):
    made = await set_up(platform, "you@example.org")
    authenticator = Authenticator(platform.database, platform.ground.sealer, platform.clock)
    principal = await authenticator.check(made.api_key, made.secret_key)
    assert principal.account_id == await platform.database.read(accounts.first)


async def test_the_senders_stand_in_the_order_given(platform):
    await set_up(platform, "you@example.org", ["@example.net"])
    assert await patterns(platform) == ["b@example.org", "*@example.com", "*@example.net", "you@example.org"]


async def test_without_an_address_the_person_is_the_admin_of_the_host(platform):
    assert (await set_up(platform)).email == "admin@localhost"


async def test_two_that_set_up_at_once_make_one_account(platform):
    made = await asyncio.gather(set_up(platform), set_up(platform))
    assert sorted(each is None for each in made) == [False, True]
    assert len(await platform.database.read(accounts.every)) == 1


async def test_a_second_set_up_makes_nothing(platform):
    await set_up(platform)
    assert await set_up(platform, "other@example.org") is None
    assert await platform.database.read(lambda: accounts.user_by_email("other@example.org")) is None


async def test_a_start_brings_trusted_senders_and_the_fixed_pair(platform):
    await set_up(platform)
    platform.settings = replace(
        platform.settings, trusted_senders=("b@example.org", "c@example.org"), api_key="k", secret_key="s"
    )
    await apply_settings(platform)
    await apply_settings(platform)
    assert await patterns(platform) == ["b@example.org", "*@example.com", "c@example.org"]
    authenticator = Authenticator(platform.database, platform.ground.sealer, platform.clock)
    assert await authenticator.check("k", "s") is not None


async def test_a_fixed_pair_that_contradicts_the_store_is_refused(platform):
    made = await set_up(platform)
    platform.settings = replace(platform.settings, api_key=made.api_key, secret_key="another")
    with pytest.raises(SettingsError, match="api_key: the store knows this key"):
        await apply_settings(platform)

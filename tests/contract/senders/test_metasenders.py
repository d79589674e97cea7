"""Metasenders on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, TakenError, TooManyError
from aerogram.senders.metasenders import MAX_METASENDERS, Metasenders
from aerogram.senders.valid_senders import ValidSenders
from support.actors import acting

FIRST, OTHER = 11, 12


@pytest.fixture
def metasenders(database, ids, clock):
    return Metasenders(database, ids, clock)


async def allowed(database, clock, account_id, email):
    return await ValidSenders(database, clock).confirm(account_id, email)


async def test_all_accounts_may_send_from_it_while_it_is_enabled(database, clock, metasenders):
    await metasenders.add(acting(FIRST), "*@example.org", "promo")
    assert not await allowed(database, clock, FIRST, "ann@example.org")
    assert await metasenders.enable(acting(), "@Example.org", is_enabled=True) == "*@example.org"
    for account_id in (FIRST, OTHER):
        assert await allowed(database, clock, account_id, "ann@example.org")
    await metasenders.enable(acting(), "*@example.org", is_enabled=False)
    assert not await allowed(database, clock, OTHER, "ann@example.org")


async def test_it_is_asked_for_once_and_described_anew(metasenders):
    added = await metasenders.add(acting(FIRST), "ann@example.org", "")
    with pytest.raises(TakenError):
        await metasenders.add(acting(FIRST), "ann@example.org", "again")
    described = await metasenders.describe(acting(added.account_id), added, "promo")
    assert await metasenders.of_account(acting(FIRST)) == [described]
    assert (described.id, described.description) == (added.id, "promo")


async def test_what_nobody_asked_for_is_not_enabled_or_described(metasenders):
    with pytest.raises(NotFoundError):
        await metasenders.enable(acting(), "@example.org", is_enabled=True)
    added = await metasenders.add(acting(FIRST), "ann@example.org", "")
    with pytest.raises(NotFoundError):
        await metasenders.describe(acting(OTHER), added._replace(account_id=OTHER), "mine")


async def test_their_number_is_bounded(metasenders):
    for number in range(MAX_METASENDERS):
        await metasenders.add(acting(FIRST), f"ann{number}@example.org", "")
    with pytest.raises(TooManyError):
        await metasenders.add(acting(FIRST), "bea@example.org", "")

"""Suppressions by hand, on both engines."""

import pytest

from aerogram.audience.suppressions import Suppressions
from aerogram.base.errors import NotFoundError, RefusedError
from support.actors import acting

ACCOUNT, STRANGER = 11, 12


@pytest.fixture
def suppressions(database, clock):
    return Suppressions(database, clock)


async def test_an_address_is_suppressed_for_good_in_the_form_in_which_mail_is_compared(suppressions, clock):
    row = await suppressions.add(acting(ACCOUNT), " Ann@EXAMPLE.org ", "asked by phone")
    assert row == (ACCOUNT, "ann@example.org", "manual", "asked by phone", clock.now_ms(), None)
    assert await suppressions.page(acting(ACCOUNT), 10) == ([row], 1)
    assert await suppressions.page(acting(STRANGER), 10) == ([], 0)


async def test_they_are_listed_newest_first_with_the_number_of_all(suppressions, clock):
    for name in ("ann", "bob", "cat"):
        clock.advance(1)
        await suppressions.add(acting(ACCOUNT), f"{name}@example.org")
    rows, total = await suppressions.page(acting(ACCOUNT), 2)
    assert [row.address for row in rows] == ["cat@example.org", "bob@example.org"]
    assert total == 3


async def test_an_address_that_is_let_through_again_is_not_suppressed_any_more(suppressions):
    await suppressions.add(acting(ACCOUNT), "ann@example.org")
    with pytest.raises(NotFoundError, match=r"ann@example\.org is not suppressed"):
        await suppressions.remove(acting(STRANGER), "ann@example.org")
    await suppressions.remove(acting(ACCOUNT), "ANN@example.org")
    assert await suppressions.page(acting(ACCOUNT), 10) == ([], 0)


async def test_what_is_no_address_is_refused(suppressions):
    for refused in (
        suppressions.add(acting(ACCOUNT), "ann"),
        suppressions.remove(acting(ACCOUNT), "@example.org"),
    ):
        with pytest.raises(RefusedError, match="is not an email address"):
            await refused

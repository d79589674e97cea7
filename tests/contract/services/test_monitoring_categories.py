"""Monitoring categories, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.senders.categories import MAX_NAME, MonitoringCategories
from support.actors import acting


@pytest.fixture
def categories(database, clock):
    return MonitoringCategories(database, clock)


async def test_a_category_is_known_once_it_was_added_and_to_its_account_only(categories):
    assert not await categories.exists(1, "receipts")
    await categories.add(acting(1), "receipts")
    assert await categories.exists(1, "receipts")
    assert not await categories.exists(2, "receipts")
    assert not await categories.exists(1, "Receipts")


async def test_one_that_was_removed_is_unknown_again(categories):
    await categories.add(acting(1), "receipts")
    await categories.add(acting(2), "receipts")
    await categories.remove(acting(1), "receipts")
    assert not await categories.exists(1, "receipts")
    assert await categories.exists(2, "receipts")
    with pytest.raises(NotFoundError, match="no monitoring category 'receipts'"):
        await categories.remove(acting(1), "receipts")


async def test_adding_one_again_changes_nothing_and_they_are_listed_by_name(categories):
    for name in ("receipts", "alerts", "receipts"):
        await categories.add(acting(1), name)
    assert [row.name for row in await categories.of_account(acting(1))] == ["alerts", "receipts"]


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\0b", "x" * (MAX_NAME + 1)])
async def test_a_name_that_no_mail_could_give_is_refused(categories, name):
    with pytest.raises(RefusedError, match="printable characters"):
        await categories.add(acting(1), name)
    assert not await categories.exists(1, name)

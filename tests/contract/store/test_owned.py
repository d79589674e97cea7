"""What only one row of an account may have, on both engines."""

import msgspec
import pytest

from aerogram.content.labels import IMAGES, TEMPLATES, Label
from aerogram.store.records.querying.owned import Unique
from aerogram.store.records.templates.labels import OWNED
from aerogram.store.tables.templates import label

ANN, BOB = 1, 2
BY_NAME = Unique(label, "name")
BY_NAME_AND_USE = Unique(label, "name", "used_for")
OF_IMAGES_BY_NAME = Unique(label, "name", among=label.c.used_for == IMAGES)


@pytest.fixture
async def sport(database):
    row = msgspec.structs.asdict(
        Label(id=7, account_id=ANN, name="Sport", color="#FFFFFF", used_for=TEMPLATES)
    )
    assert await database.write(lambda: OWNED.add(row))
    return row["id"]


async def is_taken(database, unique, *given):
    return await database.read(lambda: unique.is_taken(*given))


async def test_a_value_is_taken_for_the_other_rows_of_the_same_account(database, sport):
    assert await is_taken(database, BY_NAME, ANN, 8, "Sport")
    assert not await is_taken(database, BY_NAME, ANN, sport, "Sport")
    assert not await is_taken(database, BY_NAME, BOB, 8, "Sport")
    assert not await is_taken(database, BY_NAME, ANN, 8, "News")


async def test_several_columns_are_taken_together(database, sport):
    assert await is_taken(database, BY_NAME_AND_USE, ANN, sport + 1, "Sport", TEMPLATES)
    assert not await is_taken(database, BY_NAME_AND_USE, ANN, sport + 1, "Sport", IMAGES)


async def test_rows_that_do_not_count_take_nothing(database, sport):
    assert not await is_taken(database, OF_IMAGES_BY_NAME, ANN, sport + 1, "Sport")

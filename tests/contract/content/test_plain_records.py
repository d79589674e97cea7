"""Plain records, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.content.plain_records import PlainKind, PlainRecords
from aerogram.model.page import PageRequest
from support.actors import acting

ACCOUNT, STRANGER = 11, 12
FORM = PlainKind(
    name="form",
    texts=("name",),
    numbers=("is_active", "length"),
    unset={"name": "", "is_active": 0, "length": 0},
    unique=("is_active", "name"),
    owns=(("line", "form_id"),),
    derived=lambda row: {"length": len(row["name"])},
)
LINE = PlainKind(name="line", numbers=("form_id",), unset={"form_id": None, "said": ""})


@pytest.fixture
def records(database, ids, clock):
    return PlainRecords(database, ids, clock)


async def found(records, kind=FORM, account_id=ACCOUNT, **conditions):
    rows, _ = await records.page(acting(account_id), kind, PageRequest(conditions, 10))
    return rows


async def test_a_record_has_what_was_set_what_nobody_set_and_what_follows(records, clock):
    made = await records.add(acting(ACCOUNT), FORM, {"name": "news"})
    assert made["length"] == 4
    assert await found(records, length=4, name="news") == [made]
    clock.advance(7)
    changed = await records.change(acting(ACCOUNT), FORM, made["id"], {"name": "offers", "is_active": True})
    [row] = await found(records, is_active=1)
    assert row == changed
    assert (row["length"], row["updated_ms"] - row["created_ms"]) == (6, 7)


async def test_another_accounts_or_kinds_record_does_not_exist(records):
    made = await records.add(acting(ACCOUNT), FORM, {"name": "news"})
    for account_id, kind in ((STRANGER, FORM), (ACCOUNT, LINE)):
        assert await found(records, kind, account_id) == []
        with pytest.raises(NotFoundError):
            await records.change(acting(account_id), kind, made["id"], {})
        with pytest.raises(NotFoundError):
            await records.remove(acting(account_id), kind, made["id"])


async def test_a_unique_key_is_taken_once_in_an_account(records):
    await records.add(acting(ACCOUNT), FORM, {"name": "news"})
    await records.add(acting(STRANGER), FORM, {"name": "news"})
    with pytest.raises(TakenError) as refused:
        await records.add(acting(ACCOUNT), FORM, {"name": "news"})
    assert refused.value.value == "0|news"
    other = await records.add(acting(ACCOUNT), FORM, {"name": "offers"})
    with pytest.raises(TakenError):
        await records.change(acting(ACCOUNT), FORM, other["id"], {"name": "news"})
    await records.change(acting(ACCOUNT), FORM, other["id"], {"name": "offers"})
    assert {row["name"] for row in await found(records)} == {"news", "offers"}


async def test_records_without_a_key_are_as_many_as_one_likes(records):
    await records.add(acting(ACCOUNT), FORM, {})
    await records.add(acting(ACCOUNT), FORM, {})
    assert len(await found(records, name="")) == 2


async def test_what_belongs_to_a_record_goes_with_it(records):
    forms = [await records.add(acting(ACCOUNT), FORM, {"name": name}) for name in ("a", "b")]
    for form in forms:
        await records.add(acting(ACCOUNT), LINE, {"form_id": form["id"], "said": "hello"})
    await records.remove(acting(ACCOUNT), FORM, forms[0]["id"])
    assert [row["form_id"] for row in await found(records, LINE)] == [forms[1]["id"]]

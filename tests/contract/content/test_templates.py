"""Stored templates, on both engines."""

import asyncio

import pytest

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.content.templates.headers import WRONG_TYPE
from aerogram.content.templates.stored_parts import MAX_PART_BYTES, Content, PartTooLargeError
from aerogram.content.templates.templates import CATEGORIES, StoredTemplate, Templates
from aerogram.model.page import PageRequest
from aerogram.wire.mime.parts import Mailbox
from support.actors import acting

ANN, BOB = 1, 2


@pytest.fixture
def templates(database, ids, clock):
    return Templates(database, ids, clock)


async def made(templates, name="Welcome", account=ANN, **values):
    return await templates.create(acting(account), {"name": name, **values})


async def listed(templates, conditions=(), orders=(), limit=10, offset=0):
    found, total = await templates.page(
        acting(ANN), PageRequest(dict(conditions), limit, offset, tuple(orders))
    )
    return [each.name for each in found], total


async def test_a_template_is_found_with_all_that_a_send_takes(templates):
    template = await made(templates, makes_text=True)
    headers = {"From": '"Shop" <shop@example.org>', "Subject": "Hi", "Reply-To": "help@example.org"}
    await templates.change_content(acting(ANN), template.id, {"html": "<p>Hi</p>", "headers": headers})
    found = await templates.find(ANN, template.id)
    assert found == StoredTemplate(
        id=template.id,
        name="Welcome",
        subject="Hi",
        from_email="shop@example.org",
        from_name="Shop",
        reply_to=Mailbox("help@example.org"),
        html="<p>Hi</p>",
        makes_text=True,
    )
    assert await templates.find_by_name(ANN, "Welcome") == found


async def test_a_template_without_content_is_found_and_says_nothing(templates):
    template = await made(templates)
    assert await templates.find(ANN, template.id) == StoredTemplate(id=template.id, name="Welcome")
    assert await templates.content(acting(ANN), template.id) == Content()


async def test_a_header_of_another_type_is_kept_and_is_a_fault(templates):
    template = await made(templates)
    await templates.change_content(acting(ANN), template.id, {"headers": {"From": {"Email": "a@b.example"}}})
    assert (await templates.find(ANN, template.id)).header_errors == (WRONG_TYPE,)
    assert (await templates.content(acting(ANN), template.id)).headers == {"From": {"Email": "a@b.example"}}


async def test_another_accounts_template_does_not_exist(templates):
    template = await made(templates)
    assert await templates.find(BOB, template.id) is None
    assert await templates.find_by_name(BOB, "Welcome") is None
    for call in (
        templates.content(acting(BOB), template.id),
        templates.remove(acting(BOB), template.id),
        templates.change(acting(BOB), template.id, {"author": "Bob"}),
        templates.change_content(acting(BOB), template.id, {"html": "mine"}),
    ):
        with pytest.raises(NotFoundError):
            await call
    assert (await templates.content(acting(ANN), template.id)).html is None


@pytest.mark.parametrize("template_id", [0, -1, 7, 2**70])
async def test_what_cannot_be_an_id_finds_nothing(templates, template_id):
    assert await templates.find(ANN, template_id) is None


async def test_what_cannot_be_a_name_finds_nothing(templates):
    assert await templates.find_by_name(ANN, "a\0") is None


async def test_names_are_unique_for_each_owner_type_of_an_account(templates):
    await made(templates)
    of_user = await made(templates, owner_type="user")
    await made(templates, account=BOB)
    with pytest.raises(TakenError, match='"Welcome" of the owner type apikey'):
        await made(templates)
    with pytest.raises(TakenError):
        await templates.change(acting(ANN), of_user.id, {"owner_type": "apikey"})
    assert (await templates.find_by_name(ANN, "Welcome")).id != of_user.id


async def test_of_concurrent_callers_one_makes_the_template(templates):
    results = await asyncio.gather(*(made(templates) for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["TakenError"] * 4 + ["Template"]


async def test_a_change_keeps_what_it_does_not_name(templates, clock):
    template = await made(templates, author="Ann", categories=("basic", "full"), purposes=("automation",))
    clock.advance(5)
    changed = await templates.change(acting(ANN), template.id, {"is_starred": True})
    assert (changed.author, changed.categories, changed.purposes, changed.is_starred) == (
        "Ann",
        ("full", "basic"),
        ("automation",),
        True,
    )
    assert changed.updated_ms == changed.created_ms + 5
    assert await templates.page(acting(ANN), PageRequest({"id": template.id}, 1)) == ([changed], 1)


async def test_changed_content_keeps_the_other_parts(templates):
    template = await made(templates)
    await templates.change_content(
        acting(ANN), template.id, {"html": "h", "text": "t", "mjml": {"tagName": "mjml"}}
    )
    await templates.change_content(acting(ANN), template.id, {"text": "new"})
    assert await templates.content(acting(ANN), template.id) == Content(
        html="h", text="new", mjml={"tagName": "mjml"}
    )


async def test_concurrent_changes_of_different_parts_both_stay(templates):
    template = await made(templates)
    await asyncio.gather(
        templates.change_content(acting(ANN), template.id, {"html": "h"}),
        templates.change_content(acting(ANN), template.id, {"text": "t"}),
    )
    assert await templates.content(acting(ANN), template.id) == Content(html="h", text="t")


@pytest.mark.parametrize("part", ["html", "text", "mjml"])
async def test_a_part_has_two_megabytes_at_the_most(templates, part):
    template = await made(templates)
    with pytest.raises(
        PartTooLargeError, match=f"The {part} of a template may have at most 2097152 b"
    ) as refused:
        await templates.change_content(acting(ANN), template.id, {part: "é" * (MAX_PART_BYTES // 2 + 1)})
    assert refused.value.part == part


async def test_a_part_of_two_megabytes_is_stored(templates):
    template = await made(templates)
    largest = "x" * MAX_PART_BYTES
    assert (await templates.change_content(acting(ANN), template.id, {"html": largest})).html == largest


async def test_a_removed_template_is_gone_with_its_name(templates):
    template = await made(templates)
    await templates.remove(acting(ANN), template.id)
    assert await templates.find(ANN, template.id) is None
    with pytest.raises(NotFoundError):
        await templates.remove(acting(ANN), template.id)
    await made(templates)


async def test_pages_are_sorted_counted_and_cut(templates):
    for name in ("a", "b", "c"):
        await made(templates, name)
    await made(templates, "other", account=BOB)
    assert await listed(templates) == (["a", "b", "c"], 3)
    assert await listed(templates, orders=[("id", True)], limit=1, offset=1) == (["b"], 3)
    assert await listed(templates, limit=0) == ([], 3)
    assert await listed(templates, offset=9) == ([], 3)
    assert await listed(templates, {"nothing": True}) == ([], 0)


async def test_templates_are_selected_by_what_describes_them(templates):
    await made(templates, "a", edit_mode=1, categories=("full", "basic"))
    await made(templates, "b", owner_type="user", categories=("full",))
    full, basic, travel = (1 << CATEGORIES.index(word) for word in ("full", "basic", "travel"))
    for conditions, names in [
        ({"name": "a"}, ["a"]),
        ({"owner_type": "user"}, ["b"]),
        ({"edit_mode": 1}, ["a"]),
        ({"user_id": ANN}, ["b"]),
        ({"user_id": BOB}, []),
        ({"account_id": ANN}, ["a", "b"]),
        ({"account_id": BOB}, []),
        ({"categories_any": basic | travel}, ["a"]),
        ({"categories_all": full | basic}, ["a"]),
        ({"categories_lack": basic}, ["b"]),
        ({"name": "a", "owner_type": "user"}, []),
    ]:
        assert (await listed(templates, conditions))[0] == names, conditions

"""Drafts and published versions of templates, on both engines."""

import asyncio

import pytest

from aerogram.base.errors import LockedError, NotFoundError
from aerogram.content.templates.stored_parts import MAX_PART_BYTES, Content, PartTooLargeError
from aerogram.content.templates.templates import Templates
from aerogram.content.templates.versions import NothingSaidError, NothingToPublishError, TemplateVersions
from aerogram.model.page import PageRequest
from aerogram.store.records.templates.versions import KEPT
from support.actors import acting

ANN, BOB = 1, 2
FACTS = {"author": "Ann", "name": "First", "locale": "fr_FR"}


@pytest.fixture
def templates(database, ids, clock):
    return Templates(database, ids, clock)


@pytest.fixture
def versions(database, ids, clock):
    return TemplateVersions(database, ids, clock)


@pytest.fixture
async def template_id(templates):
    return (await templates.create(acting(ANN), {"name": "Welcome"})).id


async def described(templates, template_id):
    [found], _ = await templates.page(acting(ANN), PageRequest({"id": template_id}, limit=1))
    return found


async def kinds_of(versions, template_id, **conditions):
    found, total = await versions.page(
        acting(ANN),
        PageRequest({"template_id": template_id} | conditions, limit=100, orders=(("created_ms", True),)),
    )
    assert len(found) == total
    return [(version.kind, version.content.text) for version in found]


async def test_a_draft_is_not_sent_until_it_is_published(templates, versions, template_id):
    draft = await versions.add_draft(acting(ANN), template_id, FACTS, {"html": "<p>Hi</p>"})
    assert (draft.kind, draft.author, draft.name, draft.locale) == ("D", "Ann", "First", "fr_FR")
    assert (await templates.find(ANN, template_id)).html is None
    before = await described(templates, template_id)
    assert (before.published_id, before.last_kind, before.last_locale, before.locale) == (
        0,
        "D",
        "fr_FR",
        "en_US",
    )
    published = await versions.publish(acting(ANN), template_id)
    assert published.id != draft.id
    assert published.content == draft.content == Content(html="<p>Hi</p>")
    assert (await templates.find(ANN, template_id)).html == "<p>Hi</p>"
    assert (await templates.content(acting(ANN), template_id)).html == "<p>Hi</p>"
    after = await described(templates, template_id)
    assert (after.published_id, after.last_kind, after.locale) == (published.id, "P", "fr_FR")


async def test_a_changed_draft_is_a_new_one_that_keeps_what_is_not_named(versions, template_id):
    first = await versions.add_draft(
        acting(ANN), template_id, FACTS, {"html": "h", "headers": {"Subject": "S"}}
    )
    second = await versions.change_draft(
        acting(ANN), template_id, {"author": "Bob"}, {"html": None, "text": "t"}
    )
    assert second.id != first.id
    assert (second.author, second.name, second.locale) == ("Bob", "First", "fr_FR")
    assert second.content == Content(text="t", headers={"Subject": "S"})
    assert await versions.newest(acting(ANN), template_id, "D") == second
    assert await kinds_of(versions, template_id) == [("D", "t"), ("D", None)]


async def test_a_draft_begins_with_what_is_published_when_there_is_none(templates, versions, template_id):
    await templates.change_content(acting(ANN), template_id, {"html": "h", "text": "t"})
    assert await versions.newest(acting(ANN), template_id, "D") is None
    draft = await versions.change_draft(acting(ANN), template_id, {}, {"text": "new"})
    assert (draft.kind, draft.content) == ("D", Content(html="h", text="new"))
    assert (await templates.find(ANN, template_id)).text == "t"


async def test_the_older_resource_publishes_at_once_and_touches_no_draft(templates, versions, template_id):
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "a draft"})
    await templates.change_content(acting(ANN), template_id, {"text": "published"})
    assert (await templates.find(ANN, template_id)).text == "published"
    assert (await versions.newest(acting(ANN), template_id, "D")).content.text == "a draft"
    assert (await versions.newest(acting(ANN), template_id, "P")).content.text == "published"
    await versions.publish(acting(ANN), template_id)
    assert (await templates.find(ANN, template_id)).text == "a draft"


async def test_five_versions_of_each_kind_are_kept(templates, versions, template_id):
    for number in range(KEPT + 2):
        await versions.add_draft(acting(ANN), template_id, FACTS, {"text": f"draft {number}"})
        await templates.change_content(acting(ANN), template_id, {"text": f"published {number}"})
    newest = range(KEPT + 1, 1, -1)
    assert await kinds_of(versions, template_id, kind="D") == [("D", f"draft {each}") for each in newest]
    assert await kinds_of(versions, template_id, kind="P") == [("P", f"published {each}") for each in newest]


async def test_what_a_locked_template_says_stays(templates, versions, template_id):
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "t"})
    await versions.lock(acting(ANN), template_id, is_locked=True)
    for call in (
        versions.add_draft(acting(ANN), template_id, FACTS, {"text": "new"}),
        versions.change_draft(acting(ANN), template_id, {}, {"text": "new"}),
        versions.publish(acting(ANN), template_id),
        templates.change_content(acting(ANN), template_id, {"text": "new"}),
    ):
        with pytest.raises(LockedError):
            await call
    assert await kinds_of(versions, template_id) == [("D", "t")]
    await templates.change(acting(ANN), template_id, {"description": "of use"})
    await versions.lock(acting(ANN), template_id, is_locked=False)
    assert (await versions.publish(acting(ANN), template_id)).content.text == "t"


async def test_what_cannot_be_sent_is_not_published(versions, template_id):
    with pytest.raises(NothingToPublishError, match="no draft"):
        await versions.publish(acting(ANN), template_id)
    await versions.add_draft(acting(ANN), template_id, FACTS, {"mjml": "<mjml/>"})
    with pytest.raises(NothingToPublishError, match="MJML is stored but not compiled"):
        await versions.publish(acting(ANN), template_id)


async def test_a_draft_says_something(versions, template_id):
    for parts in ({}, {"headers": {"Subject": "S"}}, {"html": "", "text": None}):
        with pytest.raises(NothingSaidError):
            await versions.add_draft(acting(ANN), template_id, FACTS, parts)
    with pytest.raises(PartTooLargeError):
        await versions.add_draft(acting(ANN), template_id, FACTS, {"html": "x" * (MAX_PART_BYTES + 1)})


async def test_there_is_nothing_to_change_in_a_template_without_content(versions, template_id):
    with pytest.raises(NotFoundError):
        await versions.change_draft(acting(ANN), template_id, {}, {"text": "t"})


async def test_another_accounts_versions_do_not_exist(versions, template_id):
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "t"})
    assert await versions.newest(acting(BOB), template_id, "D") is None
    assert await versions.page(acting(BOB), PageRequest({"template_id": template_id}, limit=10)) == ([], 0)
    for call in (
        versions.add_draft(acting(BOB), template_id, FACTS, {"text": "new"}),
        versions.change_draft(acting(BOB), template_id, {}, {"text": "new"}),
        versions.publish(acting(BOB), template_id),
        versions.lock(acting(BOB), template_id, is_locked=True),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_a_template_goes_with_its_versions(templates, versions, template_id):
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "t"})
    await templates.remove(acting(ANN), template_id)
    assert await versions.page(acting(ANN), PageRequest({"template_id": template_id}, limit=10)) == ([], 0)


async def test_drafts_made_at_once_build_on_one_another(versions, template_id):
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "t"})
    await asyncio.gather(
        *(
            versions.change_draft(acting(ANN), template_id, {}, {part: "new"})
            for part in ("html", "text", "mjml")
        )
    )
    newest = await versions.newest(acting(ANN), template_id, "D")
    assert newest.content == Content(html="new", text="new", mjml="new")


async def test_templates_are_found_by_their_state(templates, versions, template_id):
    other = (await templates.create(acting(ANN), {"name": "Another one", "is_starred": True})).id
    await versions.add_draft(acting(ANN), template_id, FACTS, {"text": "t"})
    await versions.publish(acting(ANN), template_id)

    async def found(**conditions):
        page, _ = await templates.page(acting(ANN), PageRequest(conditions, limit=10))
        return [template.id for template in page]

    assert await found(is_published=1) == [template_id]
    assert await found(is_published=0) == [other]
    assert await found(is_starred=1) == [other]
    assert await found(locale="fr_FR") == await found(last_locale="fr_FR") == [template_id]
    assert await found(name_likeci="come") == [template_id]
    assert await found(ids=(other, 5)) == [other]

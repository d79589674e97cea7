"""Drafts of campaigns, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError
from aerogram.campaigns.drafts import DraftKind, Drafts, DraftStatusError
from aerogram.model.draft import DraftStatus
from aerogram.model.page import PageRequest
from support.actors import acting

ACCOUNT, STRANGER = 11, 12
NEWSLETTER = DraftKind(
    "newsletter", {"list_id": None, "segment_id": None, "subject": "", "footer": "default"}
)
CAMPAIGN = DraftKind("campaigndraft", {"list_id": None, "segment_id": None, "subject": ""})
NONE = dict.fromkeys(("template_id", "campaign_id", "axtest_id"))
VALUES = {
    "locale": "en_US", "subject": "Hi", "edit_mode": "html", "title": "", "sender": "", "sender_email": "",
    "sender_name": "", "url": "",
    "ax_fraction_name": "", "reply_email": "",
} | NONE  # fmt: skip


@pytest.fixture
def drafts(database, ids, clock):
    return Drafts(database, ids, clock)


async def all_of(drafts, kind=NEWSLETTER, account_id=ACCOUNT, **conditions):
    return await drafts.page(acting(account_id), kind, PageRequest(conditions, 10))


async def test_a_draft_is_found_with_what_was_set_and_what_nobody_set(drafts):
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES | {"permalink": "yes", "is_starred": True})
    [found], total = await all_of(drafts)
    assert total == 1
    assert found["id"] == made["id"]
    assert (found["subject"], found["permalink"], found["footer"]) == ("Hi", "yes", "default")
    assert (found["status"], found["is_starred"], found["updated_ms"]) == (DraftStatus.DRAFT, 1, 0)


async def test_kinds_and_accounts_do_not_see_each_others_drafts(drafts):
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES)
    assert await all_of(drafts, CAMPAIGN) == ([], 0)
    assert await all_of(drafts, account_id=STRANGER) == ([], 0)
    for account_id, kind in ((ACCOUNT, CAMPAIGN), (STRANGER, NEWSLETTER)):
        with pytest.raises(NotFoundError):
            await drafts.change(acting(account_id), kind, made["id"], {"title": "x"})
        with pytest.raises(NotFoundError):
            await drafts.content(acting(account_id), kind, made["id"])
        with pytest.raises(NotFoundError):
            await drafts.change_content(acting(account_id), kind, made["id"], {"text": "x"})


async def test_a_change_keeps_what_it_does_not_name(drafts, clock):
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES | {"permalink": "yes"})
    clock.advance(5)
    changed = await drafts.change(
        acting(ACCOUNT), NEWSLETTER, made["id"], {"subject": "Ho", "footer": "none"}
    )
    [found], _ = await all_of(drafts)
    assert {name: changed[name] for name in found if name != "extras"} == {
        name: value for name, value in found.items() if name != "extras"
    }
    assert (found["subject"], found["permalink"], found["footer"]) == ("Ho", "yes", "none")
    assert found["updated_ms"] == clock.now_ms()


async def test_a_status_that_sending_sets_is_refused_and_nothing_is_written(drafts):
    with pytest.raises(DraftStatusError, match="The status cannot change from 0 to 2"):
        await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES | {"status": 2})
    assert await all_of(drafts) == ([], 0)
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES)
    with pytest.raises(DraftStatusError):
        await drafts.change(acting(ACCOUNT), NEWSLETTER, made["id"], {"status": 3, "subject": "Ho"})
    [found], _ = await all_of(drafts)
    assert (found["status"], found["subject"]) == (0, "Hi")


async def test_a_draft_is_archived_deleted_and_brought_back(drafts):
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES)
    for status in (DraftStatus.ARCHIVED, DraftStatus.DELETED, DraftStatus.DRAFT):
        await drafts.change(acting(ACCOUNT), NEWSLETTER, made["id"], {"status": status.value})
        assert (await all_of(drafts, statuses=[status.value]))[1] == 1
        assert (await all_of(drafts, is_deleted=int(status is DraftStatus.DELETED)))[1] == 1


async def test_content_is_changed_part_by_part_and_counted(drafts):
    made = await drafts.add(acting(ACCOUNT), NEWSLETTER, VALUES)
    await drafts.change_content(acting(ACCOUNT), NEWSLETTER, made["id"], {"text": "Hello"})
    content = await drafts.change_content(acting(ACCOUNT), NEWSLETTER, made["id"], {"html": "<p>Hello"})
    assert (content.text, content.html) == ("Hello", "<p>Hello")
    assert await drafts.content(acting(ACCOUNT), NEWSLETTER, made["id"]) == content
    [found], _ = await all_of(drafts)
    assert (found["has_text"], found["revision"]) == (1, 2)

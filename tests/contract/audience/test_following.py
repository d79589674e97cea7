"""Mail makes contacts, and what becomes of it is added up in them: once, whoever follows and whoever dies."""

import pytest

from aerogram.audience.contacts import Contacts
from aerogram.audience.erasure import Erasures
from aerogram.model.event import EventKind, Verdict
from aerogram.model.send_options import SANDBOXED, Personal, packed, packed_personal
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.events import reading
from support.actors import acting
from support.followed import Post, follow
from support.webhooks import ACCOUNT

ANN, STRANGER = "ann@example.net", 6
EARLY, LATE = 1_800_000_000_000, 1_800_000_060_000


@pytest.fixture
def post(database):
    return Post(database)


@pytest.fixture
def erasures(post, tmp_path):
    return Erasures(post.database, DiskBlobs(tmp_path / "blobs"), post.clock, b"k" * 32)


@pytest.fixture
def known(post):
    return Contacts(post.database, post.ids, post.clock)


async def test_who_is_written_to_becomes_a_contact_with_what_is_known_of_him(post):
    await post.sent(ANN, personal=packed_personal(Personal("Ann")))
    assert await post.follow() == 1
    [ann] = (await post.contacts()).values()
    assert (ann["name"], ann["delivered_count"], ann["updated_ms"], ann["properties"]) == ("Ann", 1, 0, "")
    assert ann["last_activity_ms"] == ann["created_ms"] > 0
    assert await post.left() == 0


async def test_one_address_is_one_contact_of_each_account_however_it_is_written(post):
    await post.sent(ANN, "Ann@Example.net", "ANN@EXAMPLE.NET", "jörg@example.net")
    await post.sent("Ann@xn--exmple-cua.org", "ann@exämple.org")
    await post.sent(ANN, account_id=STRANGER)
    await post.follow()
    counts = {email: one["delivered_count"] for email, one in (await post.contacts()).items()}
    assert counts == {ANN: 3, "jörg@example.net": 1, "ann@xn--exmple-cua.org": 2}
    assert {email: one["delivered_count"] for email, one in (await post.contacts(STRANGER)).items()} == {
        ANN: 1
    }


async def test_a_contact_that_is_known_keeps_what_is_said_of_him(post, known):
    ann = await known.create(acting(ACCOUNT), ANN, name="Ann Smith")
    await post.sent(ANN, personal=packed_personal(Personal("Annie")))
    await post.follow()
    [found] = (await post.contacts()).values()
    assert (found["id"], found["name"], found["created_ms"]) == (ann.id, "Ann Smith", ann.created_ms)
    assert found["delivered_count"] == 1


@pytest.mark.parametrize("kind", [EventKind.BOUNCE, EventKind.BLOCKED, EventKind.DEFERRED])
async def test_who_could_not_be_reached_is_a_contact_without_activity(post, kind):
    await post.happen(await post.mail(ANN), kind)
    await post.follow()
    [ann] = (await post.contacts()).values()
    assert (ann["delivered_count"], ann["last_activity_ms"]) == (0, 0)


@pytest.mark.parametrize("kind", [EventKind.OPEN, EventKind.CLICK])
async def test_what_a_reader_does_is_activity_and_what_a_scanner_does_is_none(post, kind):
    (ann, bob, eve) = await post.sent(ANN, "bob@example.net", "eve@example.net")
    await post.react(ann, ANN, kind, LATE)
    await post.react(ann, ANN, kind, EARLY)
    await post.react(bob, "bob@example.net", kind, LATE, verdict=Verdict.PROXY)
    await post.react(eve, "eve@example.net", kind, LATE, verdict=Verdict.SCANNER)
    await post.follow()
    found = await post.contacts()
    active = {email: one["last_activity_ms"] == LATE for email, one in found.items()}
    assert active == {ANN: True, "bob@example.net": True, "eve@example.net": False}
    assert {one["delivered_count"] for one in found.values()} == {1}


async def test_who_complains_and_who_leaves_is_marked(post):
    (ann, bob) = await post.sent(ANN, "bob@example.net")
    await post.react(ann, ANN, EventKind.SPAM, EARLY)
    await post.react(bob, "bob@example.net", EventKind.UNSUB, EARLY)
    await post.follow()
    marks = [
        (one["is_spam_complaining"], one["unsubscribed_ms"], one["unsubscribed_by"], one["last_activity_ms"])
        for one in (await post.contacts()).values()
    ]
    assert marks == [(1, 0, "", EARLY), (0, EARLY, "Unsubscribe link", EARLY)]


async def test_events_may_be_told_in_any_order(post):
    (ann,) = await post.mail(ANN)
    await post.react(ann, ANN, EventKind.UNSUB, LATE)
    assert await post.follow() == 1
    await post.react(ann, ANN, EventKind.CLICK, EARLY)
    await post.happen([ann])
    assert await post.follow(1) == 1
    assert await post.follow(1) == 1
    [found] = (await post.contacts()).values()
    assert (found["last_activity_ms"], found["unsubscribed_ms"]) == (LATE, LATE)
    assert found["delivered_count"] == 1


async def test_mail_by_sandbox_credentials_makes_no_contacts_and_neither_do_its_readers(post, known):
    await known.create(acting(ACCOUNT), ANN)
    made = await post.mail(ANN, "bob@example.net", send_options=packed(SANDBOXED))
    await post.happen(made, is_live=False)
    await post.react(made[1], "bob@example.net", EventKind.OPEN, LATE)
    assert await post.follow() == 1
    assert {email: one["delivered_count"] for email, one in (await post.contacts()).items()} == {ANN: 0}
    # Bob becomes one as soon as mail is really sent to that address.
    await post.sent("bob@example.net")
    await post.follow()
    assert (await post.contacts())["bob@example.net"]["delivered_count"] == 1


async def test_of_a_message_that_is_gone_nobody_is_told(post):
    await post.happen([12_345])
    assert await post.follow() == 1
    assert (await post.contacts(), await post.left()) == ({}, 0)


async def test_what_was_not_committed_is_told_again_and_counts_once(post):
    await post.sent(ANN, ANN)

    def dies():
        yield from follow(10, post.ids)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await post.database.write(dies)
    assert (await post.contacts(), await post.left()) == ({}, 2)
    assert [await post.follow(), await post.follow()] == [2, 0]
    assert (await post.contacts())[ANN]["delivered_count"] == 2


async def test_erasing_a_person_forgets_what_was_still_to_be_told_of_him(post, known, erasures):
    ann = await known.create(acting(ACCOUNT), ANN)
    (first,) = await post.sent(ANN)
    await post.sent("bob@example.net")
    assert await post.left() == 2
    assert await erasures.erase(acting(ACCOUNT), ann.id)
    assert await post.left() == 1
    # Whoever recorded this had read the message before it was blanked.
    await post.react(first, ANN, EventKind.OPEN, LATE)
    await post.follow()
    found = await post.contacts()
    erased = next(one for one in found.values() if one["is_anonymized"])
    assert (erased["id"], erased["delivered_count"], erased["last_activity_ms"]) == (ann.id, 0, 0)
    assert sorted(found) == [erased["email"], "bob@example.net"]


@pytest.mark.parametrize("kind", [EventKind.OPEN, EventKind.CLICK, EventKind.SPAM, EventKind.UNSUB])
async def test_what_an_erased_person_does_with_old_mail_is_not_written_down(post, known, erasures, kind):
    ann = await known.create(acting(ACCOUNT), ANN)
    (message,) = await post.sent(ANN)
    await erasures.erase(acting(ACCOUNT), ann.id)
    # Whoever recorded this may have read the message before it was blanked.
    await post.react(message, ANN, kind, LATE)
    assert await post.kept_of(ANN) == []


async def test_an_erased_person_who_is_mailed_again_is_a_new_contact(post, known, erasures):
    ann = await known.create(acting(ACCOUNT), ANN, name="Ann")
    await post.sent(ANN)
    await post.follow()
    await erasures.erase(acting(ACCOUNT), ann.id)
    await post.sent(ANN)
    await post.follow()
    again = (await post.contacts())[ANN]
    assert again["id"] != ann.id
    assert (again["name"], again["delivered_count"]) == ("", 1)


async def test_what_is_pending_can_be_asked(post):
    assert not await post.database.read(lambda: reading.has_unread(["contacts"]))
    await post.sent(ANN)
    assert await post.database.read(lambda: reading.has_unread(["contacts"]))

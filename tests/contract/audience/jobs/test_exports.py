"""Files of what an account has, written by jobs, on both engines."""

import asyncio
import csv
import io
import json

import pytest
from sqlalchemy import insert, update

from aerogram.app.sweep import sweep
from aerogram.jobs.exports import export, files
from aerogram.model.job import JobKind
from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact, contact_list, property_
from support.actors import acting
from support.audience_jobs import NEWS, SHOP, csv_of, many_rows
from support.waiting import until

CONTACTS, LINKS, MESSAGES = (
    JobKind.EXPORT_CONTACTS,
    JobKind.EXPORT_LIST_RECIPIENTS,
    JobKind.EXPORT_MESSAGES,
)
_DEFINE = Sql(
    insert(property_).values(
        id=None, account_id=None, name=None, namespace="static", datatype=None, created_ms=0
    ),
    "id",
    "account_id",
    "name",
    "datatype",
)
_NAME = Sql(
    update(contact).where(contact.c.email == "ann@example.org").values(name="Ann, née Ö", is_excluded=1)
)
_ADD_LIST = Sql(insert(contact_list).values(id=601, account_id=2, name="news", address="ccc", created_ms=0))
ODD = [' a "b"; c', "=1+1", "line\r\nbreak", "'", "  ", "\t", "é漢😀", "-", '"', "a\nb", "\r"]
"""Texts that a careless writer of CSV would change."""


async def file_of(shop, job):
    """The whole file of an export that ended well."""
    assert (job.status, job.error) == ("Completed", "")
    assert job.id in await shop.exports.readable(acting(job.account_id), [job])
    return b"".join([piece async for piece in shop.exports.contents(job)])


async def rows_of(shop, job):
    """The rows of the file by the names of its columns."""
    text = (await file_of(shop, job)).decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def exported(shop, kind=CONTACTS, conditions=None, **options):
    return await shop.done(await shop.exports.queue(acting(1), kind, conditions or {}, **options))


def files_on_disk(tmp_path):
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def people(shop, count=3):
    await shop.done(await shop.queue_import(csv_of(*many_rows(count))))


async def test_every_contact_is_a_line_with_what_is_known_of_it(shop):
    await people(shop, 2)
    job = await exported(shop)
    assert (job.count, job.current, job.job_type) == (2, 2, "Contact export")
    rows = await rows_of(shop, job)
    assert [(row["email"], row["city"]) for row in rows] == [
        ("person0@example.org", "Paris"),
        ("person1@example.org", "Paris"),
    ]
    assert list(rows[0])[:4] == ["email", "contact:ID", "contact:Name", "contact:IsExcludedFromCampaigns"]
    assert rows[0]["contact:CreatedAt"].endswith("Z")
    assert rows[0]["contact:ExclusionFromCampaignsUpdatedAt"] == ""
    assert rows[0]["contact:IsExcludedFromCampaigns"] == "false"


async def test_an_account_without_contacts_gets_a_header(shop):
    job = await exported(shop)
    assert job.current == 0
    assert await rows_of(shop, job) == []
    assert (await file_of(shop, job)).startswith(b'"email","contact:ID"')


async def test_another_account_s_contacts_are_not_in_it(shop):
    await people(shop)
    job = await shop.exports.queue(acting(2), CONTACTS, {})
    assert await rows_of(shop, await shop.done(job)) == []
    assert await shop.exports.find(acting(1), job.id) is None


async def test_a_file_that_is_imported_elsewhere_gives_the_same_contacts(shop):
    def define():
        for account in (1, 2):
            for number, datatype in enumerate(("str", "int", "float", "bool", "datetime")):
                yield _DEFINE(700 + 10 * account + number, account, f"a {datatype}; x", datatype)
        yield _ADD_LIST()

    await shop.database.write(define)
    lines = [
        f'p{number:02}@example.org,"{text.replace(chr(34), 2 * chr(34))}"' for number, text in enumerate(ODD)
    ]
    texts = "\n".join(["email,a str; x", *lines, ""]).encode()
    await shop.done(await shop.queue_import(texts))
    values = csv_of(
        "ann@example.org,-7,1e15,true,1980-12-31T00:00:00Z",
        "bob@example.org,,3.0,0,0001-01-01T00:00:00Z",
        "eve@example.org,9007199254740993,-0.1,,",
        header='email,"a int; x","a float; x","a bool; x","a datetime; x"',
    )
    await shop.done(await shop.queue_import(values))

    def name():
        yield _NAME()

    await shop.database.write(name)
    first = await exported(shop)
    before = await rows_of(shop, first)
    assert len(before) == len(ODD) + 3
    assert [row["a str; x"] for row in before if row["email"].startswith("p")] == ODD
    copy = await shop.queue_import(await file_of(shop, first), account_id=2, list_id=601)
    assert (await shop.done(copy)).errcount == 0
    second = await shop.done(await shop.exports.queue(acting(2), CONTACTS, {}))

    def lasting(rows):
        skipped = ("contact:ID", "contact:CreatedAt", "contact:LastUpdateAt", "contact:ExclusionFrom")
        return {
            row["email"]: {name: value for name, value in row.items() if not name.startswith(skipped)}
            for row in rows
        }

    after = await rows_of(shop, second)
    assert lasting(after) == lasting(before)
    assert list(after[0]) == list(before[0])
    ann = lasting(after)["ann@example.org"]
    assert (ann["contact:Name"], ann["contact:IsExcludedFromCampaigns"]) == ("Ann, née Ö", "true")


async def test_for_a_spreadsheet_no_text_is_a_formula(shop):
    rows = csv_of(
        "ann@example.org,=HYPERLINK(1)", "bob@example.org,-5", "eve@example.org,@x", "-a@example.org,fine"
    )
    await shop.done(await shop.queue_import(rows))
    job = await exported(shop, is_for_spreadsheet=True)
    whole = await file_of(shop, job)
    assert whole.startswith(b"\xef\xbb\xbf")
    told = {row["city"]: row["email"] for row in await rows_of(shop, job)}
    assert told == {
        "'=HYPERLINK(1)": "ann@example.org",
        "-5": "bob@example.org",
        "'@x": "eve@example.org",
        "fine": "'-a@example.org",
    }


async def test_what_is_asked_for_alone_is_in_it(shop):
    await people(shop)
    await shop.done(await shop.queue_import(csv_of("out@example.org,Rome"), list_id=SHOP, method="unsub"))
    of_list = await rows_of(shop, await exported(shop, conditions={"list_id": SHOP}, properties=["City"]))
    assert [(row["email"], row["city"]) for row in of_list] == [("out@example.org", "Rome")]
    subscribed = await exported(shop, conditions={"list_id": SHOP, "has_not_left": 1}, properties=[])
    assert subscribed.ref_id == SHOP
    assert await rows_of(shop, subscribed) == []
    assert b"city" not in await file_of(shop, subscribed)
    assert await rows_of(shop, await exported(shop, conditions={"nothing": True, "list_id": SHOP})) == []


async def test_links_bear_the_address_and_the_list(shop):
    await shop.done(await shop.queue_import(csv_of("out@example.org,Rome"), list_id=SHOP, method="unsub"))
    [row] = await rows_of(shop, await exported(shop, LINKS))
    assert (row["email"], row["ListID"], row["ListName"]) == ("out@example.org", str(SHOP), "shop")
    assert (row["IsUnsubscribed"], row["IsActive"]) == ("true", "true")
    assert row["UnsubscribedAt"].endswith("Z")
    assert await rows_of(shop, await exported(shop, LINKS, {"list_id": NEWS})) == []


async def test_messages_of_an_account_without_any(shop):
    job = await exported(shop, MESSAGES, {"statuses": [2, 8], "sender_id": 5})
    assert (await file_of(shop, job)).startswith(b'"ID","UUID","ArrivedAt","Recipient"')


@pytest.mark.parametrize("conditions", [{}, {"list_id": NEWS}])
async def test_an_export_that_is_interrupted_anywhere_has_every_line_once(
    shop, tmp_path, monkeypatch, conditions
):
    monkeypatch.setattr(export, "FIRST_STEP", 10)
    monkeypatch.setattr(export, "CHUNK", 50)
    await people(shop, 300)
    uploads = len(files_on_disk(tmp_path))
    interruptions = iter(range(6))
    committed = export._commit

    async def before_it(*arguments):
        if next(interruptions, 9) in {0, 3}:
            raise asyncio.CancelledError
        await committed(*arguments)

    async def behind_the_file(context, lines, progress):
        if next(interruptions, 9) in {1, 4}:
            # As a kill would: the row and some of the file are there, and the commit is not.
            monkeypatch.setattr(context, "commit", stop)
        await before_it(context, lines, progress)

    async def stop(*_, **__):
        raise asyncio.CancelledError

    monkeypatch.setattr(export, "_commit", behind_the_file)
    job = await exported(shop, conditions=conditions)
    rows = await rows_of(shop, job)
    assert (job.current, job.count) == (300, 300)
    assert sorted(row["email"] for row in rows) == sorted(
        f"person{number}@example.org" for number in range(300)
    )
    if not conditions:
        ids = [int(row["contact:ID"]) for row in rows]
        assert ids == sorted(ids)
    # Nothing is left of what was begun and not committed.
    parts = await shop.database.read(lambda: export.export_parts.page(1, job.id, 0, 1000))
    assert all(part.size for part in parts)
    assert len(files_on_disk(tmp_path)) == uploads + len(parts)


async def test_progress_is_seen_and_a_cancelled_export_leaves_no_file(shop, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "FIRST_STEP", 5)
    monkeypatch.setattr(export, "CHUNK", 5)
    await people(shop, 1000)
    shop.clock.advance(10 * 24 * 3_600_000)
    await sweep(shop.ground)
    job = await shop.exports.queue(acting(1), CONTACTS, {})

    async def begun():
        found = await shop.jobs.find(acting(1), job.id)
        return found if found.current >= 10 else None

    async with shop.running():
        seen = await until(begun, "the middle of the export")
        assert await shop.jobs.cancel(acting(1), job.id)
    assert seen.count == 1000
    cancelled = await shop.jobs.find(acting(1), job.id)
    assert 10 <= cancelled.current < 1000
    assert await shop.exports.readable(acting(1), [cancelled]) == set()
    await sweep(shop.ground)
    assert files_on_disk(tmp_path) == []


async def test_a_file_goes_after_its_time(shop, tmp_path):
    await people(shop)
    shop.clock.advance(10 * 24 * 3_600_000)
    job = await exported(shop)
    shop.clock.advance(files.KEPT_MS)
    await sweep(shop.ground)
    assert len(await rows_of(shop, job)) == 3
    shop.clock.advance(1)
    await sweep(shop.ground)
    assert await shop.exports.readable(acting(1), [job]) == set()
    assert files_on_disk(tmp_path) == []


async def test_when_somebody_is_erased_the_files_go_and_exports_under_way_begin_anew(
    shop, tmp_path, monkeypatch
):
    monkeypatch.setattr(export, "FIRST_STEP", 5)
    monkeypatch.setattr(export, "CHUNK", 5)
    await people(shop, 100)
    shop.clock.advance(10 * 24 * 3_600_000)
    done = await exported(shop)
    other = await shop.done(await shop.exports.queue(acting(2), CONTACTS, {}))
    under_way = await shop.exports.queue(acting(1), CONTACTS, {})
    committed = export._commit
    erased = []

    async def erase_in_the_middle(context, lines, progress):
        if context.job.current >= 50 and not erased:
            erased.append(context.job.current)
            await shop.database.write(rename)
            await files.forget(shop.ground, 1)
        await committed(context, lines, progress)

    def rename():
        yield Sql(update(contact).where(contact.c.email == "person3@example.org").values(email="gone"))()

    monkeypatch.setattr(export, "_commit", erase_in_the_middle)
    ended = await shop.done(under_way)
    rows = await rows_of(shop, ended)
    assert erased
    assert len(rows) == 100
    emails = {row["email"] for row in rows}
    assert "gone" in emails
    assert "person3@example.org" not in emails
    assert await shop.exports.readable(acting(1), [done, other]) == {other.id}
    parts = await shop.database.read(lambda: export.export_parts.page(1, ended.id, 0, 1000))
    uploads = 1
    assert len(files_on_disk(tmp_path)) <= len(parts) + uploads


async def test_an_export_waits_for_room(shop):
    await people(shop)
    job = await shop.exports.queue(acting(1), CONTACTS, {})
    shop.is_full = True

    async def begun():
        return (await shop.jobs.find(acting(1), job.id)).start_ms

    async with shop.running():
        await until(begun, "the begin of the export")
        assert (await shop.jobs.find(acting(1), job.id)).current == 0
        shop.is_full = False
        ended = await shop.ended(job)
    assert len(await rows_of(shop, ended)) == 3


async def test_properties_that_change_meanwhile_do_not_change_the_columns(shop, monkeypatch):
    await people(shop)
    job = await shop.exports.queue(acting(1), CONTACTS, {})

    def rename():
        yield Sql(update(property_).values(name="town"))()

    await shop.database.write(rename)
    assert {row["city"] for row in await rows_of(shop, await shop.done(job))} == {"Paris"}
    assert json.loads(job.options)["properties"][0][1:] == ["city", "str"]


async def test_a_part_is_as_long_as_memory_allows(shop, monkeypatch):
    monkeypatch.setattr(export, "FIRST_STEP", 2)
    monkeypatch.setattr(export, "PART_BYTES", 2_000)
    long = [f"person{number}@example.org,{'x' * 900}" for number in range(20)]
    await shop.done(await shop.queue_import(csv_of(*long)))
    job = await exported(shop)
    parts = await shop.database.read(lambda: export.export_parts.page(1, job.id, 0, 1000))
    assert len(await rows_of(shop, job)) == 20
    assert max(part.size for part in parts) < 2 * 2_000 + 500

"""Importing CSV files, on both engines."""

import asyncio
import json

import pytest
from sqlalchemy import insert

from aerogram.audience.jobs import csv_file, csv_import
from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import property_
from support.audience_jobs import NEWS, csv_of, many_rows

_DEFINE = Sql(
    insert(property_).values(
        id=None, account_id=1, name=None, namespace="static", datatype=None, created_ms=0
    ),
    "id",
    "name",
    "datatype",
)


async def test_every_row_becomes_a_contact_on_the_list(shop):
    job = await shop.done(await shop.queue_import(csv_of("Ann@example.org,Paris", '"bob@example.org","a,b"')))
    assert (job.status, job.current, job.count, job.errcount) == ("Completed", 2, 2, 0)
    assert job.start_ms
    assert job.end_ms
    assert await shop.members() == {"ann@example.org": False, "bob@example.org": False}
    assert {email: json.loads(row[1]).popitem()[1] for email, row in (await shop.contacts()).items()} == {
        "ann@example.org": "Paris",
        "bob@example.org": "a,b",
    }


async def test_a_file_of_several_chunks_with_addresses_twice_makes_each_contact_once(shop, monkeypatch):
    monkeypatch.setattr(csv_file, "CHUNK", 100)
    rows = [*many_rows(250), "PERSON3@example.org,Rome", "person3@example.org,Oslo"]
    job = await shop.done(await shop.queue_import(csv_of(*rows)))
    assert (job.status, job.current, job.errcount) == ("Completed", 252, 0)
    contacts = await shop.contacts()
    assert len(contacts) == 250
    assert "Oslo" in contacts["person3@example.org"][1]
    assert len(await shop.members()) == 250


async def test_faulty_rows_are_told_and_the_others_imported(shop):
    rows = ["ann@example.org,Paris", "bob@example.org", "eve,Rome", "zoe@example.org,Oslo"]
    job = await shop.done(await shop.queue_import(csv_of(*rows)))
    assert (job.status, job.current, job.errcount) == ("Completed", 4, 2)
    assert await shop.error_lines(job) == [
        "email,city,error",
        '"bob@example.org", ###Too few columns at line',
        '"eve","Rome", ###Invalid email address###email',
    ]
    assert set(await shop.members()) == {"ann@example.org", "zoe@example.org"}


@pytest.mark.parametrize(("threshold", "status"), [(0, "Completed"), (50, "Completed"), (49, "Error")])
async def test_too_many_faulty_rows_end_the_job(shop, threshold, status):
    job = await shop.queue_import(csv_of("ann@example.org,Paris", "bob,Rome"), err_threshold=threshold)
    assert (await shop.done(job)).status == status


@pytest.mark.parametrize(
    ("method", "members"),
    [
        ("addforce", {"ann@example.org": False, "bob@example.org": False}),
        ("addnoforce", {"ann@example.org": True, "bob@example.org": False}),
        ("unsub", {"ann@example.org": True, "bob@example.org": True}),
        ("remove", {}),
    ],
)
async def test_what_each_method_does(shop, method, members):
    await shop.done(await shop.queue_import(csv_of("ann@example.org,Paris"), method="unsub"))
    await shop.done(
        await shop.queue_import(csv_of("ann@example.org,Paris", "bob@example.org,Rome"), method=method)
    )
    assert await shop.members() == members


async def test_exclusion_is_set_and_taken_back_without_a_list(shop):
    file = csv_of("ann@example.org", header="email")
    await shop.done(await shop.queue_import(file, method="excludemarketing", list_id=0))
    assert (await shop.contacts())["ann@example.org"][2] == 1
    await shop.done(await shop.queue_import(file, method="includemarketing", list_id=0))
    assert (await shop.contacts())["ann@example.org"][2] == 0


async def test_field_names_and_a_pattern_of_moments_come_with_the_import(shop):
    def define():
        yield _DEFINE(71, "born", "datetime")

    await shop.database.write(define)
    options = {"DateTimeFormat": "dd.mm.yyyy", "TimezoneOffset": "2", "FieldNames": ["email", "born"]}
    job = await shop.queue_import(b"\xef\xbb\xbfann@example.org;31.12.1980\n", options=json.dumps(options))
    assert (await shop.done(job)).errcount == 0
    assert json.loads((await shop.contacts())["ann@example.org"][1]) == {"71": 347_061_600_000}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b"name,age\nAnn,3\n", 'The file has no column "email"'),
        (b"email,age,Age\n", 'The column "age" appears twice.'),
        (b"\xff\xfe\0\0" + "email\n".encode("utf-32-le"), "The file is in UTF-32"),
        (b'em"ail\n"x"y\n', 'no column "email"'),
        (b'"x"y\nann@example.org\n', "The first row cannot be read: Invalid quoting at line."),
        (b" \n;;;\n\n", "The file is empty."),
    ],
)
async def test_a_file_that_cannot_be_imported_says_why(shop, data, reason):
    job = await shop.done(await shop.queue_import(data))
    assert job.status == "Error"
    assert reason in job.error
    assert reason in (await shop.error_lines(job))[-1]


async def test_an_import_into_a_list_that_is_gone_ends_with_the_reason(shop):
    job = await shop.done(await shop.queue_import(csv_of("ann@example.org,Paris"), list_id=999))
    assert (job.status, job.error) == ("Error", "List ID 999 is invalid or deleted")
    assert await shop.contacts() == {}


async def test_an_import_that_is_interrupted_goes_on_where_it_was(shop, monkeypatch):
    monkeypatch.setattr(csv_file, "CHUNK", 50)
    job = await shop.queue_import(csv_of(*many_rows(300), "broken"))
    steps = []

    async def stop_in_the_middle(context, chunk, *rest):
        if len(steps) in {2, 4}:
            steps.append(None)
            raise asyncio.CancelledError
        steps.append(chunk.items)
        await committed(context, chunk, *rest)

    committed = csv_import._commit
    monkeypatch.setattr(csv_import, "_commit", stop_in_the_middle)
    ended = await shop.done(job)
    assert steps.count(None) == 2
    assert (ended.status, ended.current, ended.errcount) == ("Completed", 301, 1)
    assert len(await shop.members(NEWS)) == 300
    assert sum(each for each in steps if each) == 301

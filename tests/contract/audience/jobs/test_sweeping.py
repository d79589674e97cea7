"""Files of contacts are removed when their time is over, and not while a job reads them."""

import pytest

from aerogram.app.sweep import sweep
from aerogram.audience.signups import LIFE_MS
from aerogram.base.errors import NotFoundError
from aerogram.jobs.sweeping import ERRORS_KEPT_MS, FILE_KEPT_MS
from aerogram.store.records.contacts import signups
from support.actors import acting
from support.audience_jobs import csv_of


async def test_an_upload_goes_after_its_time_unless_a_job_waits_for_it(shop):
    free, waited_for = await shop.upload(csv_of("a@b.org,x")), await shop.queue_import(csv_of("c@d.org,x"))
    file = await shop.jobs.file(acting(1), free)
    shop.clock.advance(FILE_KEPT_MS)
    assert await sweep(shop.ground) == 0
    shop.clock.advance(1)
    assert await sweep(shop.ground) == 1
    assert await shop.jobs.file(acting(1), free) is None
    with pytest.raises(NotFoundError):
        await shop.ground.blobs.get(file.blob)
    done = await shop.done(waited_for)
    assert done.status == "Completed"
    # The runner may have swept by itself.
    await sweep(shop.ground)
    assert await shop.jobs.file(acting(1), done.data_id) is None


async def test_an_error_file_goes_after_its_time(shop):
    job = await shop.done(await shop.queue_import(csv_of("nobody")))
    shop.clock.advance(ERRORS_KEPT_MS)
    await sweep(shop.ground)
    assert await shop.jobs.has_refusals(job)
    shop.clock.advance(1)
    await sweep(shop.ground)
    assert not await shop.jobs.has_refusals(job)


async def test_a_signup_that_nobody_confirmed_goes_when_its_link_is_void(shop):
    now_ms = shop.clock.now_ms()
    typed = signups.SignupRow(1, 1, 2, 3, 4, "ann@example.net", "key", now_ms, "192.0.2.1")
    confirmed = typed._replace(id=5, signup_key="other", confirm_ms=now_ms)

    def rows():
        first = yield from signups.find(1)
        return [first, (yield from signups.find(5))]

    for row in (typed, confirmed):
        await shop.ground.database.write(lambda row=row: signups.add(row))
    shop.clock.advance(LIFE_MS - 1)
    await sweep(shop.ground)
    assert await shop.ground.database.read(rows) == [typed, confirmed]
    shop.clock.advance(1)
    await sweep(shop.ground)
    assert await shop.ground.database.read(rows) == [None, confirmed]


async def test_an_upload_that_breaks_off_leaves_nothing(shop, tmp_path):
    async def broken():
        yield b"email\n"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await shop.jobs.upload(acting(1), ("contactslist", 1, "CSVData"), "text/plain", broken())
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]

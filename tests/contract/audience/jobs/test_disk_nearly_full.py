"""While the disk is nearly full its reserve is left to mail: uploads are refused, and imports wait."""

import pytest

from aerogram.base.errors import StoreFullError
from support.actors import acting
from support.audience_jobs import csv_of, many_rows
from support.waiting import until


async def test_an_upload_is_refused_and_leaves_nothing(shop, tmp_path):
    shop.is_full = True
    with pytest.raises(StoreFullError):
        await shop.upload(csv_of("ann@example.org,Paris"))
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def test_an_upload_that_fills_the_disk_is_stopped_in_the_middle(shop, tmp_path):
    async def filling():
        for _ in range(40):
            yield b"x" * 1_000_000
            shop.is_full = True

    with pytest.raises(StoreFullError):
        await shop.jobs.upload(acting(1), ("contactslist", 1, "CSVData"), "text/plain", filling())
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def test_an_import_waits_for_room_and_then_goes_on(shop):
    job = await shop.queue_import(csv_of(*many_rows(3)))
    shop.is_full = True

    async def begun():
        return (await shop.jobs.find(acting(1), job.id)).start_ms

    async with shop.running():
        await until(begun, "the begin of the job")
        assert await shop.contacts() == {}
        shop.is_full = False
        assert (await shop.ended(job)).status == "Completed"
    assert len(await shop.contacts()) == 3

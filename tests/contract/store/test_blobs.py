"""Files of bodies: whole or not there, and for nobody's eyes but the service's."""

import os

import pytest

from aerogram.base.errors import NotFoundError, StoreFullError
from aerogram.store.blobs import DiskBlobs
from support.small_disk import fill, small_disk

BODY = b"x" * 300_000


async def by_put(blobs):
    return await blobs.put(BODY)


async def by_write(blobs):
    name = blobs.new_name()
    await blobs.write(name, BODY)
    return name


async def by_upload(blobs):
    upload = await blobs.begin()
    await upload.write(BODY)
    return await upload.keep()


WAYS = [by_put, by_write, by_upload]


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("way", WAYS)
async def test_a_file_is_read_by_its_name_and_by_its_owner_alone(way, tmp_path):
    blobs = DiskBlobs(tmp_path)
    before = os.umask(0o022)
    try:
        name = await way(blobs)
    finally:
        os.umask(before)
    assert await blobs.get(name) == BODY
    [path] = files_in(tmp_path)
    assert (path.name, path.stat().st_mode & 0o777) == (name, 0o600)
    await blobs.remove(name)
    with pytest.raises(NotFoundError):
        await blobs.get(name)


@pytest.mark.parametrize("way", [by_put, by_write])
async def test_a_file_that_found_no_room_is_gone(way, tmp_path):
    with small_disk(tmp_path / "disk", 2) as folder:
        blobs = DiskBlobs(folder / "blobs")
        fill(folder)
        with pytest.raises(StoreFullError):
            await way(blobs)
        assert not (folder / "blobs").exists() or not files_in(folder / "blobs")

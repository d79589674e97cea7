"""Images that mails show, on both engines and a real disk."""

import pytest

from aerogram.base.errors import LockedError, NotFoundError, StoreFullError, TooManyError
from aerogram.content import images as module
from aerogram.content.images import MAX_IMAGE_BYTES, Images, NoImageError, TooLargeError
from aerogram.content.labels import IMAGES, Labels, UnknownLabelError
from aerogram.model.page import PageRequest
from aerogram.store.blobs import DiskBlobs
from support.actors import acting
from support.content_examples import PNG

ANN, BOB = 1, 2
GIF = b"GIF89a" + bytes(20)


class Room:
    fault = None

    def check(self):
        if self.fault:
            raise self.fault


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "blobs"


@pytest.fixture
def images(database, ids, clock, folder, room):
    return Images(database, DiskBlobs(folder), ids, clock, room.check)


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


async def taken_in(images, *pieces):
    async with images.incoming() as incoming:
        for piece in pieces:
            await incoming.write(piece)
        return await incoming.keep()


async def made(images, data=PNG, account=ANN, label_ids=(), **values):
    file = await taken_in(images, data)
    return await images.create(acting(account), file, {"name": "logo", "status": "open"} | values, label_ids)


async def test_an_image_is_given_to_whoever_knows_its_guid(images):
    image = await made(images)
    file = await images.file(image.guid, is_thumbnail=False)
    assert (file.mime, file.data) == ("image/png", PNG)
    assert await images.file(image.guid, is_thumbnail=True) is None
    assert await images.file("0" * 36, is_thumbnail=False) is None
    assert len({image.guid, (await made(images)).guid}) == 2


async def test_bytes_may_come_in_any_pieces(images):
    file = await taken_in(images, *(PNG[place : place + 1] for place in range(len(PNG))))
    assert (file["mime"], file["size"]) == ("image/png", len(PNG))


@pytest.mark.parametrize("data", [b"", b"GIF8", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>" * 9])
async def test_what_is_no_image_leaves_nothing_behind(images, folder, data):
    with pytest.raises(NoImageError):
        await taken_in(images, data)
    assert files_in(folder) == []


async def test_a_file_that_is_too_large_leaves_nothing_behind(images, folder):
    assert (await taken_in(images, PNG, bytes(MAX_IMAGE_BYTES - len(PNG))))["size"] == MAX_IMAGE_BYTES
    kept = files_in(folder)
    with pytest.raises(TooLargeError):
        await taken_in(images, PNG, bytes(MAX_IMAGE_BYTES - len(PNG)), b"x")
    assert files_in(folder) == kept


async def test_the_reserve_of_the_disk_is_not_for_images(images, room, folder):
    async with images.incoming() as incoming:
        await incoming.write(PNG)
        room.fault = StoreFullError("Nearly full.")
        with pytest.raises(StoreFullError):
            await incoming.write(b"more")
    with pytest.raises(StoreFullError):
        await taken_in(images, PNG)
    assert files_in(folder) == []


async def test_a_replaced_file_is_gone(images, folder):
    image = await made(images)
    image = await images.replace_file(
        acting(image.account_id), image, await taken_in(images, GIF), is_thumbnail=True
    )
    assert (image.thumbnail_mime, image.thumbnail_size) == ("image/gif", len(GIF))
    image = await images.replace_file(
        acting(image.account_id), image, await taken_in(images, GIF), is_thumbnail=False
    )
    assert (await images.file(image.guid, is_thumbnail=False)).data == GIF
    assert len(files_in(folder)) == 2
    await images.remove(acting(image.account_id), image)
    assert files_in(folder) == []
    assert await images.file(image.guid, is_thumbnail=False) is None
    with pytest.raises(NotFoundError):
        await images.remove(acting(image.account_id), image)


async def test_a_locked_image_is_changed_only_together_with_its_status(images, folder):
    image = await made(images, status="locked")
    with pytest.raises(LockedError):
        await images.change(acting(image.account_id), image, {"name": "mark"})
    with pytest.raises(LockedError):
        await images.replace_file(
            acting(image.account_id), image, await taken_in(images, GIF), is_thumbnail=False
        )
    assert len(files_in(folder)) == 1
    image = await images.change(acting(image.account_id), image, {"name": "mark", "status": "open"})
    assert (await images.change(acting(image.account_id), image, {"is_starred": True})).is_starred is True
    [found], _ = await images.page(acting(ANN), PageRequest({"guid": image.guid}, limit=1))
    assert (found.name, found.is_starred) == ("mark", True)


async def test_an_image_of_unknown_labels_is_not_made(images, database, ids, folder):
    labels = Labels(database, ids)
    values = {"name": "Cats", "color": "#FFF", "used_for": IMAGES}
    cats = await labels.create(acting(ANN), values)
    with pytest.raises(UnknownLabelError):
        await made(images, account=BOB, label_ids=(cats.id,))
    assert files_in(folder) == []
    image = await made(images, label_ids=(cats.id,))
    assert await labels.of_objects(acting(ANN), [image.id]) == {image.id: [cats.id]}
    await images.change(acting(image.account_id), image, {}, ())
    assert await labels.of_objects(acting(ANN), [image.id]) == {}


async def test_an_account_has_no_more_images_than_it_may(images, monkeypatch, folder):
    monkeypatch.setattr(module, "MAX_IMAGES", 1)
    await made(images)
    with pytest.raises(TooManyError, match="may have at most 1 images"):
        await made(images)
    assert len(files_in(folder)) == 1


async def test_images_are_listed_by_what_is_said_of_them(images):
    logo = await made(images)
    mark = await made(images, name="Mark", is_starred=True, status="locked")
    await made(images, account=BOB)

    async def found(**conditions):
        page, _ = await images.page(acting(ANN), PageRequest(conditions, limit=10, orders=(("name", True),)))
        return [image.guid for image in page]

    assert set(await found()) == {logo.guid, mark.guid}
    assert await found(name_likeci="ar") == await found(is_starred=1) == [mark.guid]
    assert await found(status="open") == await found(guids=(logo.guid, "x")) == [logo.guid]

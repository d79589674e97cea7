"""Images that mails show: taken in, kept, and given to whoever knows their address.

The bytes lie in files of their own. A row is written when its file is durable, and removed before its file is; a file
without row takes room and does no harm.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import LockedError, NotFoundError, RefusedError, TooManyError
from aerogram.content.image_types import START_BYTES, TYPES, image_type
from aerogram.content.labels import IMAGES, bear
from aerogram.store.records.templates import images as records

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.blobs import DiskBlobs, Upload
    from aerogram.store.sql import Database, Unit

MAX_IMAGE_BYTES: Final = 2 * 1024 * 1024
"""Of one file, as Mailjet's."""
MAX_IMAGES: Final = 10_000
"""Images of an account; our choice."""
MAX_NAME: Final = 255
OPEN: Final = "open"
LOCKED: Final = "locked"
PREFIX: Final = "/img/"
"""What the paths of images begin with, wherever a mail finds them."""
CONTENT: Final = "content"
THUMBNAIL: Final = "thumbnail"


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image. ``guid`` names it to clients and readers; sizes are in bytes, 0 for no thumbnail."""

    id: int
    account_id: int
    guid: str
    name: str
    status: str
    is_starred: bool = False
    mime: str
    size: int
    blob: str
    thumbnail_mime: str = ""
    thumbnail_size: int = 0
    thumbnail_blob: str = ""
    created_ms: int
    updated_ms: int


class File(msgspec.Struct, frozen=True):
    """The bytes of an image; ``tag`` changes when they do."""

    mime: str
    tag: str
    data: bytes


class NoImageError(RefusedError):
    """The bytes are no image of a kind that is taken."""

    def __init__(self) -> None:
        super().__init__(f"The file is none of {', '.join(TYPES)}.")


class TooLargeError(RefusedError):
    """The file has more bytes than are taken."""

    def __init__(self) -> None:
        super().__init__(f"An image may have {MAX_IMAGE_BYTES} bytes.")


class IncomingFile:
    """A file on its way in, written piece by piece."""

    def __init__(self, upload: Upload, check_room: Callable[[], None]) -> None:
        self._upload = upload
        self._check_room = check_room
        self._start = b""
        self._mime: str | None = None

    async def write(self, piece: bytes) -> None:
        """Add bytes. Raises `NoImageError` as soon as that is clear, `TooLargeError` or `StoreFullError`."""
        if self._upload.size + len(piece) > MAX_IMAGE_BYTES:
            raise TooLargeError
        if self._mime is None:
            self._start += piece[:START_BYTES]
            if len(self._start) >= START_BYTES:
                self._mime = _type_of(self._start)
        self._check_room()
        await self._upload.write(piece)

    async def keep(self) -> dict[str, Any]:
        """Make it durable; give its ``mime``, ``size`` and ``blob``. Raises `NoImageError` or `StoreFullError`."""
        mime = self._mime or _type_of(self._start)
        return {"mime": mime, "size": self._upload.size, "blob": await self._upload.keep()}


class Images:
    """The images of all accounts."""

    def __init__(
        self,
        database: Database,
        blobs: DiskBlobs,
        ids: IdGenerator,
        clock: Clock,
        check_room: Callable[[], None],
    ) -> None:
        """Take ``check_room``, which raises `StoreFullError` while the disk's reserve is for mail alone."""
        self._database = database
        self._blobs = blobs
        self._ids = ids
        self._clock = clock
        self._check_room = check_room

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Image], int]:
        """Give a page of images and the number of all that match."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [Image(**row | {"is_starred": bool(row["is_starred"])}) for row in rows], total

    @contextlib.asynccontextmanager
    async def incoming(self) -> AsyncIterator[IncomingFile]:
        """Take in a file; it is dropped unless it was kept."""
        self._check_room()
        upload = await self._blobs.begin()
        try:
            yield IncomingFile(upload, self._check_room)
        finally:
            await upload.drop()

    async def create(
        self,
        actor: Actor,
        file: Mapping[str, Any],
        values: Mapping[str, Any],
        label_ids: Sequence[int] = (),
    ) -> Image:
        """Make an image of a file that was kept, with values by attribute.

        Raises `UnknownLabelError` or `TooManyError`; the file is gone then.
        """
        now = self._clock.now_ms()
        made = Image(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            guid=str(uuid.uuid4()),
            created_ms=now,
            updated_ms=now,
            **file,
            **values,
        )
        row = msgspec.structs.asdict(made) | {"is_starred": int(made.is_starred)}

        def unit() -> Unit[None]:
            count = yield from records.LISTING.count(actor.account_id, {})
            if count >= MAX_IMAGES:
                raise TooManyError("images", MAX_IMAGES)
            yield from records.OWNED.add(row)
            yield from bear(actor.account_id, made.id, IMAGES, label_ids)

        async with self._without_file_on_failure(file["blob"]):
            await self._database.write(unit)
        return made

    async def change(
        self, actor: Actor, found: Image, values: Mapping[str, Any], label_ids: Sequence[int] | None = None
    ) -> Image:
        """Give other values to an image; a locked one is changed only together with its status.

        Raises `LockedError`, `UnknownLabelError` or `NotFoundError`.
        """
        if found.status == LOCKED and values.get("status") != OPEN:
            raise LockedError("The image")
        changed = msgspec.structs.replace(found, **values, updated_ms=self._clock.now_ms())
        columns = {name: getattr(changed, name) for name in (*values, "updated_ms")}
        if "is_starred" in columns:
            columns["is_starred"] = int(changed.is_starred)

        def unit() -> Unit[bool]:
            if not (yield from records.OWNED.change(actor.account_id, found.id, columns)):
                return False
            if label_ids is not None:
                yield from bear(actor.account_id, found.id, IMAGES, label_ids)
            return True

        if not await self._database.write(unit):
            raise _no_image()
        return changed

    async def replace_file(
        self, actor: Actor, found: Image, file: Mapping[str, Any], *, is_thumbnail: bool
    ) -> Image:
        """Give an image other bytes, or a thumbnail. Raises `LockedError` or `NotFoundError`; the file is gone then."""
        values = {f"thumbnail_{name}": value for name, value in file.items()} if is_thumbnail else file
        async with self._without_file_on_failure(file["blob"]):
            changed = await self.change(actor, found, values)
        before = found.thumbnail_blob if is_thumbnail else found.blob
        if before:
            await self._blobs.remove(before)
        return changed

    async def remove(self, actor: Actor, found: Image) -> None:
        """Delete an image; mails that show it show it no more. Raises `NotFoundError`."""

        def unit() -> Unit[bool]:
            was_there = yield from records.OWNED.remove(actor.account_id, found.id)
            if was_there:
                yield from bear(actor.account_id, found.id, IMAGES, ())
            return was_there

        if not await self._database.write(unit):
            raise _no_image()
        for blob in filter(None, (found.blob, found.thumbnail_blob)):
            await self._blobs.remove(blob)

    async def file(self, guid: str, *, is_thumbnail: bool) -> File | None:
        """Give the bytes of an image of any account to whoever knows its guid; None when there are none."""
        row = await self._database.read(lambda: records.files(guid))
        if row is None:
            return None
        mime, blob = (row.thumbnail_mime, row.thumbnail_blob) if is_thumbnail else (row.mime, row.blob)
        try:
            return File(mime, blob, await self._blobs.get(blob)) if blob else None
        except NotFoundError:
            # It was replaced or removed between the row and the file.
            return None

    @contextlib.asynccontextmanager
    async def _without_file_on_failure(self, blob: str) -> AsyncIterator[None]:
        try:
            yield
        except (RefusedError, NotFoundError):
            # Of other errors nobody knows whether the row was written.
            await self._blobs.remove(blob)
            raise


def image_url(base: str, guid: str, kind: str) -> str:
    """Give the address of an image (`CONTENT`) or of its `THUMBNAIL`."""
    return f"{base.rstrip('/')}{PREFIX}{guid}/{kind}"


def _type_of(start: bytes) -> str:
    mime = image_type(start)
    if mime is None:
        raise NoImageError
    return mime


def _no_image() -> NotFoundError:
    return NotFoundError("There is no such image.")

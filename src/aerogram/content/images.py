"""Images in mail: upload and store them, and serve them to everyone who knows their URL.

The bytes are stored in separate files. A row is written after its file is durable, and removed before its file; a
file without a row only takes space.
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
"""Largest size of a file, as at Mailjet."""
MAX_IMAGES: Final = 10_000
"""Images of an account; our choice."""
MAX_NAME: Final = 255
OPEN: Final = "open"
LOCKED: Final = "locked"
PREFIX: Final = "/img/"
"""The prefix of image paths."""
CONTENT: Final = "content"
THUMBNAIL: Final = "thumbnail"


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image. ``guid`` identifies it in URLs; sizes are in bytes, 0 without a thumbnail."""

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
    """The bytes of an image; ``tag`` changes with them."""

    mime: str
    tag: str
    data: bytes


class NoImageError(RefusedError):
    """The file is not an image of a supported type."""

    def __init__(self) -> None:
        super().__init__(f"The file must be one of {', '.join(TYPES)}.")


class TooLargeError(RefusedError):
    """The file exceeds `MAX_IMAGE_BYTES`."""

    def __init__(self) -> None:
        super().__init__(f"An image may have at most {MAX_IMAGE_BYTES} bytes.")


class IncomingFile:
    """A file during its upload, written piece by piece."""

    def __init__(self, upload: Upload, check_room: Callable[[], None]) -> None:
        self._upload = upload
        self._check_room = check_room
        self._start = b""
        self._mime: str | None = None

    async def write(self, piece: bytes) -> None:
        """Add bytes. Raises `NoImageError` as soon as the type is known, `TooLargeError` or `StoreFullError`."""
        if self._upload.size + len(piece) > MAX_IMAGE_BYTES:
            raise TooLargeError
        if self._mime is None:
            self._start += piece[:START_BYTES]
            if len(self._start) >= START_BYTES:
                self._mime = _type_of(self._start)
        self._check_room()
        await self._upload.write(piece)

    async def keep(self) -> dict[str, Any]:
        """Make it durable and return its ``mime``, ``size`` and ``blob``. Raises `NoImageError` or `StoreFullError`."""
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
        """Use ``check_room``, which raises `StoreFullError` while free disk space is reserved for mail."""
        self._database = database
        self._blobs = blobs
        self._ids = ids
        self._clock = clock
        self._check_room = check_room

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Image], int]:
        """Return a page of images and the total number of matches."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [Image(**row | {"is_starred": bool(row["is_starred"])}) for row in rows], total

    @contextlib.asynccontextmanager
    async def incoming(self) -> AsyncIterator[IncomingFile]:
        """Receive a file; it is removed unless `IncomingFile.keep` was called."""
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
        """Create an image from an uploaded file, with values by attribute.

        Raises `UnknownLabelError` or `TooManyError`, and then removes the file.
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
        """Change an image; to change a locked image, set its status in the same call.

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
        """Replace the bytes or the thumbnail of an image.

        Raises `LockedError` or `NotFoundError`, and then removes the new file.
        """
        values = {f"thumbnail_{name}": value for name, value in file.items()} if is_thumbnail else file
        async with self._without_file_on_failure(file["blob"]):
            changed = await self.change(actor, found, values)
        before = found.thumbnail_blob if is_thumbnail else found.blob
        if before:
            await self._blobs.remove(before)
        return changed

    async def remove(self, actor: Actor, found: Image) -> None:
        """Delete an image; mails that contain it no longer show it. Raises `NotFoundError`."""

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
        """Return the bytes of any account's image by its guid; None without one."""
        row = await self._database.read(lambda: records.files(guid))
        if row is None:
            return None
        mime, blob = (row.thumbnail_mime, row.thumbnail_blob) if is_thumbnail else (row.mime, row.blob)
        try:
            return File(mime, blob, await self._blobs.get(blob)) if blob else None
        except NotFoundError:
            # The file was replaced or removed after the row was read.
            return None

    @contextlib.asynccontextmanager
    async def _without_file_on_failure(self, blob: str) -> AsyncIterator[None]:
        try:
            yield
        except (RefusedError, NotFoundError):
            # After other errors, the row may have been written.
            await self._blobs.remove(blob)
            raise


def image_url(base: str, guid: str, kind: str) -> str:
    """Return the URL of an image (`CONTENT`) or of its `THUMBNAIL`."""
    return f"{base.rstrip('/')}{PREFIX}{guid}/{kind}"


def _type_of(start: bytes) -> str:
    mime = image_type(start)
    if mime is None:
        raise NoImageError
    return mime


def _no_image() -> NotFoundError:
    return NotFoundError("There is no such image.")

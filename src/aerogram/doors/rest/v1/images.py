"""``/v1/REST/images`` and ``/v1/data/images``: images for mails.

Properties of an image are read and written below either path, because clients use both; files are uploaded
below ``/v1/data/`` only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import TooManyError
from aerogram.content.images import CONTENT, LOCKED, MAX_NAME, OPEN, THUMBNAIL, Image, NoImageError, image_url
from aerogram.content.labels import MAX_USES
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT
from aerogram.doors.rest.engine.reading import object_in
from aerogram.doors.rest.fields.compound import Ids
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, OneOf
from aerogram.doors.rest.queries.listing import Page, Row, combined
from aerogram.doors.rest.v1 import errors
from aerogram.doors.rest.v1.fields import OneWord
from aerogram.doors.rest.v1.labels import ids
from aerogram.doors.rest.v1.serving import NOTHING, Lists, content_route, lowered, one, values_of
from aerogram.doors.rest.v1.uploads import MAX_FORM_BYTES, form_of, no_image, take_in
from aerogram.model.page import PageRequest

if TYPE_CHECKING:
    from aerogram.content.images import Images
    from aerogram.content.labels import Labels
    from aerogram.doors.rest.route import Route
    from aerogram.doors.rest.v1.serving import ContentCall
    from aerogram.model.actor import Actor

DATA: Final = "/v1/data/images"
COLLECTIONS: Final = ("/v1/REST/images", DATA)
ONES: Final = tuple(f"{path}/{{image_id}}" for path in COLLECTIONS)
FILE: Final = f"{DATA}/{{image_id}}/{{content_type}}"
STATUSES: Final = (OPEN, LOCKED)
GUID_CHARS: Final = 36

_METADATA: Final = (
    Text("Name", "name", required=True, max_length=MAX_NAME),
    OneWord("Status", "status", STATUSES, required=True),
    Ids("LabelIDs", "label_ids", most=MAX_USES),
    Flag("IsStarred", "is_starred", default=False),
)
FIELDS: Final = (
    Text("ID", "guid", read_only=True),
    Integer("OrganisationID", "account_id", read_only=True),
    *_METADATA[:2],
    Constant("TargetContent", "image"),
    Integer("ImageSize", "size", read_only=True),
    Integer("ThumbnailSize", "thumbnail_size", read_only=True),
    Integer("TotalSize", "total_size", read_only=True),
    *_METADATA[2:],
    Text("ImageUrl", "url", read_only=True),
    Text("ThumbnailUrl", "thumbnail_url", read_only=True, nullable=True),
    Moment("CreatedAt", "created_ms", read_only=True),
    Moment("UpdatedAt", "updated_ms", read_only=True),
    # Mailjet's images expire.
    Text("ExpiresAt", "expires", read_only=True, nullable=True),
)
_LISTS: Final = Lists(
    (
        Filter("ID", "guid", filters.words, "ID"),
        OneOf("IDs", "guids", lambda text: (filters.words(text),), "IDs, comma-separated"),
        Filter("Name", "name", filters.words, "name"),
        Filter("PartialName", "name_likeci", filters.lowered, "a part of the name, ignoring case"),
        Filter("Status", "status", filters.lowered, "open or locked"),
        Filter("IsStarred", "is_starred", filters.bit, "true: favorites; false: the others"),
        OneOf("LabelIDs", "label_ids", ids, "any of these labels, comma-separated"),
    ),
    sortable=("Name", "CreatedAt", "UpdatedAt"),
)


class ImageRoutes:
    """The routes of images; ``base`` is the start of the images' URLs."""

    def __init__(self, images: Images, labels: Labels, base: str) -> None:
        self._images = images
        self._labels = labels
        self._base = base

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [*self._of_rows(), *self._of_files()]

    def _of_rows(self) -> list[Route]:
        listing = [
            content_route(
                "GET",
                path,
                self._list,
                summary="List images.",
                permissions=("read_image",),
                response_fields=FIELDS,
                lists=_LISTS,
            )
            for path in COLLECTIONS
        ]
        reading = [
            content_route(
                "GET",
                path,
                self._read,
                summary="Read the properties of an image, with its URL.",
                permissions=("read_image",),
                response_fields=FIELDS,
            )
            for path in ONES
        ]
        changing = [
            content_route(
                "PUT",
                path,
                self._change,
                summary="Change the name, status, labels or star of an image.",
                permissions=("update_image",),
                body_fields=FIELDS,
                response_fields=FIELDS,
            )
            for path in ONES
        ]
        removing = [
            content_route(
                "DELETE",
                path,
                self._remove,
                summary="Delete an image; mails no longer show it.",
                permissions=("delete_image",),
                status=NO_CONTENT,
            )
            for path in ONES
        ]
        return [*listing, *reading, *changing, *removing]

    def _of_files(self) -> list[Route]:
        return [
            content_route(
                "POST",
                DATA,
                self._upload,
                summary="Upload an image (PNG, JPEG, GIF or WebP, up to 2 MiB) with its metadata, as a form.",
                permissions=("create_image",),
                status=CREATED,
                form=form_of(_METADATA),
                response_fields=FIELDS,
                max_body_bytes=MAX_FORM_BYTES,
            ),
            content_route(
                "PUT",
                FILE,
                self._replace,
                summary="Replace the file of an image (content) or its thumbnail (thumbnail).",
                permissions=("update_image",),
                form=form_of(()),
                response_fields=FIELDS,
                max_body_bytes=MAX_FORM_BYTES,
            ),
        ]

    async def _list(self, call: ContentCall) -> Page:
        found, total = await self._images.page(
            call.actor, call.query.request(combined(call.query.conditions))
        )
        return Page(await self._rows(call.actor, found), total)

    async def _read(self, call: ContentCall) -> Page:
        return await self._shown(call.actor, await self._found(call))

    async def _change(self, call: ContentCall) -> Page:
        found = await self._found(call)
        values = call.values()
        label_ids = values.pop("label_ids", None)
        return await self._shown(call.actor, await self._images.change(call.actor, found, values, label_ids))

    async def _remove(self, call: ContentCall) -> Page:
        found = await self._found(call)
        await self._images.remove(call.actor, found)
        return NOTHING

    async def _upload(self, call: ContentCall) -> Page:
        async with self._images.incoming() as incoming:
            metadata = await take_in(call.request, incoming)
            values = values_of(lowered(object_in(metadata or b"", errors.flawed)), _METADATA, is_new=True)
            label_ids = values.pop("label_ids", ())
            try:
                file = await incoming.keep()
                made = await self._images.create(call.actor, file, values, label_ids)
            except NoImageError as error:
                raise no_image(error) from None
            except TooManyError as error:
                raise errors.invalid_value("file", errors.UNEXPECTED_VALUE, str(error)) from None
        return await self._shown(call.actor, made)

    async def _replace(self, call: ContentCall) -> Page:
        kind = call.part("content_type").lower()
        if kind not in (CONTENT, THUMBNAIL):
            raise errors.invalid_value(
                "content_type", errors.NOT_IN_LIST, "The value must be content or thumbnail"
            )
        found = await self._found(call)
        async with self._images.incoming() as incoming:
            await take_in(call.request, incoming)
            try:
                file = await incoming.keep()
                changed = await self._images.replace_file(
                    call.actor, found, file, is_thumbnail=kind == THUMBNAIL
                )
            except NoImageError as error:
                raise no_image(error) from None
        return await self._shown(call.actor, changed)

    async def _found(self, call: ContentCall) -> Image:
        guid = call.part("image_id").lower()
        conditions = {"guid": guid} if len(guid) == GUID_CHARS else {"nothing": True}
        found, _ = await self._images.page(call.actor, PageRequest(conditions, limit=1))
        if not found:
            raise errors.not_found()
        return found[0]

    async def _shown(self, actor: Actor, image: Image) -> Page:
        return one((await self._rows(actor, [image]))[0])

    async def _rows(self, actor: Actor, found: list[Image]) -> list[Row]:
        labels = await self._labels.of_objects(actor, [image.id for image in found])
        return [self._row(image) | {"label_ids": labels.get(image.id, ())} for image in found]

    def _row(self, image: Image) -> dict[str, Any]:
        return msgspec.structs.asdict(image) | {
            "total_size": image.size + image.thumbnail_size,
            "url": image_url(self._base, image.guid, CONTENT),
            "thumbnail_url": image_url(self._base, image.guid, THUMBNAIL) if image.thumbnail_blob else None,
        }

"""Images for mails."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Text, bindparam, select

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.matching import likes
from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.templates import image, label_use

COLUMNS: Final = tuple(column.name for column in image.columns)
OWNED: Final = Owned(image)
LISTING: Final = Listing(
    image,
    COLUMNS,
    conditions={
        "guid": image.c.guid == bindparam("guid"),
        "guids": any_of(image.c.guid, "guids", Text()),
        **likes("name", image.c.name),
        "status": image.c.status == bindparam("status"),
        "is_starred": image.c.is_starred == bindparam("is_starred"),
        "label_ids": image.c.id.in_(
            select(label_use.c.object_id).where(any_of(label_use.c.label_id, "label_ids"))
        ),
    },
    orders={name: image.c[name] for name in ("id", "name", "created_ms", "updated_ms")},
)
"""Images can be listed by these."""


class FileRow(NamedTuple):
    """The files of an image and of its thumbnail; "" when there is no thumbnail."""

    mime: str
    blob: str
    thumbnail_mime: str
    thumbnail_blob: str


_FILES = Sql(
    select(*(image.c[name] for name in FileRow._fields)).where(image.c.guid == bindparam("guid")), "guid"
)


def files(guid: str) -> Unit[FileRow | None]:
    """Return the files of an image, of any account."""
    rows = yield _FILES(guid)
    return FileRow(*rows[0]) if rows else None

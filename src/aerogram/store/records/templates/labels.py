"""Labels, and the templates and images that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned, Unique
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.templates import label, label_use

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS: Final = tuple(column.name for column in label.columns)
OWNED: Final = Owned(label)
LISTING: Final = Listing(
    label,
    COLUMNS,
    conditions={
        "id": label.c.id == bindparam("id"),
        "ids": any_of(label.c.id, "ids"),
        "name": label.c.name == bindparam("name"),
        "used_for": label.c.used_for == bindparam("used_for"),
    },
    orders={"id": label.c.id, "name": label.c.name},
)
"""Labels can be listed by these."""

_UNIQUE: Final = Unique(label, "name")
_KNOWN = Sql(
    select(label.c.id).where(
        label.c.account_id == bindparam("owner"),
        label.c.used_for == bindparam("kind"),
        any_of(label.c.id, "ids"),
    ),
    "owner",
    "kind",
    "ids",
)
_USES = Sql(
    select(label_use.c.object_id, label_use.c.label_id)
    .where(label_use.c.account_id == bindparam("owner"), any_of(label_use.c.object_id, "objects"))
    .order_by(label_use.c.object_id, label_use.c.label_id),
    "owner",
    "objects",
)
_USE = Sql(
    insert(label_use).values({name: bindparam(name) for name in ("label_id", "object_id", "account_id")}),
    "label_id",
    "object_id",
    "account_id",
)
_FORGET_OBJECT = Sql(delete(label_use).where(label_use.c.object_id == bindparam("which")), "which")
_FORGET_LABEL = Sql(delete(label_use).where(label_use.c.label_id == bindparam("which")), "which")


def is_taken(account_id: int, name: str, label_id: int) -> Unit[bool]:
    """Return whether another label of the account has a name."""
    return (yield from _UNIQUE.is_taken(account_id, label_id, name))


def known(account_id: int, used_for: str, label_ids: Sequence[int]) -> Unit[set[int]]:
    """Return those of the ids that are labels for ``used_for``."""
    return {found for (found,) in (yield _KNOWN(account_id, used_for, list(label_ids)))}


def of_objects(account_id: int, object_ids: Sequence[int]) -> Unit[dict[int, list[int]]]:
    """Return the labels of templates or images, for those that have any."""
    found: dict[int, list[int]] = {}
    for object_id, label_id in (yield _USES(account_id, list(object_ids))):
        found.setdefault(object_id, []).append(label_id)
    return found


def use(account_id: int, object_id: int, label_ids: Sequence[int]) -> Unit[None]:
    """Replace the labels of a template or an image."""
    yield _FORGET_OBJECT(object_id)
    if label_ids:
        yield _USE.many([(label_id, object_id, account_id) for label_id in label_ids])


def remove(account_id: int, label_id: int) -> Unit[bool]:
    """Delete a label and all its uses; False when the account has no such label."""
    was_there = yield from OWNED.remove(account_id, label_id)
    if was_there:
        yield _FORGET_LABEL(label_id)
    return was_there

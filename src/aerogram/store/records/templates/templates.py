"""Stored templates: their metadata, and the columns that a send needs. Their content is in their versions."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, case, delete, func, select, text, update

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.matching import likes
from aerogram.store.records.querying.owned import Unique
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.templates import label_use, template, template_version

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = (
    "id",
    "account_id",
    "name",
    "owner_type",
    "author",
    "categories",
    "copyright",
    "description",
    "edit_mode",
    "is_starred",
    "makes_text",
    "locale",
    "presets",
    "purposes",
    "created_ms",
    "updated_ms",
    "is_locked",
    "last_kind",
    "last_locale",
    "published_id",
)
"""The metadata of a template."""


class ContentRow(NamedTuple):
    """The content of a version. ``headers`` is a JSON object or "", ``mjml`` JSON; null when never given."""

    headers: str
    text_part: str | None
    html_part: str | None
    mjml: str | None


class SendRow(NamedTuple):
    """The columns of a template that a send needs."""

    id: int
    name: str
    makes_text: int
    headers: str
    text_part: str | None
    html_part: str | None


LISTING: Final = Listing(
    template,
    COLUMNS,
    conditions={
        "id": template.c.id == bindparam("id"),
        "ids": any_of(template.c.id, "ids"),
        "account_id": template.c.account_id == bindparam("account_id"),
        **likes("name", template.c.name),
        "owner_type": template.c.owner_type == bindparam("owner_type"),
        "edit_mode": template.c.edit_mode == bindparam("edit_mode"),
        "locale": template.c.locale == bindparam("locale"),
        "last_locale": template.c.last_locale == bindparam("last_locale"),
        "is_starred": template.c.is_starred == bindparam("is_starred"),
        "is_published": case((template.c.published_id != 0, 1), else_=0) == bindparam("is_published"),
        "label_ids": template.c.id.in_(
            select(label_use.c.object_id).where(any_of(label_use.c.label_id, "label_ids"))
        ),
        # A template of type "user" belongs to the owner of the account.
        "user_id": and_(template.c.owner_type == "user", template.c.account_id == bindparam("user_id")),
        **{
            f"{name}_{method}": condition
            for name in ("categories", "purposes")
            for method, condition in (
                ("any", template.c[name].bitwise_and(bindparam(f"{name}_any")) != 0),
                ("lack", template.c[name].bitwise_and(bindparam(f"{name}_lack")) == 0),
            )
        },
        **{
            f"{name}_all": template.c[name].bitwise_and(bindparam(f"{name}_all")) == bindparam(f"{name}_all")
            for name in ("categories", "purposes")
        },
    },
    orders={name: template.c[name] for name in ("id", "name", "is_starred", "created_ms", "updated_ms")},
)
"""Templates can be listed by these. Of the bits of a set: ``_any``, ``_all``, or none (``_lack``)."""

_ADD = Sql(
    text(
        f"INSERT INTO template ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - names of columns
        " ON CONFLICT (account_id, owner_type, name) DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_OWN: Final = (template.c.id == bindparam("which")) & (template.c.account_id == bindparam("owner"))
_FIND = Sql(select(*(template.c[name] for name in COLUMNS)).where(_OWN), "which", "owner")
_UNIQUE: Final = Unique(template, "owner_type", "name")
_TOUCH = Sql(
    update(template)
    .where(_OWN)
    .values(updated_ms=bindparam("now"))
    .returning(*(template.c[name] for name in COLUMNS)),
    "now",
    "which",
    "owner",
)
_REMOVE = Sql(delete(template).where(_OWN).returning(template.c.id), "which", "owner")
_REMOVE_VERSIONS = Sql(
    delete(template_version).where(template_version.c.template_id == bindparam("which")), "which"
)
_PARTS: Final = {
    "headers": func.coalesce(template_version.c.headers, ""),
    **{name: template_version.c[name] for name in ("text_part", "html_part", "mjml")},
}
_PUBLISHED: Final = template.outerjoin(template_version, template_version.c.id == template.c.published_id)
_CONTENT = Sql(
    select(*(_PARTS[name] for name in ContentRow._fields)).select_from(_PUBLISHED).where(_OWN),
    "which",
    "owner",
)
_TO_SENDS: Final = select(
    *(_PARTS[name] if name in _PARTS else template.c[name] for name in SendRow._fields)
).select_from(_PUBLISHED)
_TO_SEND = Sql(_TO_SENDS.where(_OWN), "which", "owner")
_TO_SEND_BY_NAME = Sql(
    _TO_SENDS.where(template.c.account_id == bindparam("owner"), template.c.name == bindparam("name"))
    .order_by(case((template.c.owner_type == "apikey", 0), else_=1), template.c.id)
    .limit(1),
    "owner",
    "name",
)


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a template by `COLUMNS`; False when the account has one of this type and name."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def find(account_id: int, template_id: int) -> Unit[dict[str, Any] | None]:
    """Return the metadata of a template, by `COLUMNS`."""
    rows = yield _FIND(template_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def is_taken(row: Mapping[str, Any]) -> Unit[bool]:
    """Return whether another template of the account has the type and name of this one."""
    return (yield from _UNIQUE.is_taken(row["account_id"], row["id"], row["owner_type"], row["name"]))


def touch(account_id: int, template_id: int, now_ms: int) -> Unit[dict[str, Any] | None]:
    """Set the time of the last change, return the metadata, and lock the template until the commit."""
    rows = yield _TOUCH(now_ms, template_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def change(account_id: int, template_id: int, values: Mapping[str, Any]) -> Unit[bool]:
    """Write values by column; False when there is no such template."""
    names = tuple(sorted(values))
    rows = yield _change(names)(*(values[name] for name in names), template_id, account_id)
    return bool(rows)


def remove(account_id: int, template_id: int) -> Unit[bool]:
    """Delete a template with its versions; False when there was none."""
    rows = yield _REMOVE(template_id, account_id)
    if rows:
        yield _REMOVE_VERSIONS(template_id)
    return bool(rows)


def content(account_id: int, template_id: int) -> Unit[ContentRow | None]:
    """Return the published content of a template."""
    rows = yield _CONTENT(template_id, account_id)
    return ContentRow(*rows[0]) if rows else None


def to_send(account_id: int, template_id: int) -> Unit[SendRow | None]:
    """Return a template with its published content, for a send."""
    rows = yield _TO_SEND(template_id, account_id)
    return SendRow(*rows[0]) if rows else None


def to_send_by_name(account_id: int, name: str) -> Unit[SendRow | None]:
    """Do what `to_send` does, by name; one of type "apikey" comes before one of type "user"."""
    rows = yield _TO_SEND_BY_NAME(account_id, name)
    return SendRow(*rows[0]) if rows else None


@lru_cache(maxsize=256)
def _change(names: tuple[str, ...]) -> Sql:
    statement = update(template).where(_OWN).values({name: bindparam(f"new_{name}") for name in names})
    return Sql(statement.returning(template.c.id), *(f"new_{name}" for name in names), "which", "owner")

"""Versions of templates: drafts and published ones, a few of each."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from aerogram.model.template import PUBLISHED
from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.templates import template, template_version

KEPT: Final = 5
"""Versions of each kind that a template keeps, as Mailjet does."""


class VersionRow(NamedTuple):
    """A version, by its columns."""

    id: int
    account_id: int
    template_id: int
    number: int
    kind: str
    author: str
    name: str
    locale: str
    created_ms: int
    headers: str
    text_part: str | None
    html_part: str | None
    mjml: str | None


_OWNED: Final = Owned(template_version)
LISTING: Final = Listing(
    template_version,
    VersionRow._fields,
    conditions={
        name: template_version.c[name] == bindparam(name) for name in ("id", "template_id", "kind", "locale")
    },
    orders={"id": template_version.c.id, "created_ms": template_version.c.number},
)
"""Versions can be listed by these. Their numbers rise with time."""

_OF_KIND: Final = (template_version.c.template_id == bindparam("which")) & (
    template_version.c.kind == bindparam("of_kind")
)
_NEWEST = Sql(
    select(*(template_version.c[name] for name in VersionRow._fields))
    .where(_OF_KIND, template_version.c.account_id == bindparam("owner"))
    .order_by(template_version.c.number.desc())
    .limit(1),
    "which",
    "of_kind",
    "owner",
)
_LAST = Sql(
    select(func.coalesce(func.max(template_version.c.number), 0)).where(
        template_version.c.template_id == bindparam("which")
    ),
    "which",
)
_NOTE = Sql(
    update(template)
    .where(template.c.id == bindparam("which"))
    .values(last_kind=bindparam("last_kind"), last_locale=bindparam("last_locale")),
    "last_kind",
    "last_locale",
    "which",
)
_PUBLISH = Sql(
    update(template)
    .where(template.c.id == bindparam("which"))
    .values(published_id=bindparam("published"), locale=bindparam("new_locale")),
    "published",
    "new_locale",
    "which",
)
_FORGET = Sql(
    delete(template_version).where(
        _OF_KIND,
        template_version.c.id.not_in(
            select(template_version.c.id)
            .where(_OF_KIND)
            .order_by(template_version.c.number.desc())
            .limit(bindparam("most"))
        ),
    ),
    "which",
    "of_kind",
    "most",
)


def newest(account_id: int, template_id: int, kind: str) -> Unit[VersionRow | None]:
    """Return the newest version of a kind."""
    rows = yield _NEWEST(template_id, kind, account_id)
    return VersionRow(*rows[0]) if rows else None


def add(row: VersionRow) -> Unit[None]:
    """Add a version with the next number, ignoring ``row.number``. Sends use a published one from then on.

    The caller must hold the lock of `aerogram.store.records.templates.templates.touch` on the template.
    """
    [(last,)] = yield _LAST(row.template_id)
    values: dict[str, Any] = row._replace(number=last + 1)._asdict()
    yield from _OWNED.add(values)
    yield _NOTE(row.kind, row.locale, row.template_id)
    if row.kind == PUBLISHED:
        yield _PUBLISH(row.id, row.locale, row.template_id)
    yield _FORGET(row.template_id, row.kind, KEPT)

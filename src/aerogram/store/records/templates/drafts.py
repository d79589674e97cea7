"""Drafts of campaigns. Lists read only their metadata; contents, which may be large, are read one by one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, func, insert, select, update

from aerogram.model.draft import DraftStatus
from aerogram.store.json_properties import json_number
from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.templates.templates import ContentRow
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.plain_records import draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.sql.elements import ColumnElement

_PARTS: Final = ContentRow._fields
COLUMNS: Final = tuple(column.name for column in draft.columns if column.name not in _PARTS)
"""The metadata of a draft: all columns except its content."""


def _flag(condition: ColumnElement[bool], name: str) -> ColumnElement[bool]:
    """Compare the truth of a condition with a parameter of 0 or 1."""
    return case((condition, 1), else_=0) == bindparam(name)


_EQUAL: Final = (
    *("id", "kind", "list_id", "segment_id", "template_id", "campaign_id", "axtest_id"),
    *("edit_mode", "subject", "is_starred", "is_handled"),
)
LISTING: Final = Listing(
    draft,
    COLUMNS,
    conditions={
        **{name: draft.c[name] == bindparam(name) for name in _EQUAL},
        "statuses": any_of(draft.c.status, "statuses"),
        "delivered_after": draft.c.delivered_ms > bindparam("delivered_after"),
        "is_archived": _flag(draft.c.status == DraftStatus.ARCHIVED, "is_archived"),
        "is_deleted": _flag(draft.c.status == DraftStatus.DELETED, "is_deleted"),
        "is_campaign": _flag(draft.c.campaign_id.is_not(None), "is_campaign"),
        "is_modified": _flag(draft.c.updated_ms > 0, "is_modified"),
        "is_campaign_template": json_number(draft.c.extras, "is_campaign_template")
        == bindparam("is_campaign_template"),
    },
    orders={"id": draft.c.id},
)
"""Drafts can be listed by these. Flags are 0 or 1; ``statuses`` is a list of codes."""

_ADD = Sql(insert(draft).values({name: bindparam(name) for name in COLUMNS}), *COLUMNS)
_OWN: Final = (
    (draft.c.id == bindparam("which"))
    & (draft.c.account_id == bindparam("owner"))
    & (draft.c.kind == bindparam("of_kind"))
)
_KEYS: Final = ("which", "owner", "of_kind")
_CLAIM = Sql(select(*(draft.c[name] for name in COLUMNS)).where(_OWN).with_for_update(), *_KEYS)
_CONTENT = Sql(select(*(draft.c[name] for name in _PARTS)).where(_OWN), *_KEYS)


def add(row: Mapping[str, Any]) -> Unit[None]:
    """Add a draft without content, by `COLUMNS`."""
    yield _ADD(*(row[name] for name in COLUMNS))


def claim(kind: str, account_id: int, draft_id: int) -> Unit[dict[str, Any] | None]:
    """Return the metadata of a draft, and lock it until the commit."""
    rows = yield _CLAIM(draft_id, account_id, kind)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def change(kind: str, account_id: int, draft_id: int, values: Mapping[str, Any]) -> Unit[None]:
    """Write values by column."""
    names = tuple(sorted(values))
    yield _change(names, is_content=False)(*(values[name] for name in names), draft_id, account_id, kind)


def content(kind: str, account_id: int, draft_id: int) -> Unit[ContentRow | None]:
    """Return the content of a draft."""
    rows = yield _CONTENT(draft_id, account_id, kind)
    return ContentRow(*rows[0]) if rows else None


def change_content(kind: str, account_id: int, draft_id: int, values: Mapping[str, Any]) -> Unit[None]:
    """Write parts of the content by column, as its next revision."""
    names = tuple(sorted(values))
    yield _change(names, is_content=True)(*(values[name] for name in names), draft_id, account_id, kind)


@lru_cache(maxsize=256)
def _change(names: tuple[str, ...], *, is_content: bool) -> Sql:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    if is_content:
        values["revision"] = draft.c.revision + 1
    if "text_part" in names:
        values["has_text"] = case((func.length(func.coalesce(values["text_part"], "")) > 0, 1), else_=0)
    statement = update(draft).where(_OWN).values(values)
    return Sql(statement, *(f"new_{name}" for name in names), *_KEYS)

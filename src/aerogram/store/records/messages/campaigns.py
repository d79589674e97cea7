"""Campaigns as the REST API lists them, with sums over their messages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, Text, and_, bindparam, case, func, select

from aerogram.store.records.querying.listing import NOTHING
from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign, campaign_recipient, content, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.model.page import PageRequest

OWNED: Final = Owned(campaign)
COLUMNS: Final = (
    "id",
    "account_id",
    "name",
    "created_ms",
    "is_deleted",
    "is_starred",
    "first_message_id",
    "from_email",
    "subject",
)
"""``from_email`` and ``subject`` are those of the first message."""
_OF_FIRST: Final = frozenset({"from_email", "subject"})
_FROM: Final = func.lower(content.c.from_email)
_DOMAIN: Final = bindparam("from_domain", type_=Text())
_CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "id": campaign.c.id == bindparam("id"),
    "name": campaign.c.name == bindparam("name"),
    "is_deleted": campaign.c.is_deleted == bindparam("is_deleted"),
    "is_starred": campaign.c.is_starred == bindparam("is_starred"),
    "after_ms": campaign.c.created_ms > bindparam("after_ms"),
    "until_ms": campaign.c.created_ms <= bindparam("until_ms"),
    "from_email": bindparam("from_email") == _FROM,
    "from_domain": func.substr(_FROM, func.length(_FROM) - func.length(_DOMAIN)) == "@" + _DOMAIN,
}
_ORDERS: Final[Mapping[str, ColumnElement[Any]]] = {"id": campaign.c.id}
_JOINED: Final = campaign.outerjoin(message, message.c.id == campaign.c.first_message_id).outerjoin(
    content, content.c.id == message.c.content_id
)
_OWN: Final = campaign.c.account_id == bindparam("account_id")
_SUMS: Final = Sql(
    select(
        campaign_recipient.c.campaign,
        func.max(message.c.created_ms),
        func.sum(content.c.has_html),
        func.sum(content.c.has_text),
        # Cheaper than parsing JSON; also counts a client's variable of the same name that is true.
        *(
            func.sum(case((content.c.send_options.like(f'%"{option}":true%'), 1), else_=0))
            for option in ("tracks_opens", "tracks_clicks", "is_bulk")
        ),
    )
    .join_from(campaign_recipient, message, message.c.id == campaign_recipient.c.message_id)
    .join(content, content.c.id == message.c.content_id)
    .where(
        and_(
            campaign_recipient.c.account_id == bindparam("account_id"),
            any_of(campaign_recipient.c.campaign, "names", Text()),
        )
    )
    .group_by(campaign_recipient.c.campaign),
    "account_id",
    "names",
)
SUMS: Final = ("last_ms", "html_count", "text_count", "open_count", "click_count", "unsub_count")
"""The columns that `page` adds: the time of the last message, and how many messages have each feature."""


def page(account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
    """Return a page of campaigns by `COLUMNS` and `SUMS`, and the number of all that match.

    Sums cover the first message to each address, because a campaign stores only those. Each of these messages
    is read, so a page of large campaigns is slow.
    """
    if NOTHING in wanted.conditions:
        return [], 0
    names = tuple(sorted(wanted.conditions))
    values = [account_id, *(wanted.conditions[name] for name in names)]
    [(total,)] = yield _count(names)(*values)
    if wanted.limit == 0 or wanted.offset >= total:
        return [], total
    found = yield _select(names, wanted.orders)(*values, wanted.limit, wanted.offset)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found]
    sums = yield _SUMS(account_id, [row["name"] for row in rows])
    by_name = {name: dict(zip(SUMS, numbers, strict=True)) for name, *numbers in sums}
    nothing = dict.fromkeys(SUMS, 0)
    return [row | by_name.get(row["name"], nothing) for row in rows], total


@lru_cache(maxsize=256)
def _count(names: tuple[str, ...]) -> Sql:
    statement = select(func.count()).select_from(_JOINED).where(_OWN, *(_CONDITIONS[name] for name in names))
    return Sql(statement, "account_id", *names)


@lru_cache(maxsize=256)
def _select(names: tuple[str, ...], orders: tuple[tuple[str, bool], ...]) -> Sql:
    columns = ((content if name in _OF_FIRST else campaign).c[name] for name in COLUMNS)
    statement = (
        select(*columns)
        .select_from(_JOINED)
        .where(_OWN, *(_CONDITIONS[name] for name in names))
        .order_by(
            *(_ORDERS[name].desc() if falls else _ORDERS[name] for name, falls in orders), campaign.c.id
        )
        .limit(bindparam("limit", type_=Integer()))
        .offset(bindparam("offset", type_=Integer()))
    )
    return Sql(statement, "account_id", *names, "limit", "offset")

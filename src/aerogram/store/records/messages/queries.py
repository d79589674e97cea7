"""Messages as the REST API lists them: selected, sorted, counted, with the history of one.

A status here is one of `aerogram.model.message_status`, computed from the state of the row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, SmallInteger, and_, bindparam, case, func, select

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.message_status import (
    BLOCKED,
    DEFERRED,
    HARD_BOUNCED,
    QUEUED,
    SENT,
    SOFT_BOUNCED,
)
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign, content, event, message, sender
from aerogram.store.tables.contacts import contact
from aerogram.store.tables.events import IS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Rows

_STATUS: Final = case(
    (message.c.state == MessageState.SENT, SENT),
    # Cancelled messages were not sent on purpose, so they count as blocked.
    ((message.c.state == MessageState.BLOCKED) | (message.c.state == MessageState.CANCELLED), BLOCKED),
    ((message.c.state == MessageState.BOUNCED) & (message.c.is_permanent == 1), HARD_BOUNCED),
    (message.c.state == MessageState.BOUNCED, SOFT_BOUNCED),
    ((message.c.state == MessageState.QUEUED) & (message.c.failure != 0), DEFERRED),
    else_=QUEUED,
)

COLUMNS: Final = (
    "id",
    "uuid",
    "recipient",
    "status",
    "failure",
    "is_permanent",
    "attempts",
    "created_ms",
    "updated_ms",
    "size",
    "subject",
    "custom_id",
    "from_email",
    "has_text",
    "has_html",
    "attachment_count",
    "send_options",
    "campaign",
    "campaign_id",
)
_COMPUTED: Final[dict[str, ColumnElement[Any]]] = {"status": _STATUS, "campaign_id": campaign.c.id}
_SELECTED: Final[Mapping[str, ColumnElement[Any]]] = {
    name: _COMPUTED[name] if name in _COMPUTED else message.c[name] if name in message.c else content.c[name]
    for name in COLUMNS
}
_IS_ITS_CAMPAIGN: Final = and_(
    campaign.c.account_id == content.c.account_id, campaign.c.name == content.c.campaign
)

_CONTACTS_ADDRESS: Final = (
    select(contact.c.email)
    .where(
        contact.c.id == bindparam("contact_id"),
        contact.c.account_id == bindparam("account_id"),
        contact.c.is_anonymized == 0,
    )
    .scalar_subquery()
)
CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "id": message.c.id == bindparam("id"),
    "after": message.c.id > bindparam("after"),
    "uuid": message.c.uuid == bindparam("uuid"),
    "recipient": func.lower(message.c.recipient) == bindparam("recipient"),
    "contact_id": func.lower(message.c.recipient) == _CONTACTS_ADDRESS,
    "after_ms": message.c.created_ms > bindparam("after_ms"),
    "until_ms": message.c.created_ms <= bindparam("until_ms"),
    "statuses": any_of(_STATUS, "statuses", Integer()),
    "failures": any_of(message.c.failure, "failures", SmallInteger()),
    "custom_id": content.c.custom_id == bindparam("custom_id"),
    "campaign": content.c.campaign == bindparam("campaign"),
    "campaign_id": campaign.c.id == bindparam("campaign_id"),
    "is_deleted": func.coalesce(campaign.c.is_deleted, 0) == bindparam("is_deleted"),
    "is_starred": func.coalesce(campaign.c.is_starred, 0) == bindparam("is_starred"),
    "from_email": func.lower(content.c.from_email) == bindparam("from_email"),
    "from_domain": func.lower(content.c.from_email).like(bindparam("from_domain"), escape="\\"),
}
"""The conditions on messages; addresses and domains are compared in lower case."""
_OF_CAMPAIGN: Final = frozenset({"campaign_id", "is_deleted", "is_starred"})
_OF_CONTENT: Final = frozenset({"custom_id", "campaign", "from_email", "from_domain", *_OF_CAMPAIGN})

ORDERS: Final[Mapping[str, ColumnElement[Any]]] = {"id": message.c.id, "created_ms": message.c.created_ms}

_SENDERS = Sql(
    select(sender.c.id, sender.c.email).where(sender.c.account_id == bindparam("account_id")), "account_id"
)
_OWN: Final = message.c.account_id == bindparam("account_id")

_LAST_MAILJET_KIND: Final = EventKind.SENT
"""Kinds up to this one are Mailjet's; the others are Aerogram's and shown only on its own pages."""
_HISTORY: Final = ("message_id", "kind", "at_ms", "failure", "reply", "agent")


def page(account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
    """Return a page of messages by their `COLUMNS`, with ``sender_id``, and the number of all that match.

    Conditions are those of `CONDITIONS`, also ``sender_id`` (the mail from one sender) and ``nothing`` (no
    messages). Orders are those of `ORDERS`. With a ``limit`` of 0 messages are only counted.
    """
    senders = yield _SENDERS(account_id)
    conditions = _resolved(wanted.conditions, senders)
    if conditions is None:
        return [], 0
    names = tuple(sorted(conditions))
    values = [account_id, *(conditions[name] for name in names)]
    [(total,)] = yield _count(names)(*values)
    if wanted.limit == 0 or wanted.offset >= total:
        return [], total
    rows = yield _select(names, wanted.orders)(*values, wanted.limit, wanted.offset)
    ids = {email: sender_id for sender_id, email in senders}
    return [_with_sender(dict(zip(COLUMNS, row, strict=True)), ids) for row in rows], total


def after(
    account_id: int, conditions: Mapping[str, Any], after_id: int, most: int
) -> Unit[list[dict[str, Any]]]:
    """Return messages after an id, by rising id, with the columns of `page`."""
    senders = yield _SENDERS(account_id)
    wanted = _resolved(conditions, senders)
    if wanted is None:
        return []
    wanted["after"] = after_id
    names = tuple(sorted(wanted))
    rows = yield _select(names, ())(account_id, *(wanted[name] for name in names), most, 0)
    ids = {email: sender_id for sender_id, email in senders}
    return [_with_sender(dict(zip(COLUMNS, row, strict=True)), ids) for row in rows]


def history(account_id: int, message_id: int | None, limit: int, offset: int) -> Unit[tuple[Rows, int]]:
    """Return the events of a message (None for all) that Mailjet also has, oldest first, and their number.

    Rows are message_id, kind, at_ms, failure, reply, agent.
    """
    names = () if message_id is None else ("message_id",)
    values: list[Any] = [account_id] if message_id is None else [account_id, message_id]
    [(total,)] = yield _history_count(names)(*values)
    if limit == 0 or offset >= total:
        return [], total
    return (yield _history_select(names)(*values, limit, offset)), total


def _resolved(conditions: Mapping[str, Any], senders: Rows) -> dict[str, Any] | None:
    """Replace a sender's id by its address or domain; None when no message can match."""
    wanted = dict(conditions)
    if "nothing" in wanted:
        return None
    sender_id = wanted.pop("sender_id", None)
    if sender_id is not None:
        email = next((email for found, email in senders if found == sender_id), None)
        if email is None:
            return None
        name, value = ("from_domain", email[2:]) if email.startswith("*@") else ("from_email", email)
        if wanted.setdefault(name, value) != value:
            return None
    if "from_domain" in wanted:
        domain = wanted["from_domain"].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        wanted["from_domain"] = f"%@{domain}"
    return wanted


def _with_sender(row: dict[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    email = row["from_email"].lower()
    row["sender_id"] = ids.get(email) or ids.get(f"*@{email.rpartition('@')[2]}")
    return row


@lru_cache(maxsize=256)
def _count(names: tuple[str, ...]) -> Sql:
    statement = select(func.count()).select_from(message)
    if not _OF_CONTENT.isdisjoint(names):
        statement = statement.join(content, content.c.id == message.c.content_id)
    if not _OF_CAMPAIGN.isdisjoint(names):
        statement = statement.outerjoin(campaign, _IS_ITS_CAMPAIGN)
    return Sql(statement.where(_OWN, *(CONDITIONS[name] for name in names)), "account_id", *names)


@lru_cache(maxsize=256)
def _select(names: tuple[str, ...], orders: tuple[tuple[str, bool], ...]) -> Sql:
    statement = (
        select(*(_SELECTED[name].label(name) for name in COLUMNS))
        .join_from(message, content, content.c.id == message.c.content_id)
        .outerjoin(campaign, _IS_ITS_CAMPAIGN)
        .where(_OWN, *(CONDITIONS[name] for name in names))
        .order_by(*(ORDERS[name].desc() if falls else ORDERS[name] for name, falls in orders), message.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return Sql(statement, "account_id", *names, "limit", "offset")


@lru_cache(maxsize=2)
def _history_count(names: tuple[str, ...]) -> Sql:
    return Sql(select(func.count()).select_from(event).where(*_history_where(names)), "account_id", *names)


@lru_cache(maxsize=2)
def _history_select(names: tuple[str, ...]) -> Sql:
    statement = (
        select(*(event.c[name] for name in _HISTORY))
        .where(*_history_where(names))
        .order_by(event.c.at_ms, event.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    return Sql(statement, "account_id", *names, "limit", "offset")


def _history_where(names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [
        event.c.account_id == bindparam("account_id"),
        IS_SHOWN,
        event.c.kind <= _LAST_MAILJET_KIND,
        *(event.c[name] == bindparam(name) for name in names),
    ]

"""The data that the form of a widget needs, found by the widget's id alone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from aerogram.model.sender import ACTIVE
from aerogram.model.widget import CUSTOM_VALUE, WIDGET
from aerogram.store.json_properties import json_number
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import account, sender
from aerogram.store.tables.contacts import contact_list
from aerogram.store.tables.plain_records import record

_FIND = Sql(
    select(record.c.account_id, record.c.body)
    .join_from(record, account, account.c.id == record.c.account_id)
    .where(record.c.id == bindparam("which"), record.c.kind == WIDGET, account.c.is_active == 1),
    "which",
)
_SENDER = Sql(
    select(sender.c.email, sender.c.name).where(
        sender.c.id == bindparam("which"),
        sender.c.account_id == bindparam("owner"),
        sender.c.status == ACTIVE,
    ),
    *("which", "owner"),
)
_LIST = Sql(
    select(contact_list.c.id).where(
        contact_list.c.id == bindparam("which"),
        contact_list.c.account_id == bindparam("owner"),
        contact_list.c.is_deleted == 0,
    ),
    *("which", "owner"),
)
_VALUES = Sql(
    select(record.c.body)
    .where(
        record.c.account_id == bindparam("owner"),
        record.c.kind == CUSTOM_VALUE,
        json_number(record.c.body, "widget_id") == bindparam("which"),
        json_number(record.c.body, "display") == 1,
    )
    .order_by(record.c.id),
    *("owner", "which"),
)
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class WidgetRow(NamedTuple):
    """A working widget: its account, list and sender exist and may be used."""

    account_id: int
    properties: dict[str, Any]
    sender_email: str
    sender_name: str
    shown: tuple[str, ...]
    """Its custom values to display, in the order of their creation."""


def working(widget_id: int) -> Unit[WidgetRow | None]:
    """Return a widget; None when it does not exist, or when something it needs is missing or inactive."""
    found = yield _FIND(widget_id)
    if not found:
        return None
    [(account_id, body)] = found
    properties = _decode(body)
    senders = yield _SENDER(properties["sender_id"], account_id)
    lists = yield _LIST(properties["list_id"], account_id)
    if not (senders and lists and properties["is_active"]):
        return None
    values = yield _VALUES(account_id, widget_id)
    shown = tuple(_decode(value)["value"] for (value,) in values)
    [(email, name)] = senders
    return WidgetRow(account_id, properties, email, name, shown)

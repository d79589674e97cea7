"""What can be exported: how its rows are found, and how each becomes a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.jobs.columns import EMAIL
from aerogram.audience.jobs.contact_columns import IN_FILES, OWN
from aerogram.audience.jobs.exports.sheet import flag, moment
from aerogram.audience.property_values import shown, stored_values
from aerogram.model import message_status
from aerogram.model.job import JobKind
from aerogram.model.page import PageRequest
from aerogram.store.records import contacts, export_rows, list_recipients, message_queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.audience.jobs.exports.options import ExportOptions
    from aerogram.store.records.export_rows import Found
    from aerogram.store.sql import Unit

_NOTHING: Final = message_status.QUEUED, message_status.SENT
"""Statuses of messages that nothing went wrong with."""


class Source(msgspec.Struct, frozen=True):
    """A kind of rows. ``count`` and ``find`` take the account and conditions of the store."""

    noun: str
    """What the file is called by."""
    job_type: str
    """What ``batchjob`` calls the job; words of ours."""
    count: Callable[[int, Mapping[str, Any]], Unit[int]]
    find: Callable[[int, Mapping[str, Any], int, int], Unit[Found]]
    """Also takes the id behind which rows are wanted, and how many at most."""
    names: Callable[[ExportOptions], list[str]]
    cells: Callable[[Mapping[str, Any], ExportOptions], list[str]]


def _contact_names(options: ExportOptions) -> list[str]:
    taken = {EMAIL, *IN_FILES}
    names = [f"property:{each.name}" if each.name in taken else each.name for each in options.properties]
    return [EMAIL, *OWN, *names]


def _contact_cells(row: Mapping[str, Any], options: ExportOptions) -> list[str]:
    values = stored_values(row["properties"])
    cells = [row[EMAIL], *(_SHOWN.get(source, str)(row[source]) for source in OWN.values())]
    for each in options.properties:
        value = values.get(each.number)
        cells.append("" if value is None else shown(each.datatype, value))
    return cells


_LINK: Final[Mapping[str, str]] = {
    EMAIL: "email",
    "ID": "id",
    "ContactID": "contact_id",
    "ListID": "list_id",
    "ListName": "list_name",
    "IsActive": "is_active",
    "IsUnsubscribed": "is_unsubscribed",
    "SubscribedAt": "subscribed_ms",
    "UnsubscribedAt": "unsubscribed_ms",
}
_MESSAGE: Final[Mapping[str, str]] = {
    "ID": "id",
    "UUID": "uuid",
    "ArrivedAt": "created_ms",
    "Recipient": "recipient",
    "From": "from_email",
    "Subject": "subject",
    "Status": "status",
    "StateID": "failure",
    "StatePermanent": "is_permanent",
    "StatusAt": "updated_ms",
    "AttemptCount": "attempts",
    "MessageSize": "size",
    "CampaignID": "campaign_id",
    "Campaign": "campaign",
    "CustomID": "custom_id",
}
_FLAGS: Final = (
    *("is_excluded", "is_optin_pending", "is_spam_complaining"),
    *("is_active", "is_unsubscribed", "is_permanent"),
)
_MOMENTS: Final = (
    *("excluded_ms", "created_ms", "updated_ms", "last_activity_ms"),
    *("subscribed_ms", "unsubscribed_ms"),
)
_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    **dict.fromkeys(_FLAGS, flag),
    **dict.fromkeys(_MOMENTS, moment),
    "status": message_status.STATUS_NAMES.__getitem__,
}
"""How a column of the store is written; the others are texts and numbers."""


def _link_cells(row: Mapping[str, Any], _: ExportOptions) -> list[str]:
    return [_SHOWN.get(source, str)(row[source]) for source in _LINK.values()]


def _message_cells(row: Mapping[str, Any], _: ExportOptions) -> list[str]:
    failure = "" if row["status"] in _NOTHING else row["failure"] or ""
    told = {**row, "failure": failure, "campaign_id": row["campaign_id"] or ""}
    return [_SHOWN.get(source, str)(told[source]) for source in _MESSAGE.values()]


def _messages(account_id: int, conditions: Mapping[str, Any], after: int, most: int) -> Unit[Found]:
    rows = yield from message_queries.behind(account_id, conditions, after, most)
    return [(row["id"], row) for row in rows]


def _count_messages(account_id: int, conditions: Mapping[str, Any]) -> Unit[int]:
    _, total = yield from message_queries.page(account_id, PageRequest(conditions, limit=0))
    return total


SOURCES: Final[Mapping[str, Source]] = {
    JobKind.EXPORT_CONTACTS: Source(
        "contacts",
        "Contact export",
        contacts.LISTING.count,
        export_rows.contacts_behind,
        _contact_names,
        _contact_cells,
    ),
    JobKind.EXPORT_LIST_RECIPIENTS: Source(
        "listrecipients",
        "List recipient export",
        list_recipients.LISTING.count,
        export_rows.links_behind,
        lambda _: list(_LINK),
        _link_cells,
    ),
    JobKind.EXPORT_MESSAGES: Source(
        "messages",
        "Message export",
        _count_messages,
        _messages,
        lambda _: list(_MESSAGE),
        _message_cells,
    ),
}

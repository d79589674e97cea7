"""Exports of messages: find the rows and format each as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.jobs.exports.csv_lines import flag, moment
from aerogram.jobs.exports.source import Source
from aerogram.model import message_status
from aerogram.model.job import JobKind
from aerogram.model.page import PageRequest
from aerogram.store.records.messages import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.jobs.exports.options import ExportOptions
    from aerogram.jobs.exports.source import Found
    from aerogram.store.sql import Unit

_NOTHING: Final = message_status.QUEUED, message_status.SENT
"""Statuses of messages without a failure."""
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
_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "is_permanent": flag,
    "created_ms": moment,
    "updated_ms": moment,
    "status": message_status.STATUS_NAMES.__getitem__,
}
"""Formatters of columns; other columns are text or numbers."""


def _message_cells(row: Mapping[str, Any], _: ExportOptions) -> list[str]:
    failure = "" if row["status"] in _NOTHING else row["failure"] or ""
    values = {**row, "failure": failure, "campaign_id": row["campaign_id"] or ""}
    return [_SHOWN.get(source, str)(values[source]) for source in _MESSAGE.values()]


def _messages(account_id: int, conditions: Mapping[str, Any], after: int, most: int) -> Unit[Found]:
    rows = yield from queries.after(account_id, conditions, after, most)
    return [(row["id"], row) for row in rows]


def _count_messages(account_id: int, conditions: Mapping[str, Any]) -> Unit[int]:
    _, total = yield from queries.page(account_id, PageRequest(conditions, limit=0))
    return total


SOURCES: Final[Mapping[str, Source]] = {
    JobKind.EXPORT_MESSAGES: Source(
        "messages",
        "Message export",
        _count_messages,
        _messages,
        lambda _: list(_MESSAGE),
        _message_cells,
    ),
}

"""The sources of contact and list recipient exports: find rows and format each as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.audience.jobs.contact_columns import IN_FILES, OWN
from aerogram.audience.jobs.csv_layout import EMAIL
from aerogram.audience.properties import defined
from aerogram.audience.property_values import Datatype, shown, stored_values
from aerogram.base.errors import RefusedError
from aerogram.jobs.exports.csv_lines import flag, moment
from aerogram.jobs.exports.options import Column
from aerogram.jobs.exports.source import Source
from aerogram.model.job import JobKind
from aerogram.store.records.contacts import contacts, export_rows, list_recipients

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aerogram.jobs.exports.options import ExportOptions
    from aerogram.store.sql import Unit


def _contact_names(options: ExportOptions) -> list[str]:
    taken = {EMAIL, *IN_FILES}
    names = [f"property:{each.name}" if each.name in taken else each.name for each in options.properties]
    return [EMAIL, *OWN, *names]


def _contact_cells(row: Mapping[str, Any], options: ExportOptions) -> list[str]:
    values = stored_values(row["properties"])
    cells = [row[EMAIL], *(_SHOWN.get(source, str)(row[source]) for source in OWN.values())]
    for each in options.properties:
        value = values.get(each.key)
        cells.append("" if value is None else shown(Datatype(each.datatype), value))
    return cells


def _contact_columns(account_id: int, names: Sequence[str] | None) -> Unit[list[Column]]:
    """Return the static properties with these names, in order; all without names. Raises `RefusedError`."""
    catalogue = yield from defined(account_id)
    columns = {name: Column(key, name, datatype.value) for key, name, datatype in catalogue.definitions}
    if names is None:
        return list(columns.values())
    wanted = dict.fromkeys(name.strip().lower() for name in names)
    unknown = next((name for name in wanted if name not in columns), None)
    if unknown is not None:
        raise RefusedError(f'There is no static property "{unknown[:80]}".')
    return [columns[name] for name in wanted]


_MEMBERSHIP: Final[Mapping[str, str]] = {
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
_FLAGS: Final = (
    *("is_excluded", "is_optin_pending", "is_spam_complaining"),
    *("is_active", "is_unsubscribed"),
)
_MOMENTS: Final = (
    *("excluded_ms", "created_ms", "updated_ms", "last_activity_ms"),
    *("subscribed_ms", "unsubscribed_ms"),
)
_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    **dict.fromkeys(_FLAGS, flag),
    **dict.fromkeys(_MOMENTS, moment),
}
"""Formatters by store column; all other columns use `str`."""


def _membership_cells(row: Mapping[str, Any], _: ExportOptions) -> list[str]:
    return [_SHOWN.get(source, str)(row[source]) for source in _MEMBERSHIP.values()]


SOURCES: Final[Mapping[str, Source]] = {
    JobKind.EXPORT_CONTACTS: Source(
        "contacts",
        "Contact export",
        contacts.LISTING.count,
        export_rows.contacts_after,
        _contact_names,
        _contact_cells,
        _contact_columns,
        reference="list_id",
    ),
    JobKind.EXPORT_LIST_RECIPIENTS: Source(
        "listrecipients",
        "List recipient export",
        list_recipients.LISTING.count,
        export_rows.memberships_after,
        lambda _: list(_MEMBERSHIP),
        _membership_cells,
        reference="list_id",
    ),
}

"""The kinds of job that the program runs, and the packages that do the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.audience.jobs import csv_import, export_sources, import_list, many_contacts
from aerogram.jobs.exports import export
from aerogram.jobs.kinds import Handler
from aerogram.model.job import JobKind
from aerogram.reporting import message_export

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.jobs.exports.source import Source

EXPORT_SOURCES: Final[Mapping[str, Source]] = {**export_sources.SOURCES, **message_export.SOURCES}
HANDLERS: Final[Mapping[str, Handler]] = {
    JobKind.MANY_CONTACTS: Handler(many_contacts.work),
    JobKind.CSV_IMPORT: Handler(csv_import.work, csv_import.note_failure),
    JobKind.IMPORT_LIST: Handler(import_list.work),
    **{kind: export.handler_of(source) for kind, source in EXPORT_SOURCES.items()},
}

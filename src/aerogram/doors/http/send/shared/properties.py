"""The table of a message's properties: one row a property, and everything that is derived from the rows.

Each version of the Send API declares one table, in its ``properties.py``. A row says how the property is
written (its name, in any case), which field of the message it fills, and its type. A type says how a value
is read, how Globals merge into it, which errors it can give, and its JSON Schema. The names that a call may
use, the merging of Globals, the reading of a message and the schema of ``/openapi.json`` come from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.send.shared.merging import replace
from aerogram.doors.http.send.shared.names import Names
from aerogram.model.request import RequestedOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.names import JsonObject

Json = dict[str, Any]
Reader = Callable[[str, Any, "Findings"], Any]
"""Takes the path of a value, the value as JSON (never null) and the findings; gives what the mail needs of it.

A value that will not do becomes an error in the findings, and the reader gives a harmless value instead,
so that the others are still read and all errors are reported at once.
"""
Fields = dict[str, Any]
"""What was read from a message, by the field that each property fills."""

_OPTIONS: Final = frozenset(RequestedOptions.__struct_fields__)


class PropertyType(msgspec.Struct, frozen=True, kw_only=True):
    """What a property can hold."""

    reader: Reader
    schema: Json
    errors: tuple[str, ...]
    """The codes of all errors that the reader can note, as in `aerogram.doors.http.send.shared.errors.CODES`."""
    merge: Callable[[Any, Any], Any] = replace
    """A rule of `aerogram.doors.http.send.shared.merging`. Only v3.1 has Globals to merge."""


class Property(msgspec.Struct, frozen=True):
    """One property of a message."""

    name: str
    """As Mailjet documents it."""
    field: str
    """What it fills: a field of the mail's parts, of the draft or of the send options; or what the version
    makes these of."""
    type: PropertyType
    errors: tuple[str, ...] = ()
    """The codes of errors that the property can give beside its type's: it is judged with others, with the
    stored templates, or with the senders of the account."""
    schema: Json = {}
    """What the property adds to its type's schema."""
    in_globals: bool = True
    """It may stand in Globals."""

    @property
    def all_errors(self) -> frozenset[str]:
        """The codes of all errors that the property can give."""
        return frozenset((*self.type.errors, *self.errors))


class Properties:
    """All properties of a message in one version of the API."""

    def __init__(self, *rows: Property) -> None:
        self.rows: Mapping[str, Property] = {row.name: row for row in rows}
        self.names = Names(*self.rows)
        self._readers = {row.name: (row.field, row.type.reader) for row in rows}
        self._merges = {row.name: row.type.merge for row in rows}
        self._options = frozenset(row.field for row in rows) & _OPTIONS

    def read(self, message: JsonObject, findings: Findings) -> Fields:
        """Read a message whose names are all documented ones; a null property is an absent one."""
        readers = self._readers
        found: Fields = {}
        for name, value in message.items():
            if value is not None:
                field, read = readers[name]
                found[field] = read(name, value, findings)
        return found

    def merged(self, defaults: JsonObject, message: JsonObject) -> JsonObject:
        """Give the message with the call's defaults; both have documented names only. A null is absent."""
        result = dict(defaults)
        for name, value in message.items():
            if value is not None:
                default = defaults.get(name)
                result[name] = value if default is None else self._merges[name](default, value)
        return result

    def options(self, found: Fields) -> Fields:
        """Give those fields that are send options, unless they are None; mostly there are none."""
        given = self._options.intersection(found)
        return {field: found[field] for field in given if found[field] is not None} if given else {}

    def schema(self, *, of_globals: bool = False) -> Json:
        """Give the JSON Schema of each property, by name."""
        return {
            row.name: row.type.schema | row.schema
            for row in self.rows.values()
            if row.in_globals or not of_globals
        }

"""The table of a message's properties, with one row per property, and everything derived from it.

Each version of the Send API declares one table, in its ``properties.py``. A row has the name of the property
(case-insensitive), the field of the message that it sets, and its type. A type defines the parser, the merge rule
for Globals, the possible errors and the JSON Schema. Valid names, merging of Globals, parsing of a message and
the schema in ``/openapi.json`` are derived from the table.
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
Parser = Callable[[str, Any, "Findings"], Any]
"""Parses a value, given its path, the JSON value (never null) and the findings.

For an invalid value it adds an error to the findings and returns a harmless value, so that parsing continues and
all errors are reported at once.
"""
Fields = dict[str, Any]
"""The parsed values of a message, by field."""

_UNKNOWN: Final[tuple[str, Parser]] = ("", lambda _path, _value, _findings: None)
"""In place of the field and parser of a name that does not exist."""
_OPTIONS: Final = frozenset(RequestedOptions.__struct_fields__)


class PropertyType(msgspec.Struct, frozen=True, kw_only=True):
    """The type of a property."""

    parser: Parser
    schema: Json
    errors: tuple[str, ...]
    """The codes of all errors that the parser can report, as in `aerogram.doors.http.send.shared.errors.CODES`."""
    merge: Callable[[Any, Any], Any] = replace
    """A rule of `aerogram.doors.http.send.shared.merging`. Only v3.1 has Globals."""


class Property(msgspec.Struct, frozen=True):
    """One property of a message."""

    name: str
    """The name in Mailjet's documentation."""
    field: str
    """The field it sets, in the mail's parts, the parsed message or the send options; or an intermediate value of the
    version."""
    type: PropertyType
    errors: tuple[str, ...] = ()
    """Additional error codes, besides those of the type: from checks against other properties, stored templates or
    the senders of the account."""
    schema: Json = {}
    """Additions to the schema of its type."""
    in_globals: bool = True
    """Allowed in Globals."""
    also: tuple[str, ...] = ()
    """Other names that clients are known to write for it, by mistake."""

    @property
    def all_errors(self) -> frozenset[str]:
        """The codes of all errors of the property."""
        return frozenset((*self.type.errors, *self.errors))


class Properties:
    """All properties of a message in one version of the API."""

    def __init__(self, *rows: Property) -> None:
        self.rows: Mapping[str, Property] = {row.name: row for row in rows}
        self.names = Names(*self.rows, also={name: row.name for row in rows for name in row.also})
        self._parsers = {row.name: (row.field, row.type.parser) for row in rows}
        self._merges = {row.name: row.type.merge for row in rows}
        self._options = frozenset(row.field for row in rows) & _OPTIONS

    def read(self, message: JsonObject, findings: Findings) -> Fields:
        """Parse a message with normalised names; a null property counts as missing, an unknown one is an error."""
        parsers = self._parsers
        found: Fields = {}
        for name, value in message.items():
            if value is not None:
                field, read = parsers.get(name, _UNKNOWN)
                found[field] = read(name, value, findings)
        if "" in found:
            del found[""]
            findings.refuse_unknown("", message, self.names)
        return found

    def merged(self, defaults: JsonObject, message: JsonObject) -> JsonObject:
        """Merge the call's Globals into a message; both have normalised names. A null counts as missing."""
        result = dict(defaults)
        for name, value in message.items():
            if value is not None:
                default = defaults.get(name)
                result[name] = value if default is None else self._merges.get(name, replace)(default, value)
        return result

    def options(self, found: Fields) -> Fields:
        """Return the fields that are send options and not None; usually none."""
        given = self._options.intersection(found)
        return {field: found[field] for field in given if found[field] is not None} if given else {}

    def schema(self, *, of_globals: bool = False) -> Json:
        """Return the JSON Schema of each property by name."""
        return {
            row.name: row.type.schema | row.schema
            for row in self.rows.values()
            if row.in_globals or not of_globals
        }

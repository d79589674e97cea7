"""Parse Vars, of a message or of one recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import values as shared
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.v3 import errors

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.names import JsonObject


def variables(path: str, value: Any, findings: Findings) -> JsonObject:
    """Parse an object without nulls; PHP sends an empty object as an empty array."""
    if value == []:
        return {}
    if not isinstance(value, dict):
        findings.errors.append(errors.no_object(path))
        return {}
    if _holds_null(value):
        findings.errors.append(errors.NULL_VALUE)
    return shared.variables(path, value, findings)


def _holds_null(value: JsonObject) -> bool:
    """Return whether there is a null at any depth; without recursion, as clients control the depth."""
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if one is None:
            return True
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


VARIABLES: Final = PropertyType(
    parser=variables, schema=shared.VARIABLES.schema, errors=shared.VARIABLES.errors
)

"""Parse Headers, which may override properties.

In version 3 a header overrides the property with the same meaning
(compatibility: send-v3#properties). This is supported
for From and Subject, which become properties and are validated as such; Reply-To is a header anyway. Headers
that would set recipients, or that are Aerogram's own, are rejected as in v3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import headers as shared
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.v3 import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.headers import Headers
    from aerogram.doors.http.send.shared.names import JsonObject

_PROPERTIES: Final[Mapping[str, str]] = {"from": "FromEmail", "subject": "Subject"}


def with_headers_as_properties(message: JsonObject) -> JsonObject:
    """Move headers that override properties to those properties; invalid headers stay, to be reported."""
    given = message.get("Headers")
    if not isinstance(given, dict) or not any(name.lower() in _PROPERTIES for name in given):
        return message
    changed, others = dict(message), {}
    for name, text in given.items():
        stands_for = _PROPERTIES.get(name.lower())
        if stands_for is None or not isinstance(text, str):
            others[name] = text
            continue
        changed[stands_for] = text
        if stands_for == "FromEmail":
            # The whole header overrides the property, including the name.
            changed.pop("FromName", None)
    changed["Headers"] = others
    return changed


def headers(path: str, value: Any, findings: Findings) -> Headers:
    """Parse the object of headers to (name, value) pairs; PHP sends an empty object as []."""
    if value == []:
        return ()
    if not isinstance(value, dict):
        findings.errors.append(errors.no_object(path))
        return ()
    wrong = [name for name, text in value.items() if not isinstance(text, str)]
    findings.errors += [errors.header_is_no_text(name) for name in wrong]
    return () if wrong else shared.headers(path, value, findings)


HEADERS: Final = PropertyType(
    parser=headers,
    schema=shared.HEADERS.schema | {"additionalProperties": {"type": "string"}},
    errors=shared.HEADERS.errors,
)

"""Headers, whose names may stand for properties.

Version 3 lets a header win over the property of the same meaning
(compatibility: send-v3#properties). That is served where
the header is one: From and Subject become the properties and are judged as they are; Reply-To is a header
anyway. Headers that would say who gets the mail, or that are Aerogram's, are refused as in v3.1.
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
    """Give a message whose headers that stand for properties are these; what is no header stays to be told."""
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
            # The whole header wins, its name too.
            changed.pop("FromName", None)
    changed["Headers"] = others
    return changed


def headers(path: str, value: Any, findings: Findings) -> Headers:
    """Read the object of names and texts as (name, value) pairs; [] is PHP's way to write an empty one."""
    if value == []:
        return ()
    if not isinstance(value, dict):
        findings.errors.append(errors.no_object(path))
        return ()
    wrong = [name for name, text in value.items() if not isinstance(text, str)]
    findings.errors += [errors.header_is_no_text(name) for name in wrong]
    return () if wrong else shared.headers(path, value, findings)


HEADERS: Final = PropertyType(
    reader=headers,
    schema=shared.HEADERS.schema | {"additionalProperties": {"type": "string"}},
    errors=shared.HEADERS.errors,
)

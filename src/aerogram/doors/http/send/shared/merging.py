"""Globals: defaults of a call, merged into each of its messages before anything is validated.

Strings, numbers and booleans of the message replace the global ones; objects are merged key by key
(one level deep); arrays are joined, globals first. A null is an absent value (facts: SEND.md A3).
Values of a wrong type are carried along, so that the validator tells about them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.http.send.shared import names

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.names import JsonObject

_OBJECTS: Final = frozenset({"Sender", "ReplyTo", "From", "TemplateErrorReporting", "Headers", "Variables"})
_ARRAYS: Final = frozenset({"Cc", "Bcc", "Attachments", "InlinedAttachments"})


def merged(defaults: JsonObject, message: JsonObject) -> JsonObject:
    """Give the message with the call's defaults; both have documented names only."""
    result = dict(defaults)
    for name, value in message.items():
        if value is None:
            continue
        default = defaults.get(name)
        if default is None:
            result[name] = value
        elif name in _ARRAYS:
            result[name] = _joined(default, value)
        elif name in _OBJECTS:
            result[name] = _overlaid(name, default, value)
        else:
            result[name] = value
    return result


def _joined(default: object, value: object) -> object:
    if not isinstance(value, list):
        return value
    if not isinstance(default, list):
        return default
    return [*default, *value]


def _overlaid(name: str, default: object, value: object) -> object:
    if not isinstance(value, dict):
        return value
    if not isinstance(default, dict):
        return default
    if name == "Headers":
        # Header names ignore case (RFC 5322 section 1.2.2), so "x-tag" replaces "X-Tag".
        own = {header.lower() for header in value}
        return {header: text for header, text in default.items() if header.lower() not in own} | value
    if name == "Variables":
        return default | value
    own_mailbox = {key: text for key, text in names.MAILBOX.spelled(value).items() if text is not None}
    return names.MAILBOX.spelled(default) | own_mailbox

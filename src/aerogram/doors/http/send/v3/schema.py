"""The request and the answer of the Send API v3 as JSON Schema, for people and for tools."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.http.send.shared import limits as shared
from aerogram.doors.http.send.shared.values import RANKS
from aerogram.doors.http.send.v3 import limits
from aerogram.doors.http.send.v3.message import READERS
from aerogram.doors.http.send.v3.values import TRACKING

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_SWITCH: Final[Json] = {"type": ["boolean", "integer", "string"], "default": False}
_TRACKING: Final[Json] = {
    "type": "integer",
    "enum": sorted(TRACKING),
    "default": 0,
    "description": "0 as the account has it, 1 off, 2 on.",
}
_VARIABLES: Final[Json] = {"type": "object", "maxProperties": shared.MAX_VARIABLES}
_ADDRESSES: Final[Json] = {
    "type": "string",
    "description": f"Up to {limits.MAX_RECIPIENTS} addresses with commas between them, as in a header.",
}
_FILES: Final[Json] = {
    "type": "array",
    "maxItems": shared.MAX_ATTACHMENTS,
    "items": {
        "type": "object",
        "required": ["Content-type", "Filename", "content"],
        "properties": {
            "Content-type": _TEXT,
            "Filename": _TEXT,
            "content": {"type": "string", "contentEncoding": "base64"},
        },
    },
}
_SPECIAL: Final[Json] = {
    "Sender": {"type": ["string", "boolean"]},
    "To": _ADDRESSES,
    "Cc": _ADDRESSES,
    "Bcc": _ADDRESSES,
    "Recipients": {
        "type": "array",
        "maxItems": limits.MAX_RECIPIENTS,
        "description": "Each gets a mail of its own and does not see the others.",
        "items": {
            "type": "object",
            "required": ["Email"],
            "properties": {"Email": _TEXT, "Name": _TEXT, "Vars": _VARIABLES},
        },
    },
    "Subject": {"type": "string", "maxLength": shared.MAX_SUBJECT},
    "Mj-TemplateID": {"type": ["integer", "string"], "description": "An id, or a name."},
    "Mj-TemplateLanguage": _SWITCH,
    "MJ-TemplateErrorDeliver": _SWITCH | {"description": 'On is "deliver" too.'},
    "Mj-prio": {"type": "integer", "enum": sorted(RANKS), "default": 2},
    "Mj-campaign": {"type": "string", "maxLength": shared.MAX_CAMPAIGN},
    "Mj-deduplicatecampaign": _SWITCH,
    "Mj-trackopen": _TRACKING,
    "Mj-trackclick": _TRACKING,
    "Vars": _VARIABLES,
    "Headers": {"type": "object", "maxProperties": shared.MAX_HEADERS, "additionalProperties": _TEXT},
    "Attachments": _FILES,
    "Inline_attachments": _FILES,
}
"""Properties that are more than a string."""

_MESSAGE: Final[Json] = {
    "type": "object",
    "properties": {name: _SPECIAL.get(name, _TEXT) for name in READERS},
}

REQUEST: Final[Json] = {
    "anyOf": [
        _MESSAGE,
        {
            "type": "object",
            "required": ["Messages"],
            "properties": {
                "Messages": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": limits.MAX_MESSAGES,
                    "items": _MESSAGE,
                }
            },
        },
    ]
}
RESPONSE: Final[Json] = {
    "type": "object",
    "required": ["Sent"],
    "properties": {
        "Sent": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["Email", "MessageID", "MessageUUID"],
                "properties": {
                    "Email": _TEXT,
                    "MessageID": {"type": "integer", "format": "int64"},
                    "MessageUUID": {"type": "string", "format": "uuid"},
                },
            },
        }
    },
}

"""The request and the response of the Send API v3.1 as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.http.send.v31 import limits
from aerogram.doors.http.send.v31.properties import MESSAGE

Json = dict[str, Any]

REQUEST: Final[Json] = {
    "type": "object",
    "required": ["Messages"],
    "properties": {
        "Messages": {
            "type": "array",
            "minItems": 1,
            "maxItems": limits.MAX_MESSAGES,
            "items": {"type": "object", "properties": MESSAGE.schema()},
        },
        "Globals": {
            "type": "object",
            "description": "Defaults for every message.",
            "properties": MESSAGE.schema(of_globals=True),
        },
        "SandboxMode": {"type": "boolean", "default": False},
        "AdvanceErrorHandling": {"type": "boolean", "default": False},
    },
}

_ERROR: Final[Json] = {
    "type": "object",
    "properties": {
        "ErrorIdentifier": {"type": "string", "format": "uuid"},
        "ErrorCode": {"type": "string"},
        "StatusCode": {"type": "integer"},
        "ErrorMessage": {"type": "string"},
        "ErrorRelatedTo": {"type": "array", "items": {"type": "string"}},
    },
}
_SENT: Final[Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "Email": {"type": "string"},
            "MessageUUID": {"type": "string"},
            "MessageID": {"type": "integer", "format": "int64"},
            "MessageHref": {"type": "string", "format": "uri"},
        },
    },
}
_ENTRY: Final[Json] = {
    "type": "object",
    "required": ["Status"],
    "properties": {
        "Status": {"type": "string", "enum": ["success", "error"]},
        "CustomID": {"type": "string"},
        "To": _SENT,
        "Cc": _SENT,
        "Bcc": _SENT,
        "Errors": {"type": "array", "items": _ERROR},
    },
}
RESPONSE: Final[Json] = {
    "oneOf": [
        {
            "type": "object",
            "required": ["Messages"],
            "properties": {"Messages": {"type": "array", "items": _ENTRY}},
        },
        _ERROR | {"required": ["ErrorIdentifier", "StatusCode", "ErrorMessage"]},
    ]
}

"""The request and the response of the Send API v3 as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.http.send.v3 import limits
from aerogram.doors.http.send.v3.properties import MESSAGE

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_MESSAGE: Final[Json] = {"type": "object", "properties": MESSAGE.schema()}

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

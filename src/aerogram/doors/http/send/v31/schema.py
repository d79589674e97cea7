"""The request and the answer of the Send API v3.1 as JSON Schema, for people and for tools."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.http.send.shared import limits
from aerogram.doors.http.send.shared.values import RANKS, TRACKING
from aerogram.doors.http.send.v31.message import READERS

Json = dict[str, Any]

_MAILBOX: Final[Json] = {
    "type": "object",
    "required": ["Email"],
    "properties": {"Email": {"type": "string"}, "Name": {"type": "string"}},
}
_MAILBOXES: Final[Json] = {"type": "array", "items": _MAILBOX, "maxItems": limits.MAX_RECIPIENTS}
_TRACKING: Final[Json] = {"type": "string", "enum": sorted(TRACKING)}


def _attachments(*, are_inlined: bool) -> Json:
    properties: Json = {name: {"type": "string"} for name in ("ContentType", "Filename", "Base64Content")}
    required = list(properties)
    if are_inlined:
        properties["ContentID"] = {"type": "string"}
    item = {"type": "object", "required": required, "properties": properties}
    return {"type": "array", "items": item, "maxItems": limits.MAX_ATTACHMENTS}


_SPECIAL: Final[Json] = {
    "From": _MAILBOX,
    "Sender": _MAILBOX,
    "ReplyTo": _MAILBOX,
    "TemplateErrorReporting": _MAILBOX,
    "To": _MAILBOXES | {"minItems": 1},
    "Cc": _MAILBOXES,
    "Bcc": _MAILBOXES,
    "Subject": {"type": "string", "maxLength": limits.MAX_SUBJECT},
    "URLTags": {"type": "string", "maxLength": limits.MAX_URL_TAGS},
    "TemplateID": {"type": "integer"},
    "StatisticsContactsListID": {"type": "integer"},
    "TemplateLanguage": {"type": "boolean", "default": False},
    "AutoTextPart": {
        "type": "boolean",
        "default": False,
        "description": "An extension of Aerogram: the mail gets a text part made from its HTMLPart when it has "
        "no TextPart of its own.",
    },
    "TemplateErrorDeliver": {"type": "boolean", "default": False},
    "CustomCampaign": {"type": "string", "maxLength": limits.MAX_CAMPAIGN},
    "DeduplicateCampaign": {"type": "boolean", "default": False},
    "Variables": {"type": "object", "maxProperties": limits.MAX_VARIABLES},
    "Attachments": _attachments(are_inlined=False),
    "InlinedAttachments": _attachments(are_inlined=True),
    "Headers": {
        "type": "object",
        "maxProperties": limits.MAX_HEADERS,
        "additionalProperties": {"type": ["string", "number"]},
    },
    "Priority": {"type": "integer", "enum": sorted(RANKS), "default": 2},
    "TrackOpens": _TRACKING,
    "TrackClicks": _TRACKING,
}
"""Properties that are more than a string."""

_PROPERTIES: Final[Json] = {name: _SPECIAL.get(name, {"type": "string"}) for name in READERS}

REQUEST: Final[Json] = {
    "type": "object",
    "required": ["Messages"],
    "properties": {
        "Messages": {
            "type": "array",
            "minItems": 1,
            "maxItems": limits.MAX_MESSAGES,
            "items": {"type": "object", "properties": _PROPERTIES},
        },
        "Globals": {
            "type": "object",
            "description": "Defaults of every message.",
            "properties": {name: schema for name, schema in _PROPERTIES.items() if name != "To"},
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

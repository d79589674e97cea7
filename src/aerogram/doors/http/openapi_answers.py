"""The error responses of the management API as shared OpenAPI components."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

_ERROR_A: Final[Json] = {
    "type": "object",
    "required": ["ErrorInfo", "ErrorMessage", "StatusCode"],
    "properties": {
        "ErrorInfo": {"type": ["string", "object"]},
        "ErrorMessage": {"type": "string"},
        "StatusCode": {"type": "integer"},
    },
}
_ERROR_C: Final[Json] = {
    "type": "object",
    "required": ["ErrorIdentifier", "ErrorMessage", "StatusCode"],
    "properties": {"ErrorIdentifier": {"type": "string", "format": "uuid"}, **_ERROR_A["properties"]},
}
_ERROR_CONTENT: Final[Json] = {
    "type": "object",
    "required": ["ErrorIdentifier", "RequestGUID", "ErrorCode", "ErrorMessage", "StatusCode"],
    "properties": {
        "ErrorIdentifier": {"type": "string", "format": "uuid"},
        "RequestGUID": {"type": "string", "format": "uuid"},
        "ErrorCode": {"type": "string"},
        "ErrorMessage": {"type": "string"},
        "StatusCode": {"type": "integer"},
        "Details": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "Field": {"type": "string"},
                    "Constraint": {"type": "string"},
                    "Message": {"type": "string"},
                },
            },
        },
    },
}
SCHEMAS: Final[Json] = {"Error": _ERROR_A, "RecentError": _ERROR_C, "ContentError": _ERROR_CONTENT}
"""The error formats of Mailjet's older services, its newer ones, and the Content API."""

_REFUSALS: Final = {
    "400": "The path, a parameter, the JSON or a property is invalid.",
    "401": "The credentials are wrong; or, with a body, the operation is never allowed.",
    "403": "The credentials lack the permission.",
    "404": "The object does not exist, or belongs to another account.",
    "405": "The method is not allowed; Allow lists those that are.",
    "413": "The body is too large.",
    "415": "The Content-Type of the body is not JSON.",
    "429": "Too many requests, or too many failed logins; try again after Retry-After.",
    "503": "The store is not available, or the search took too long; nothing was changed. Retry after Retry-After.",
}
_HTML: Final = frozenset({"401", "429"})
"""Statuses whose response may not be JSON, as from Mailjet's front servers."""
_ALWAYS_RECENT: Final = frozenset({"503"})


_CONFLICT: Final = {"409": "The name is taken, or the object is locked."}
"""Responses of the Content API only."""
_KINDS: Final = {"": "Error", "Recent": "RecentError", "Content": "ContentError"}
"""The error format by the prefix of the response's name."""


def responses() -> Json:
    """Return the components to refer to."""
    return {
        f"{kind}{status}": _response(status, text, error_name)
        for kind, error_name in _KINDS.items()
        for status, text in _refusals(kind).items()
    }


def refusals(*, is_recent: bool, is_content: bool = False) -> Json:
    """Return the error responses of an operation by status, as references."""
    kind = "Content" if is_content else "Recent" if is_recent else ""
    return {status: {"$ref": f"#/components/responses/{kind}{status}"} for status in _refusals(kind)}


def _refusals(kind: str) -> dict[str, str]:
    return dict(sorted((_REFUSALS | _CONFLICT).items())) if kind == "Content" else _REFUSALS


def _response(status: str, text: str, error_name: str) -> Json:
    if status in _ALWAYS_RECENT:
        error_name = "RecentError"
    content: Json = {"application/json": {"schema": {"$ref": f"#/components/schemas/{error_name}"}}}
    if status in _HTML:
        content["text/html"] = {"schema": {"type": "string"}}
    return {"description": text, "content": content}

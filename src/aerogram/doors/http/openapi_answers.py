"""The refusals of the management API in words of OpenAPI: one description each, referred to by all."""

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
"""The shapes of errors: Mailjet's older services', its newer ones', and the Content API's."""

_REFUSALS: Final = {
    "400": "The request is wrong: its path, a parameter, its JSON or a property.",
    "401": "The credentials are wrong; or, with a body, what is asked may never be done.",
    "403": "The credentials have no permission for this.",
    "404": "There is no such object, or it is another account's.",
    "405": "The path has other verbs; Allow names them.",
    "413": "The body is too large.",
    "415": "The body is no JSON by its Content-Type.",
    "429": "Too many requests, or too many failed logins; try again after Retry-After.",
    "503": "Nothing was done: the store cannot be reached, or the search took too long; try again after Retry-After.",
}
_HTML: Final = frozenset({"401", "429"})
"""Statuses whose answer may be no JSON, as Mailjet's front servers give them."""
_ALWAYS_RECENT: Final = frozenset({"503"})


_CONFLICT: Final = {"409": "The name is taken, or what is to change is locked."}
"""What only the Content API answers."""
_KINDS: Final = {"": "Error", "Recent": "RecentError", "Content": "ContentError"}
"""The shape of an error by what its response's name begins with."""


def responses() -> Json:
    """Give the components to refer to."""
    return {
        f"{kind}{status}": _response(status, text, error_name)
        for kind, error_name in _KINDS.items()
        for status, text in _refusals(kind).items()
    }


def refusals(*, is_recent: bool, is_content: bool = False) -> Json:
    """Give the refusals of an operation, by status, as references."""
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

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
SCHEMAS: Final[Json] = {"Error": _ERROR_A, "RecentError": _ERROR_C}
"""The shapes of errors: Mailjet's older services', and its newer ones'."""

_REFUSALS: Final = {
    "400": "The request is wrong: its path, a parameter, its JSON or a property.",
    "401": "The credentials are wrong; or, with a body, what is asked may never be done.",
    "403": "The credentials have no permission for this.",
    "404": "There is no such object, or it is another account's.",
    "405": "The path has other verbs; Allow names them.",
    "413": "The body is too large.",
    "415": "The body is no JSON by its Content-Type.",
    "429": "Too many requests, or too many failed logins; try again after Retry-After.",
    "503": "Nothing was done, for the store cannot be reached; try again after Retry-After.",
}
_HTML: Final = frozenset({"401", "429"})
"""Statuses whose answer may be no JSON, as Mailjet's front servers give them."""
_ALWAYS_RECENT: Final = frozenset({"503"})


def responses() -> Json:
    """Give the components to refer to."""
    return {
        _name(status, is_recent): _response(status, text, is_recent=is_recent)
        for is_recent in (False, True)
        for status, text in _REFUSALS.items()
    }


def refusals(*, is_recent: bool) -> Json:
    """Give the refusals of an operation, by status, as references."""
    return {status: {"$ref": f"#/components/responses/{_name(status, is_recent)}"} for status in _REFUSALS}


def _name(status: str, is_recent: bool) -> str:  # noqa: FBT001 - which of two names
    return f"{'Recent' if is_recent else ''}{status}"


def _response(status: str, text: str, *, is_recent: bool) -> Json:
    error_name = "RecentError" if is_recent or status in _ALWAYS_RECENT else "Error"
    content: Json = {"application/json": {"schema": {"$ref": f"#/components/schemas/{error_name}"}}}
    if status in _HTML:
        content["text/html"] = {"schema": {"type": "string"}}
    return {"description": text, "content": content}

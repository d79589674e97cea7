"""``/openapi.json``: an OpenAPI 3.1 description of what is served, made from the declarations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.answers import JSON, Answer, send_answer
from aerogram.doors.http.v3.schema import REQUEST as SEND_V3_REQUEST
from aerogram.doors.http.v3.schema import RESPONSE as SEND_V3_RESPONSE
from aerogram.doors.http.v31.schema import REQUEST as SEND_REQUEST
from aerogram.doors.http.v31.schema import RESPONSE as SEND_RESPONSE
from aerogram.doors.rest.calls import NO_CONTENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.filters import Companion, Filter
    from aerogram.doors.rest.resource import Action, Resource
    from aerogram.doors.rest.route import Route

Json = dict[str, Any]

_PAGING: Final[tuple[tuple[str, str, str], ...]] = (
    ("Limit", "integer", "Rows of a page; 10 unless said, 0 or more than 1000 mean 1000."),
    ("Offset", "integer", "Index of the first row, from zero."),
    ("Sort", "string", "A property, perhaps with DESC behind a space; several with commas."),
    ("countOnly", "boolean", "Give the number of rows and no rows."),
    ("countRecords", "boolean", "Taken and not needed: Total is always the number of all rows."),
)
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


class OpenApi:
    """Answers with the description, written once."""

    def __init__(
        self, resources: Iterable[Resource], routes: Iterable[Route], public_url: str, version: str
    ) -> None:
        described = description(resources, routes, public_url, version)
        self._answer = Answer(200, msgspec.json.encode(described), JSON)

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer one request."""
        is_read = scope["method"] in ("GET", "HEAD")
        await send_answer(scope, send, self._answer if is_read else errors.shape_a(405, "Method not allowed"))


def description(
    resources: Iterable[Resource], routes: Iterable[Route], public_url: str, version: str
) -> Json:
    """Describe both versions of the Send API, all resources and all routes."""
    paths: Json = {
        "/v3.1/send": {"post": _send_v31()},
        "/v3/send": {"post": _send_v3("sendV3")},
        "/v3/send/message": {"post": _send_v3("sendMessageV3")},
    }
    schemas: Json = {"Error": _ERROR_A, "RecentError": _ERROR_C}
    for resource in resources:
        schemas[resource.class_name] = _object(resource.shown)
        paths |= _paths(resource)
    for route in routes:
        paths.setdefault(route.path, _named(route.names))[route.method.lower()] = _routed(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aerogram", "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": public_url}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
    }  # fmt: skip


def _send_v31() -> Json:
    answers = {
        "200": "Every message was accepted.",
        "400": "Some messages were refused, the others were accepted; or the whole call was refused.",
        "401": "The credentials are wrong.",
        "403": "The only message was refused for its sender.",
        "422": "The idempotency key was used for another request; nothing was accepted.",
        "503": "Nothing was accepted; try again after Retry-After.",
    }
    responses: Json = {
        status: {"description": text, "content": _json(SEND_RESPONSE)} for status, text in answers.items()
    }
    for status in ("200", "400"):
        responses[status]["headers"] = idempotency.REPLAYED_HEADER
    return {
        "operationId": "sendV31",
        "summary": "Send up to 50 messages.",
        "parameters": [idempotency.PARAMETER],
        "requestBody": {"required": True, "content": _json(SEND_REQUEST)},
        "responses": responses,
    }


def _send_v3(operation_id: str) -> Json:
    refusals = {
        "400": "Nothing was sent, for this mistake; ErrorInfo names the message of a bulk call.",
        "403": "Nothing was sent, for a sender is not the account's.",
        "413": "Nothing was sent, for the call is too large.",
        "422": "Nothing was sent, for the idempotency key was used for another request.",
        "500": "Nothing was sent, for a null stands in Vars.",
        "503": "Nothing was sent; try again after Retry-After.",
    }
    refused = _json({"$ref": "#/components/schemas/Error"})
    return {
        "operationId": operation_id,
        "summary": "Send a message, or up to 100: all of them or none.",
        "parameters": [idempotency.PARAMETER],
        "requestBody": {"required": True, "content": _json(SEND_V3_REQUEST)},
        "responses": {
            "200": {
                "description": "All was accepted.",
                "headers": idempotency.REPLAYED_HEADER,
                "content": _json(SEND_V3_RESPONSE),
            },
            "401": {"description": "The credentials are wrong."},
            **{status: {"description": text, "content": refused} for status, text in refusals.items()},
        },
    }


def _paths(resource: Resource) -> Json:
    base = f"/v3/REST/{resource.name}"
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    paths: Json = {base: {}, f"{base}/{{key}}": {"parameters": [key]}}
    if "GET" in resource.methods:
        paths[base]["get"] = _operation(resource, "list", "List", "200") | {
            "parameters": _parameters(resource)
        }
        paths[f"{base}/{{key}}"]["get"] = _operation(resource, "get", "Read one", "200")
    if "POST" in resource.methods:
        paths[base]["post"] = _operation(resource, "create", "Create", "201", takes_body=True)
    if "PUT" in resource.methods:
        paths[f"{base}/{{key}}"]["put"] = _operation(resource, "change", "Change", "200", takes_body=True)
    if "DELETE" in resource.methods:
        removed = _operation(resource, "remove", "Remove", "204")
        removed["responses"]["204"] = {"description": "It is gone."}
        paths[f"{base}/{{key}}"]["delete"] = removed
    for action in resource.actions:
        path = f"/v3/REST/{action.path(resource.name)}"
        names = [name[1:-1] for name in path.split("/") if name.startswith("{")]
        paths.setdefault(path, _named(names))[action.method.lower()] = _acting(resource, action)
    return {path: described for path, described in paths.items() if described.keys() - {"parameters"}}


def _named(names: Iterable[str]) -> Json:
    """Describe the parts of a path that have names."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    return {"parameters": parameters} if parameters else {}


def _acting(resource: Resource, action: Action) -> Json:
    """Describe one verb of an action, its own properties where it has any."""
    operation = _operation(resource, _verb(action), action.summary, str(action.status))
    response = operation["responses"][str(action.status)]
    shape = _object(action.shows) if action.shows else {"$ref": f"#/components/schemas/{resource.class_name}"}
    response["content"] = _json(shape if action.is_bare else _envelope(shape))
    if action.status == NO_CONTENT:
        del response["content"]
    if action.asks:
        operation["parameters"] = [_asked(one) for one in action.asks]
    if action.takes:
        operation["requestBody"] = {"content": _json(_object(action.takes))}
    return operation


def _verb(action: Action) -> str:
    name = action.name[:1].upper() + action.name[1:]
    return (
        f"{action.method.lower()}{name}{'One' if action.sub_id else ''}{'OfAll' if action.is_keyless else ''}"
    )


def _routed(route: Route) -> Json:
    """Describe one verb of a route."""
    content = {route.shows_type: {}} if route.shows_type else _json(route.shows) if route.shows else None
    operation: Json = {
        "operationId": re.sub(r"[^A-Za-z0-9]+", "_", f"{route.method.lower()}{route.path}"),
        "summary": route.summary,
        "tags": [route.area.value],
        "responses": {
            str(route.status): {"description": "Done."} | ({"content": content} if content else {}),
            "4XX": _refused(is_recent=route.is_recent),
        },
    }
    if route.takes_type:
        operation["requestBody"] = {"content": {route.takes_type: {}}}
    elif route.takes is not None:
        operation["requestBody"] = {"content": _json(route.takes)}
    return operation


def _refused(*, is_recent: bool) -> Json:
    error_name = "RecentError" if is_recent else "Error"
    return {
        "description": "It was refused.",
        "content": _json({"$ref": f"#/components/schemas/{error_name}"}),
    }


def _operation(resource: Resource, verb: str, summary: str, status: str, *, takes_body: bool = False) -> Json:
    shape = {"$ref": f"#/components/schemas/{resource.class_name}"}
    operation: Json = {
        "operationId": f"{verb}{resource.class_name}",
        "summary": f"{summary} ({resource.class_name})",
        "tags": [resource.area.value],
        "responses": {
            status: {"description": "Done.", "content": _json(_envelope(shape))},
            "4XX": _refused(is_recent=resource.is_recent),
        },
    }
    if takes_body:
        operation["requestBody"] = {"content": _json(shape)}
    return operation


def _envelope(shape: Json) -> Json:
    return {
        "type": "object",
        "required": ["Count", "Data", "Total"],
        "properties": {
            "Count": {"type": "integer"},
            "Data": {"type": "array", "items": shape},
            "Total": {"type": "integer"},
        },
    }


def _parameters(resource: Resource) -> list[Json]:
    switches = sorted({field.shown_with for field in resource.fields if field.shown_with})
    return [
        *({"name": name, "in": "query", "schema": {"type": kind}, "description": text} for name, kind, text in _PAGING),
        *(
            _asked(one)
            for one in _filters(resource)
        ),
        *({"name": name, "in": "query", "schema": {"type": "boolean"}} for name in switches),
    ]  # fmt: skip


def _asked(one: Filter | Companion) -> Json:
    return {"name": one.name, "in": "query", "schema": {"type": "string"}, "description": one.meaning}


def _filters(resource: Resource) -> Iterator[Filter | Companion]:
    for filter_ in resource.filters:
        yield filter_
        yield from filter_.companions


def _object(fields: Iterable[Field]) -> Json:
    return {"type": "object", "properties": {field.name: field.schema() for field in fields}}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}

"""Describe the resources and routes in OpenAPI 3.1, from their declarations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.openapi_answers import refusals
from aerogram.doors.rest.engine import full_style
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT, NOT_MODIFIED, OK
from aerogram.doors.rest.fields.schemas import envelope, input_of, object_of
from aerogram.doors.rest.queries.filters import with_companions
from aerogram.doors.rest.resource import LEVELS

if TYPE_CHECKING:
    from aerogram.doors.rest.resource import Action, Resource
    from aerogram.doors.rest.route import Route
    from aerogram.model.account import Level

Json = dict[str, Any]

_PAGING: Final[tuple[tuple[str, str, str], ...]] = (
    ("Limit", "integer", "Rows per page; the default is 10, and 0 or more than 1000 means 1000."),
    ("Offset", "integer", "Zero-based index of the first row."),
    (
        "Sort",
        "string",
        "Comma-separated properties to sort by, each optionally followed by a space and DESC. One of: {}.",
    ),
    ("countOnly", "boolean", "Return only the number of rows."),
    ("countRecords", "boolean", "Accepted but not needed: Total is always the number of all rows."),
)
_PAGES: Final = ("Limit", "Offset", "countOnly")
"""The parameters of actions that return pages."""
_PREFIX: Final = "/v3/REST/"


def schema_of(resource: Resource) -> Json:
    """Describe an object of a resource."""
    return object_of(resource.shown)


def paths_of(resource: Resource) -> Json:
    """Describe the paths of a resource: its collection, its objects, its actions."""
    collection, one = f"{_PREFIX}{resource.name}", f"{_PREFIX}{resource.name}/{{key}}"
    paths: Json = {}
    if "GET" in resource.methods:
        _put(paths, collection, "get", _listed(resource))
        _put(paths, one, "get", _read(resource))
    if "POST" in resource.methods:
        _put(paths, collection, "post", _written(resource, "POST", "create", "Create", CREATED))
        if resource.posts_to_one:
            _put(paths, one, "post", _written(resource, "POST", "write", "Write", CREATED))
    if "PUT" in resource.methods:
        _put(paths, one, "put", _written(resource, "PUT", "change", "Change", OK))
        if resource.is_singular:
            own = _written(resource, "PUT", "changeOwn", "Change your own", OK)
            _put(paths, collection, "put", own)
    if "DELETE" in resource.methods:
        removed = _operation(resource, "remove", f"Remove ({resource.class_name})", LEVELS["DELETE"])
        removed["responses"][str(NO_CONTENT)] = {"description": "The object was removed."}
        _put(paths, one, "delete", removed)
    for action in resource.actions:
        _put(
            paths, f"{_PREFIX}{action.path(resource.name)}", action.method.lower(), _acting(resource, action)
        )
    return paths


def path_of(route: Route) -> Json:
    """Describe one verb of a route, as paths."""
    operation: Json = {
        "operationId": re.sub(r"[^A-Za-z0-9]+", "_", f"{route.method.lower()}{route.path}"),
        "summary": route.summary,
        "tags": [route.area.value],
        "x-permission": _permission(route.area.value, route.level),
        "responses": {
            str(route.status): {
                "description": "Done.",
                **_content(route.response_type, route.response_schema),
            },
            **refusals(is_recent=route.is_recent, is_content=route.is_content),
        },
    }
    if route.query_parameters:
        operation["parameters"] = [
            _parameter(one.name, one.kind, one.meaning) for one in route.query_parameters
        ]
    if route.permissions:
        operation["x-permission"]["tokens"] = list(route.permissions)
        operation["security"] = [{"basic": []}, {"bearer": []}]
    if route.body_type or route.body_schema is not None:
        operation["requestBody"] = _content(route.body_type, route.body_schema)
    paths: Json = {}
    _put(paths, route.path, route.method.lower(), operation)
    return paths


def _put(paths: Json, path: str, method: str, operation: Json) -> None:
    """Add an operation to a path, with its path parameters."""
    names = re.findall(r"\{(\w+)\}", path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    described = paths.setdefault(path, {"parameters": parameters} if parameters else {})
    described[method] = operation


def _listed(resource: Resource) -> Json:
    operation = _operation(resource, "list", f"List ({resource.class_name})", LEVELS["GET"])
    sortable = ", ".join(field.name for field in resource.sortable_fields.values()) or "none"
    operation["parameters"] = [
        *(_parameter(name, kind, text.format(sortable)) for name, kind, text in _PAGING),
        *(_parameter(one.name, "string", one.meaning) for one in with_companions(resource.filters)),
        *_switches(resource),
    ]
    operation["responses"][str(OK)] = {"description": "The rows.", "content": _rows(resource)}
    return operation


def _read(resource: Resource) -> Json:
    operation = _operation(resource, "get", f"Read one ({resource.class_name})", LEVELS["GET"])
    operation["parameters"] = _switches(resource)
    operation["responses"][str(OK)] = {"description": "The object.", "content": _rows(resource)}
    return operation


def _written(resource: Resource, method: str, verb: str, summary: str, status: int) -> Json:
    operation = _operation(resource, verb, f"{summary} ({resource.class_name})", LEVELS[method])
    operation["responses"][str(status)] = {"description": "The object.", "content": _rows(resource)}
    if method == "PUT":
        operation["responses"][str(NOT_MODIFIED)] = {
            "description": "Nothing changed; the response has no body."
        }
    body = input_of(resource.fields, is_new=method == "POST")
    operation["requestBody"] = {"required": "required" in body, "content": _json(body)}
    return operation


def _acting(resource: Resource, action: Action) -> Json:
    name = action.name[:1].upper() + action.name[1:]
    marks = ("Of" if action.sub_id else "") + ("All" if action.is_keyless else "")
    operation = _operation(resource, f"{action.method.lower()}{name}{marks}", action.summary, action.level)
    answer: Json = {"description": "Done."}
    if action.status != NO_CONTENT:
        shape = object_of(action.response_fields) if action.response_fields else _reference(resource)
        answer["content"] = _json(shape if action.is_bare else envelope(shape))
        if action.is_repeated:
            answer["content"] = _json(_repeating(shape))
    operation["responses"][str(action.status)] = answer
    operation["parameters"] = [
        *(_parameter(*one) for one in _PAGING if action.is_paged and one[0] in _PAGES),
        *(_parameter(one.name, "string", one.meaning) for one in with_companions(action.query_fields)),
    ]
    if action.body_fields:
        body = input_of(action.body_fields, is_new=True)
        operation["requestBody"] = {"required": "required" in body, "content": _json(body)}
    return operation


def _operation(resource: Resource, verb: str, summary: str, level: Level | None) -> Json:
    return {
        "operationId": f"{verb}{resource.class_name}",
        "summary": summary,
        "tags": [resource.area.value],
        "x-permission": _permission(resource.area.value, level),
        "responses": refusals(is_recent=resource.is_recent),
    }


def _permission(area: str, level: Level | None) -> Json:
    return {"area": area, "level": level.name.lower() if level is not None else None}


def _parameter(name: str, kind: str, text: str) -> Json:
    return {"name": name, "in": "query", "schema": {"type": kind}, "description": text}


def _switches(resource: Resource) -> list[Json]:
    names = sorted({field.shown_with for field in resource.fields if field.shown_with})
    switches = [
        _parameter(name, "boolean", "Include properties that are omitted by default.") for name in names
    ]
    if full_style.has_full_style(resource):
        switches.append(_parameter(full_style.PARAMETER, "string", "Full: resolve references."))
    return switches


def _rows(resource: Resource) -> Json:
    return _json(envelope(_reference(resource)))


def _reference(resource: Resource) -> Json:
    return {"$ref": f"#/components/schemas/{resource.class_name}"}


def _repeating(shape: Json) -> Json:
    """Describe an envelope that repeats the properties of its single row next to ``Data``."""
    described = envelope(shape)
    return described | {"properties": described["properties"] | shape["properties"]}


def _content(media_type: str, schema: Json | None) -> Json:
    if media_type:
        return {"content": {media_type: {"schema": schema} if schema else {}}}
    return {"content": _json(schema)} if schema else {}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}

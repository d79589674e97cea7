"""Serves every resource: path, permission, parameters, body, collection, answer. One straight line.

All mistakes of a body are gathered before it is refused. An object of another account is an object
that does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec

from aerogram.doors.rest import faults, paging
from aerogram.doors.rest.fields import OMITTED, ValueFault, flag_of
from aerogram.doors.rest.listing import Query
from aerogram.doors.rest.resource import LEVELS, MAX_BODY_BYTES, ChangeableResource
from aerogram.identity.gate import authorize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.listing import Condition, Row
    from aerogram.doors.rest.resource import Action, Resource
    from aerogram.model.account import Principal

OK: Final = 200
CREATED: Final = 201
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304
MAX_PARAMETERS: Final = 200
_ACTION_DEPTH: Final = 3

_encode: Final = msgspec.json.Encoder().encode


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call. ``segments`` are those of the path behind ``/v3/REST/``, percent-decoded."""

    principal: Principal
    method: str
    segments: tuple[str, ...]
    query: str = ""
    body: bytes = b""


class Reply(msgspec.Struct, frozen=True):
    """The answer; an empty body goes out as none."""

    status: int
    body: bytes = b""


class Engine:
    """Serves the resources given to it."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources: Mapping[str, Resource] = {resource.name: resource for resource in resources}

    def resource_at(self, segments: tuple[str, ...]) -> Resource | None:
        """Give the resource that a path leads to."""
        return self.resources.get(segments[0].lower()) if segments else None

    def max_body_bytes(self, segments: tuple[str, ...]) -> int:
        """Tell how long a body may be at a path."""
        resource = self.resource_at(segments)
        actions = _actions_at(resource, segments).values() if resource else ()
        return max((action.max_body_bytes for action in actions), default=MAX_BODY_BYTES)

    async def serve(self, request: Request) -> Reply:
        """Serve one call. Raises `RestError`, `ForbiddenError` or `UnavailableError`."""
        resource = self.resource_at(request.segments)
        if resource is None:
            raise faults.unknown_resource(request.segments[0])
        parameters = _parameters(request.query)
        if len(request.segments) == 1:
            return await self._on_collection(request, resource, parameters)
        if len(request.segments) == _ACTION_DEPTH:
            return await self._act(request, resource, parameters)
        if len(request.segments) > _ACTION_DEPTH:
            raise resource.missing()
        return await self._on_one(request, resource, parameters)

    async def _on_collection(
        self, request: Request, resource: Resource, parameters: Mapping[str, str]
    ) -> Reply:
        _permit(request, resource, resource.methods & {"GET", "POST"})
        if request.method == "POST":
            return await _create(request, resource, parameters)
        return await _list(request, resource, parameters, ())

    async def _on_one(self, request: Request, resource: Resource, parameters: Mapping[str, str]) -> Reply:
        _permit(request, resource, resource.methods - {"POST"})
        if resource.key_selects_many:
            condition = resource.selecting(request.segments[1])
            if condition is None:
                return _enveloped(OK, resource.shown, [], 0, parameters)
            return await _list(request, resource, {**parameters, "limit": "0"}, (condition,))
        row = await _find(request, resource)
        match request.method:
            case "PUT":
                return await _change(request, resource, row, parameters)
            case "DELETE":
                return await _remove(request, resource, row)
            case _:
                return _enveloped(OK, resource.shown, [row], 1, parameters)

    async def _act(self, request: Request, resource: Resource, parameters: Mapping[str, str]) -> Reply:
        by_method = _actions_at(resource, request.segments)
        if not by_method:
            raise resource.missing()
        action = by_method.get(request.method)
        if action is None:
            raise faults.MethodNotAllowedError(tuple(sorted(by_method)))
        authorize(request.principal, resource.area, action.level)
        row = await _find(request, resource)
        values = _values(action.takes, _given(action.takes, request.body), None) if action.takes else {}
        rows = await action.run(request.principal.account_id, row, values)
        return _enveloped(action.status, action.shows or resource.shown, rows, len(rows), parameters)


def _actions_at(resource: Resource, segments: tuple[str, ...]) -> Mapping[str, Action]:
    """Give the actions of a path by verb; none for a path that leads to no action."""
    return resource.actions.get(segments[2].lower(), {}) if len(segments) == _ACTION_DEPTH else {}


def _permit(request: Request, resource: Resource, methods: frozenset[str]) -> None:
    if request.method not in methods:
        raise faults.MethodNotAllowedError(tuple(sorted(methods)))
    authorize(request.principal, resource.area, LEVELS[request.method])


def _parameters(query: str) -> dict[str, str]:
    """Read the query: names in lower case, the first of a repeated one wins."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise faults.invalid_query(f"A query may have {MAX_PARAMETERS} parameters") from None
    parameters: dict[str, str] = {}
    for name, value in pairs:
        parameters.setdefault(name.lower(), value)
    return parameters


async def _list(
    request: Request, resource: Resource, parameters: Mapping[str, str], fixed: tuple[Condition, ...]
) -> Reply:
    query = Query(
        conditions=(*fixed, *_conditions(resource, parameters)),
        orders=paging.orders_of(parameters, resource.sortable_fields),
        limit=paging.limit_of(parameters),
        offset=paging.offset_of(parameters),
    )
    page = await resource.collection.page(request.principal.account_id, query)
    return _enveloped(OK, resource.shown, page.rows, page.total, parameters, is_count_only=query.limit == 0)


def _conditions(resource: Resource, parameters: Mapping[str, str]) -> list[Condition]:
    conditions = []
    for name, text in parameters.items():
        filter_ = resource.filters_by_lower_name.get(name)
        if filter_ is None or not text:
            continue
        try:
            conditions.append(filter_.among(text, parameters))
        except ValueFault as fault:
            raise faults.invalid_query(f'Invalid value "{text[:80]}" for {name}: {fault}') from None
    return conditions


async def _find(request: Request, resource: Resource) -> Row:
    condition = resource.selecting(request.segments[1])
    if condition is not None:
        page = await resource.collection.page(
            request.principal.account_id, Query(conditions=(condition,), limit=1)
        )
        if page.rows:
            return page.rows[0]
    raise resource.missing()


async def _create(request: Request, resource: Resource, parameters: Mapping[str, str]) -> Reply:
    collection = _changeable(resource).collection
    given = _given(resource.fields, request.body)
    values = {field.source: field.default for field in resource.fields if field.default is not None}
    values |= _values(resource.fields, given, None)
    row = await collection.add(request.principal.account_id, values)
    return _enveloped(CREATED, resource.shown, [row], 1, parameters)


async def _change(request: Request, resource: Resource, row: Row, parameters: Mapping[str, str]) -> Reply:
    collection = _changeable(resource).collection
    given = _given(resource.fields, request.body)
    values = resource.completed(row, _values(resource.fields, given, row))
    values = {source: value for source, value in values.items() if row[source] != value}
    if not values:
        return Reply(NOT_MODIFIED)
    changed = await collection.change(request.principal.account_id, row, values)
    return _enveloped(OK, resource.shown, [changed], 1, parameters)


async def _remove(request: Request, resource: Resource, row: Row) -> Reply:
    await _changeable(resource).collection.remove(request.principal.account_id, row)
    return Reply(NO_CONTENT)


def _changeable(resource: Resource) -> ChangeableResource:
    if not isinstance(resource, ChangeableResource):
        raise faults.MethodNotAllowedError(tuple(sorted(resource.methods)))
    return resource


def _given(fields: tuple[Field, ...], body: bytes) -> dict[Field, Any]:
    """Read a body as values by field; unknown names and nulls count as absent."""
    if not body.strip():
        return {}
    try:
        decoded = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise faults.broken_json(str(error)) from None
    if not isinstance(decoded, dict):
        raise faults.broken_json("the body must be an object")
    by_lower_name = {field.name.lower(): field for field in fields}
    found = ((by_lower_name.get(name.lower()), value) for name, value in decoded.items())
    return {field: value for field, value in found if field is not None and value is not None}


def _values(fields: tuple[Field, ...], given: Mapping[Field, Any], row: Row | None) -> dict[str, Any]:
    """Read the values that may be set, and gather what is wrong with the others.

    A read-only property may be echoed with the value it has (facts: REST.md 3).
    """
    values: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for field in fields:
        if field not in given:
            if field.is_required and row is None:
                reasons[field.name] = "MJ03 A non-empty value is required"
            continue
        if field.is_read_only:
            if row is not None and not field.is_echo(given[field], row.get(field.source)):
                raise faults.read_only(field.name)
            continue
        try:
            values[field.source] = field.read(given[field])
        except ValueFault as fault:
            reasons[field.name] = str(fault)
    if reasons:
        raise faults.invalid_properties(reasons)
    return values


def _enveloped(
    status: int,
    fields: tuple[Field, ...],
    rows: list[Row],
    total: int,
    parameters: Mapping[str, str],
    *,
    is_count_only: bool = False,
) -> Reply:
    """Write ``Count`` (rows of this page; the total when only that was asked for), ``Data`` and ``Total``."""
    data = [_shown(fields, row, parameters) for row in rows]
    count = total if is_count_only else len(data)
    return Reply(status, _encode({"Count": count, "Data": data, "Total": total}))


def _shown(fields: tuple[Field, ...], row: Row, parameters: Mapping[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in fields:
        if field.shown_with and not flag_of(parameters.get(field.shown_with.lower(), "0").strip()):
            value = field.hidden
        else:
            value = field.show(row.get(field.source))
        if value is not OMITTED:
            shown[field.name] = value
    return shown

"""Serves every resource: path, permission, parameters, body, collection, answer. One straight line.

All mistakes of a body are gathered before it is refused. An object of another account is an object
that does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest import faults, paging
from aerogram.doors.rest.calls import CREATED, NO_CONTENT, NOT_MODIFIED, OK, Reply, Request, parameters_of
from aerogram.doors.rest.fields import integer_of
from aerogram.doors.rest.listing import Query
from aerogram.doors.rest.reading import conditions_in, given_in, values_of
from aerogram.doors.rest.resource import LEVELS, MAX_BODY_BYTES, ChangeableResource
from aerogram.doors.rest.showing import bare, enveloped, shown
from aerogram.identity.gate import authorize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aerogram.doors.rest.listing import Condition, Row
    from aerogram.doors.rest.resource import Action, ActionCall, Resource

__all__ = ["Engine", "Reply", "Request"]


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
        call = resource.action_call(segments[1:]) if resource else None
        actions = call.by_method.values() if call else ()
        return max((action.max_body_bytes for action in actions), default=MAX_BODY_BYTES)

    async def serve(self, request: Request) -> Reply:
        """Serve one call. Raises `RestError`, `ForbiddenError` or `UnavailableError`."""
        resource = self.resource_at(request.segments)
        if resource is None:
            raise faults.unknown_resource(request.segments[0])
        parameters = parameters_of(request.query)
        match request.segments[1:]:
            case ():
                return await self._on_collection(request, resource, parameters)
            case rest if (call := resource.action_call(rest)) is not None:
                return await self._act(request, resource, call, parameters)
            case (key,):
                return await self._on_one(request, resource, key, parameters)
            case _:
                raise resource.missing()

    async def _on_collection(
        self, request: Request, resource: Resource, parameters: Mapping[str, str]
    ) -> Reply:
        verbs = {"GET", "POST", "PUT"} if resource.is_singular else {"GET", "POST"}
        _permit(request, resource, resource.methods & verbs)
        match request.method:
            case "POST":
                return await _create(request, resource, parameters)
            case "PUT":
                return await _change(request, resource, await _only(request, resource), parameters)
            case _:
                return await _list(request, resource, parameters, ())

    async def _on_one(
        self, request: Request, resource: Resource, key: str, parameters: Mapping[str, str]
    ) -> Reply:
        _permit(request, resource, resource.methods - {"POST"})
        if resource.key_selects_many:
            condition = resource.selecting(key)
            if condition is None:
                return enveloped(OK, [], 0)
            return await _list(request, resource, {**parameters, "limit": "0"}, (condition,))
        row = await _find(request, resource, key)
        match request.method:
            case "PUT":
                return await _change(request, resource, row, parameters)
            case "DELETE":
                return await _remove(request, resource, row)
            case _:
                return enveloped(OK, [shown(resource.shown, row, parameters)], 1)

    async def _act(
        self, request: Request, resource: Resource, call: ActionCall, parameters: Mapping[str, str]
    ) -> Reply:
        action = call.by_method.get(request.method)
        if action is None:
            raise faults.MethodNotAllowedError(tuple(sorted(call.by_method)))
        authorize(request.principal, resource.area, action.level)
        row: Row = {} if action.is_keyless else await _find(request, resource, call.key)
        values = _action_values(request, resource, action, call, parameters)
        rows = await action.run(request.principal.account_id, row, values)
        if action.status == NO_CONTENT:
            return Reply(NO_CONTENT)
        data = [shown(action.shows or resource.shown, each, parameters) for each in rows]
        return bare(action.status, data) if action.is_bare else enveloped(action.status, data, len(data))


def _permit(request: Request, resource: Resource, methods: frozenset[str]) -> None:
    if request.method not in methods:
        raise faults.MethodNotAllowedError(tuple(sorted(methods)))
    authorize(request.principal, resource.area, LEVELS[request.method])


def _action_values(
    request: Request, resource: Resource, action: Action, call: ActionCall, parameters: Mapping[str, str]
) -> dict[str, object]:
    """Gather what an action is told: by its path, its query and its body."""
    values: dict[str, object] = {}
    if action.sub_id:
        values[action.sub_id] = integer_of(call.sub_id)
        if values[action.sub_id] is None:
            raise resource.missing()
    filters = {filter_.name.lower(): filter_ for filter_ in action.asks}
    values |= {one.name: one.value for one in conditions_in(parameters, filters)}
    if action.takes:
        given = given_in(request.body, action.takes, resource.class_name + action.name)
        values |= values_of(given, action.takes, None)
    return values


async def _list(
    request: Request, resource: Resource, parameters: Mapping[str, str], fixed: tuple[Condition, ...]
) -> Reply:
    query = Query(
        conditions=(*fixed, *conditions_in(parameters, resource.filters_by_lower_name)),
        orders=paging.orders_of(parameters, resource.sortable_fields),
        limit=paging.limit_of(parameters),
        offset=paging.offset_of(parameters),
    )
    page = await resource.collection.page(request.principal.account_id, query)
    data = [shown(resource.shown, row, parameters) for row in page.rows]
    return enveloped(OK, data, page.total, is_count_only=query.limit == 0)


async def _find(request: Request, resource: Resource, key: str) -> Row:
    condition = resource.selecting(key)
    if condition is not None:
        page = await resource.collection.page(
            request.principal.account_id, Query(conditions=(condition,), limit=1)
        )
        if page.rows:
            return page.rows[0]
    raise resource.missing()


async def _only(request: Request, resource: Resource) -> Row:
    page = await resource.collection.page(request.principal.account_id, Query(limit=1))
    if page.rows:
        return page.rows[0]
    raise resource.missing()


async def _create(request: Request, resource: Resource, parameters: Mapping[str, str]) -> Reply:
    collection = _changeable(resource).collection
    given = given_in(request.body, resource.fields, resource.class_name)
    values = {field.source: field.default for field in resource.fields if field.default is not None}
    values |= values_of(given, resource.fields, None)
    row = await collection.add(request.principal.account_id, values)
    return enveloped(CREATED, [shown(resource.shown, row, parameters)], 1)


async def _change(request: Request, resource: Resource, row: Row, parameters: Mapping[str, str]) -> Reply:
    collection = _changeable(resource).collection
    given = given_in(request.body, resource.fields, resource.class_name)
    values = resource.completed(row, values_of(given, resource.fields, row))
    values = {source: value for source, value in values.items() if row[source] != value}
    if not values:
        return Reply(NOT_MODIFIED)
    changed = await collection.change(request.principal.account_id, row, values)
    return enveloped(OK, [shown(resource.shown, changed, parameters)], 1)


async def _remove(request: Request, resource: Resource, row: Row) -> Reply:
    await _changeable(resource).collection.remove(request.principal.account_id, row)
    return Reply(NO_CONTENT)


def _changeable(resource: Resource) -> ChangeableResource:
    if not isinstance(resource, ChangeableResource):
        raise faults.MethodNotAllowedError(tuple(sorted(resource.methods)))
    return resource

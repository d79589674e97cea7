"""Serve every resource in one sequence: path, permission, parameters, body, collection, response.

A body is refused with all its errors at once. An object of another account is treated as one that does not
exist.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.doors.rest import errors
from aerogram.doors.rest.engine import full_style
from aerogram.doors.rest.engine.calls import (
    CREATED,
    NO_CONTENT,
    NOT_MODIFIED,
    OK,
    Request,
    Response,
    parameters_of,
)
from aerogram.doors.rest.engine.reading import conditions_in, defaults_of, given_in, query_of, values_of
from aerogram.doors.rest.engine.resolving import resolve
from aerogram.doors.rest.engine.showing import bare, enveloped, page_shown, shown
from aerogram.doors.rest.fields.kinds import integer_of
from aerogram.doors.rest.queries import paging
from aerogram.doors.rest.queries.listing import Page, Query
from aerogram.doors.rest.resource import CONDITIONS, LEVELS, MAX_BODY_BYTES, REFUSALS, ChangeableResource
from aerogram.identity.gate import ForbiddenError, authorize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aerogram.doors.rest.queries.listing import Condition, Row
    from aerogram.doors.rest.resource import Action, ActionCall, Resource
    from aerogram.model.actor import Actor

__all__ = ["Engine", "Request", "Response"]


class Engine:
    """Serves the given resources."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources: Mapping[str, Resource] = {resource.name: resource for resource in resources}

    def resource_at(self, segments: tuple[str, ...]) -> Resource | None:
        """Return the resource that a path names."""
        return self.resources.get(segments[0].lower()) if segments else None

    def max_body_bytes(self, segments: tuple[str, ...]) -> int:
        """Return the maximum length of a body for a path."""
        resource = self.resource_at(segments)
        call = resource.action_call(segments[1:]) if resource else None
        actions = call.by_method.values() if call else ()
        return max((action.max_body_bytes for action in actions), default=MAX_BODY_BYTES)

    async def serve(self, request: Request) -> Response:
        """Serve one request. Raises `RestError`, `ForbiddenError` or `UnavailableError`."""
        resource = self.resource_at(request.segments)
        if resource is None:
            raise errors.unknown_resource(request.segments[0])
        call = _ResourceCall(request, resource, parameters_of(request.query))
        try:
            return await self._serve(call)
        except REFUSALS as error:
            raise resource.refusal(error) from None

    async def _serve(self, call: _ResourceCall) -> Response:
        resource = call.resource
        match call.request.segments[1:]:
            case ():
                return await self._on_collection(call)
            case rest if (action_call := resource.action_call(rest)) is not None:
                return await self._act(call, action_call)
            case (key,):
                return await self._on_one(call, key)
            case _:
                raise resource.missing()

    async def _on_collection(self, call: _ResourceCall) -> Response:
        verbs = {"GET", "POST", "PUT"} if call.resource.is_singular else {"GET", "POST"}
        if call.request.method in call.resource.methods - verbs:
            # The method applies to objects, and the path names none (compatibility: contacts#contact-data).
            raise call.resource.missing()
        _permit(call, call.resource.methods & verbs)
        match call.request.method:
            case "POST":
                return await self._create(call)
            case "PUT":
                return await self._change(call, await _first(call, ()))
            case _:
                return await self._list(call, ())

    async def _on_one(self, call: _ResourceCall, key: str) -> Response:
        resource = call.resource
        _permit(call, resource.methods - (frozenset() if resource.posts_to_one else {"POST"}))
        if resource.key_selects_many:
            condition = resource.selecting(key)
            if condition is None:
                return enveloped(OK, [], 0)
            return await self._list(call, (condition,), is_whole=True)
        row = await _find(call, key)
        match call.request.method:
            case "PUT":
                return await self._change(call, row)
            case "POST":
                changed = await self._change(call, row)
                if changed.status == OK:
                    return msgspec.structs.replace(changed, status=CREATED)
                return enveloped(CREATED, await self._shown(call, [row]), 1)
            case "DELETE":
                await _changeable(resource).collection.remove(call.actor, row)
                return Response(NO_CONTENT)
            case _:
                return enveloped(OK, await self._shown(call, [row]), 1)

    async def _act(self, call: _ResourceCall, action_call: ActionCall) -> Response:
        action = action_call.by_method.get(call.request.method)
        if action is None:
            raise errors.MethodNotAllowedError(tuple(sorted(action_call.by_method)))
        if action.level is None:
            raise ForbiddenError(f"No rule says who may use {action.name}.")
        authorize(call.actor, call.resource.area, action.level, in_sandbox=action.in_sandbox)
        row: Row = {} if action.is_keyless else await _find(call, action_call.key)
        values = await self._action_values(call, action, action_call)
        given = await action.run(call.actor, row, values)
        page = given if isinstance(given, Page) else Page(given, len(given))
        fields = action.response_fields or call.resource.shown
        if action.is_bare:
            return bare(action.status, [shown(fields, row, call.parameters) for row in page.rows])
        return page_shown(
            action.status,
            fields,
            page,
            call.parameters,
            is_count_only=action.is_paged and values["limit"] == 0,
            is_repeated=action.is_repeated,
        )

    async def _action_values(
        self, call: _ResourceCall, action: Action, action_call: ActionCall
    ) -> dict[str, Any]:
        """Read the values of an action from the path, the query and the body."""
        values: dict[str, Any] = {}
        if action.sub_id:
            values[action.sub_id] = integer_of(action_call.sub_id)
            if values[action.sub_id] is None:
                raise call.resource.missing()
        filters = {filter_.name.lower(): filter_ for filter_ in action.query_fields}
        conditions = conditions_in(call.parameters, filters)
        values |= {one.name: one.value for one in conditions}
        if action.query_fields:
            values[CONDITIONS] = tuple(conditions)
        if action.is_paged:
            values["limit"] = paging.limit_of(call.parameters)
            values["offset"] = paging.offset_of(call.parameters)
        if action.body_fields:
            class_name = call.resource.class_name + action.name
            unknown = partial(errors.unknown_property, class_name)
            given = given_in(call.request.body, action.body_fields, unknown)
            values |= values_of(given, action.body_fields, {}, is_new=True)
            await resolve(values, action.body_fields, self.resources, call.actor)
        return values

    async def _list(
        self, call: _ResourceCall, fixed: tuple[Condition, ...], *, is_whole: bool = False
    ) -> Response:
        resource, parameters = call.resource, call.parameters
        query = query_of(parameters, resource.filters_by_lower_name, resource.sortable_fields, fixed)
        if is_whole and query.limit:
            query = msgspec.structs.replace(query, limit=paging.MAX_LIMIT)
        page = await resource.collection.page(call.actor, query)
        data = await self._shown(call, page.rows)
        return enveloped(OK, data, page.total, is_count_only=query.limit == 0)

    async def _create(self, call: _ResourceCall) -> Response:
        resource = call.resource
        collection = _changeable(resource).collection
        given = given_in(call.request.body, resource.fields, resource.unknown_property)
        values = defaults_of(resource.fields)
        values |= values_of(given, resource.fields, {"account_id": call.actor.account_id}, is_new=True)
        await resolve(values, resource.fields, self.resources, call.actor)
        row = await collection.add(call.actor, values)
        return enveloped(CREATED, await self._shown(call, [row]), 1)

    async def _change(self, call: _ResourceCall, row: Row) -> Response:
        resource = call.resource
        collection = _changeable(resource).collection
        given = given_in(call.request.body, resource.fields, resource.unknown_property)
        values = values_of(given, resource.fields, row, is_new=False)
        await resolve(values, resource.fields, self.resources, call.actor)
        values = resource.completed(row, values)
        values = {
            source: value
            for source, value in values.items()
            if not resource.field_of(source).is_same(value, row.get(source))
        }
        if not values:
            return Response(NOT_MODIFIED)
        changed = await collection.change(call.actor, row, values)
        return enveloped(OK, await self._shown(call, [changed]), 1)

    async def _shown(self, call: _ResourceCall, rows: Sequence[Row]) -> list[dict[str, Any]]:
        data = [shown(call.resource.shown, row, call.parameters) for row in rows]
        if not full_style.is_requested(call.parameters):
            return data
        additions = await full_style.expanded(rows, call.resource, self.resources, call.actor)
        return [properties | more for properties, more in zip(data, additions, strict=True)]


class _ResourceCall(msgspec.Struct, frozen=True):
    """A request with the resource that its path names and its query parameters."""

    request: Request
    resource: Resource
    parameters: Mapping[str, str]

    @property
    def actor(self) -> Actor:
        """The actor that sent the request."""
        return self.request.actor


def _permit(call: _ResourceCall, methods: frozenset[str]) -> None:
    method = call.request.method
    if method in call.resource.refused_methods:
        raise errors.operation_not_allowed()
    if method not in methods:
        raise errors.MethodNotAllowedError(tuple(sorted(methods)))
    in_sandbox = method in call.resource.in_sandbox
    authorize(call.actor, call.resource.area, LEVELS[method], in_sandbox=in_sandbox)


async def _find(call: _ResourceCall, key: str) -> Row:
    condition = call.resource.selecting(key)
    if condition is None:
        raise call.resource.missing()
    return await _first(call, (condition,))


async def _first(call: _ResourceCall, conditions: tuple[Condition, ...]) -> Row:
    page = await call.resource.collection.page(call.actor, Query(conditions=conditions, limit=1))
    if not page.rows:
        raise call.resource.missing()
    return page.rows[0]


def _changeable(resource: Resource) -> ChangeableResource:
    if not isinstance(resource, ChangeableResource):
        raise errors.MethodNotAllowedError(tuple(sorted(resource.methods)))
    return resource

"""Serves every resource: path, permission, parameters, body, collection, answer. One straight line.

All errors of a body are gathered before it is refused. An object of another account is an object
that does not exist.
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
    Reply,
    Request,
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
            raise errors.unknown_resource(request.segments[0])
        asked = _Asked(request, resource, parameters_of(request.query))
        try:
            return await self._serve(asked)
        except REFUSALS as error:
            raise resource.refusal(error) from None

    async def _serve(self, asked: _Asked) -> Reply:
        resource = asked.resource
        match asked.request.segments[1:]:
            case ():
                return await self._on_collection(asked)
            case rest if (call := resource.action_call(rest)) is not None:
                return await self._act(asked, call)
            case (key,):
                return await self._on_one(asked, key)
            case _:
                raise resource.missing()

    async def _on_collection(self, asked: _Asked) -> Reply:
        verbs = {"GET", "POST", "PUT"} if asked.resource.is_singular else {"GET", "POST"}
        if asked.request.method in asked.resource.methods - verbs:
            # It is a verb of objects, and without a key none is named (compatibility: contacts#contact-data).
            raise asked.resource.missing()
        _permit(asked, asked.resource.methods & verbs)
        match asked.request.method:
            case "POST":
                return await self._create(asked)
            case "PUT":
                return await self._change(asked, await _first(asked, ()))
            case _:
                return await self._list(asked, ())

    async def _on_one(self, asked: _Asked, key: str) -> Reply:
        resource = asked.resource
        _permit(asked, resource.methods - (frozenset() if resource.posts_to_one else {"POST"}))
        if resource.key_selects_many:
            condition = resource.selecting(key)
            if condition is None:
                return enveloped(OK, [], 0)
            return await self._list(asked, (condition,), is_whole=True)
        row = await _find(asked, key)
        match asked.request.method:
            case "PUT":
                return await self._change(asked, row)
            case "POST":
                changed = await self._change(asked, row)
                if changed.status == OK:
                    return msgspec.structs.replace(changed, status=CREATED)
                return enveloped(CREATED, await self._shown(asked, [row]), 1)
            case "DELETE":
                await _changeable(resource).collection.remove(asked.actor, row)
                return Reply(NO_CONTENT)
            case _:
                return enveloped(OK, await self._shown(asked, [row]), 1)

    async def _act(self, asked: _Asked, call: ActionCall) -> Reply:
        action = call.by_method.get(asked.request.method)
        if action is None:
            raise errors.MethodNotAllowedError(tuple(sorted(call.by_method)))
        if action.level is None:
            raise ForbiddenError(f"No rule says who may use {action.name}.")
        authorize(asked.actor, asked.resource.area, action.level)
        row: Row = {} if action.is_keyless else await _find(asked, call.key)
        values = await self._action_values(asked, action, call)
        given = await action.run(asked.actor, row, values)
        page = given if isinstance(given, Page) else Page(given, len(given))
        fields = action.response_fields or asked.resource.shown
        if action.is_bare:
            return bare(action.status, [shown(fields, row, asked.parameters) for row in page.rows])
        return page_shown(
            action.status,
            fields,
            page,
            asked.parameters,
            is_count_only=action.is_paged and values["limit"] == 0,
            is_repeated=action.is_repeated,
        )

    async def _action_values(self, asked: _Asked, action: Action, call: ActionCall) -> dict[str, Any]:
        """Read the values of an action from its path, its query and its body."""
        values: dict[str, Any] = {}
        if action.sub_id:
            values[action.sub_id] = integer_of(call.sub_id)
            if values[action.sub_id] is None:
                raise asked.resource.missing()
        filters = {filter_.name.lower(): filter_ for filter_ in action.query_fields}
        conditions = conditions_in(asked.parameters, filters)
        values |= {one.name: one.value for one in conditions}
        if action.query_fields:
            values[CONDITIONS] = tuple(conditions)
        if action.is_paged:
            values["limit"] = paging.limit_of(asked.parameters)
            values["offset"] = paging.offset_of(asked.parameters)
        if action.body_fields:
            class_name = asked.resource.class_name + action.name
            unknown = partial(errors.unknown_property, class_name)
            given = given_in(asked.request.body, action.body_fields, unknown)
            values |= values_of(given, action.body_fields, {}, is_new=True)
            await resolve(values, action.body_fields, self.resources, asked.actor)
        return values

    async def _list(self, asked: _Asked, fixed: tuple[Condition, ...], *, is_whole: bool = False) -> Reply:
        resource, parameters = asked.resource, asked.parameters
        query = query_of(parameters, resource.filters_by_lower_name, resource.sortable_fields, fixed)
        if is_whole and query.limit:
            query = msgspec.structs.replace(query, limit=paging.MAX_LIMIT)
        page = await resource.collection.page(asked.actor, query)
        data = await self._shown(asked, page.rows)
        return enveloped(OK, data, page.total, is_count_only=query.limit == 0)

    async def _create(self, asked: _Asked) -> Reply:
        resource = asked.resource
        collection = _changeable(resource).collection
        given = given_in(asked.request.body, resource.fields, resource.unknown_property)
        values = defaults_of(resource.fields)
        values |= values_of(given, resource.fields, {"account_id": asked.actor.account_id}, is_new=True)
        await resolve(values, resource.fields, self.resources, asked.actor)
        row = await collection.add(asked.actor, values)
        return enveloped(CREATED, await self._shown(asked, [row]), 1)

    async def _change(self, asked: _Asked, row: Row) -> Reply:
        resource = asked.resource
        collection = _changeable(resource).collection
        given = given_in(asked.request.body, resource.fields, resource.unknown_property)
        values = values_of(given, resource.fields, row, is_new=False)
        await resolve(values, resource.fields, self.resources, asked.actor)
        values = resource.completed(row, values)
        values = {
            source: value
            for source, value in values.items()
            if not resource.field_of(source).is_same(value, row.get(source))
        }
        if not values:
            return Reply(NOT_MODIFIED)
        changed = await collection.change(asked.actor, row, values)
        return enveloped(OK, await self._shown(asked, [changed]), 1)

    async def _shown(self, asked: _Asked, rows: Sequence[Row]) -> list[dict[str, Any]]:
        data = [shown(asked.resource.shown, row, asked.parameters) for row in rows]
        if not full_style.is_asked(asked.parameters):
            return data
        additions = await full_style.expanded(rows, asked.resource, self.resources, asked.actor)
        return [properties | more for properties, more in zip(data, additions, strict=True)]


class _Asked(msgspec.Struct, frozen=True):
    """A request with the resource that its path leads to and the parameters of its query."""

    request: Request
    resource: Resource
    parameters: Mapping[str, str]

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.request.actor


def _permit(asked: _Asked, methods: frozenset[str]) -> None:
    method = asked.request.method
    if method in asked.resource.refused_methods:
        raise errors.operation_not_allowed()
    if method not in methods:
        raise errors.MethodNotAllowedError(tuple(sorted(methods)))
    authorize(asked.actor, asked.resource.area, LEVELS[method])


async def _find(asked: _Asked, key: str) -> Row:
    condition = asked.resource.selecting(key)
    if condition is None:
        raise asked.resource.missing()
    return await _first(asked, (condition,))


async def _first(asked: _Asked, conditions: tuple[Condition, ...]) -> Row:
    page = await asked.resource.collection.page(asked.actor, Query(conditions=conditions, limit=1))
    if not page.rows:
        raise asked.resource.missing()
    return page.rows[0]


def _changeable(resource: Resource) -> ChangeableResource:
    if not isinstance(resource, ChangeableResource):
        raise errors.MethodNotAllowedError(tuple(sorted(resource.methods)))
    return resource

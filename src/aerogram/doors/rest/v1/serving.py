"""How a route of the Content API is declared, and what happens around each: body, query, envelope.

    content_route(
        "GET",
        "/v1/REST/labels",
        self._list,  # async (ContentCall) -> Page
        summary="List labels.",
        permissions=("read_resource_label", "read_image_label"),
        shows=FIELDS,
        lists=Lists(FILTERS, sortable=("ID", "Name")),
    )

Names of properties ignore case. Read-only properties are skipped, so that a row may be sent back as it was shown; null
empties what can be empty. What is found to be gone is answered 404, whoever finds it. A PUT changes what it names and is answered 200, also when nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.doors.rest import paging
from aerogram.doors.rest.calls import NO_CONTENT, OK, Reply, RouteCall
from aerogram.doors.rest.fields import Field, ValueFault
from aerogram.doors.rest.filters import Filter, with_companions
from aerogram.doors.rest.listing import Page, Query
from aerogram.doors.rest.reading import conditions_in, object_in
from aerogram.doors.rest.resource import LEVELS, MAX_BODY_BYTES
from aerogram.doors.rest.route import Parameter, Route
from aerogram.doors.rest.schemas import envelope, input_of, object_of
from aerogram.doors.rest.showing import enveloped, shown
from aerogram.doors.rest.v1.faults import (
    INVALID_PARAMETER,
    REQUIRED,
    UNEXPECTED_VALUE,
    ConstraintFault,
    Detail,
    invalid,
    not_found,
)
from aerogram.model.account import Area, Level

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aerogram.model.actor import Actor

GUID_HEADER: Final = b"x-mj-request-guid"
"""On every answer of Mailjet's newer services (facts: SEND.md A1)."""
_PAGING: Final = (
    Parameter("Limit", "integer", "Rows of a page; 10 unless said, 0 or more than 1000 mean 1000."),
    Parameter("Offset", "integer", "Index of the first row, from zero."),
)


class Lists(msgspec.Struct, frozen=True):
    """What a route that lists is asked by: filters, and the properties that rows can be sorted by."""

    filters: tuple[Filter, ...]
    sortable: tuple[str, ...] = ("ID",)


class ContentCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a route of the Content API."""

    request: RouteCall
    query: Query
    said: Mapping[str, Any]
    """The body, names in lower case."""

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.request.actor

    @property
    def account_id(self) -> int:
        """The account that it is about."""
        return self.request.actor.account_id

    def part(self, name: str) -> str:
        """Give what stands in the path where the route has a name in braces."""
        return self.request.parts[name]


def content_route(  # noqa: PLR0913 - a declaration, read by its names
    method: str,
    path: str,
    run: Callable[[ContentCall], Awaitable[Page]],
    *,
    summary: str,
    permissions: tuple[str, ...],
    area: Area = Area.TEMPLATES,
    level: Level | None = None,
    status: int = OK,
    takes: tuple[Field, ...] = (),
    is_new: bool = False,
    shows: tuple[Field, ...] = (),
    lists: Lists | None = None,
    form: dict[str, Any] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> Route:
    """Declare a route that answers with rows of ``shows``.

    ``takes`` are the properties of a JSON body, of which ``is_new`` says that required ones must be there. ``form`` is
    the JSON Schema of a form in its place, which ``run`` reads itself.
    """
    answering = _Answering(run, status, takes, shows, lists)
    return Route(
        method=method,
        path=path,
        area=area,
        level=LEVELS[method] if level is None else level,
        summary=summary,
        run=answering,
        status=status,
        takes=input_of(takes, is_new=is_new) if takes else form,
        takes_type="multipart/form-data" if form else "",
        shows=envelope(object_of(shows)) if shows else None,
        max_body_bytes=max_body_bytes,
        permissions=permissions,
        asks=answering.asks(),
    )


class _Answering:
    """What a route does around its own work."""

    def __init__(
        self,
        run: Callable[[ContentCall], Awaitable[Page]],
        status: int,
        takes: tuple[Field, ...],
        shows: tuple[Field, ...],
        lists: Lists | None,
    ) -> None:
        self._run = run
        self._status = status
        self._takes = takes
        self._shows = shows
        self._lists = lists
        filters = lists.filters if lists else ()
        self._filters = {filter_.name.lower(): filter_ for filter_ in filters}
        names = {name.lower() for name in lists.sortable} if lists else set()
        self._sortable = {field.name.lower(): field for field in shows if field.name.lower() in names}

    async def __call__(self, call: RouteCall) -> Reply:
        said = _said(await call.whole_body()) if self._takes else {}
        query = self._query(call.parameters) if self._lists else Query(limit=1)
        try:
            page = await self._run(ContentCall(request=call, query=query, said=said))
        except NotFoundError:
            # Somebody removed it between the look and the change.
            raise not_found() from None
        if self._status == NO_CONTENT:
            reply = Reply(NO_CONTENT)
        else:
            data = [shown(self._shows, row, {}) for row in page.rows]
            reply = enveloped(self._status, data, page.total)
        return msgspec.structs.replace(reply, headers=((GUID_HEADER, call.actor.request_id.encode()),))

    def asks(self) -> tuple[Parameter, ...]:
        if self._lists is None:
            return ()
        text = f"One of {', '.join(self._lists.sortable)}, perhaps with DESC behind a space; several with commas."
        own = (Parameter(one.name, "string", one.meaning) for one in with_companions(self._lists.filters))
        return (*_PAGING, Parameter("Sort", "string", text), *own)

    def _query(self, parameters: Mapping[str, str]) -> Query:
        return Query(
            conditions=tuple(conditions_in(parameters, self._filters)),
            orders=paging.orders_of(parameters, self._sortable),
            limit=paging.limit_of({name: text for name, text in parameters.items() if name != "countonly"}),
            offset=paging.offset_of(parameters),
        )


def values_of(said: Mapping[str, Any], fields: Sequence[Field], *, is_new: bool) -> dict[str, Any]:
    """Read a body as values by source; null is None. All mistakes are gathered before it is refused."""
    by_name = {field.name.lower(): field for field in fields}
    details = [
        Detail(name[:80], INVALID_PARAMETER, "There is no such property")
        for name in said
        if name not in by_name
    ]
    values = {field.source: field.default for field in fields if is_new and field.default is not None}
    for name, field in by_name.items():
        value = said.get(name)
        if field.is_read_only:
            continue
        if value is None and not (field.is_nullable and name in said):
            if field.is_required and is_new:
                details.append(Detail(field.name, REQUIRED, "The property is required"))
            continue
        try:
            values[field.source] = None if value is None else field.read(value)
        except ValueFault as fault:
            constraint = fault.constraint if isinstance(fault, ConstraintFault) else UNEXPECTED_VALUE
            details.append(Detail(field.name, constraint, str(fault)))
    if details:
        raise invalid(details)
    return values


def one(row: Mapping[str, Any]) -> Page:
    """Answer with one row."""
    return Page([row], 1)


NOTHING: Final = Page([], 0)
"""The answer of what has none."""


def _said(body: bytes) -> dict[str, Any]:
    return {name.lower(): value for name, value in object_in(body).items()}

"""Declare a route of the Content API, and handle its body, query and envelope.

    content_route(
        "GET",
        "/v1/REST/labels",
        self._list,  # async (ContentCall) -> Page
        summary="List labels.",
        permissions=("read_resource_label", "read_image_label"),
        response_fields=FIELDS,
        lists=Lists(FILTERS, sortable=("ID", "Name")),
    )

Names of properties ignore case. Read-only properties are skipped, so that a client may send a row back as it
was shown. Null clears a nullable property. `aerogram.doors.rest.v1.errors.refusal` translates the errors of
the services. PUT changes the given properties and returns 200, also if nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from aerogram.doors.rest.engine.calls import OK, Response, RouteCall
from aerogram.doors.rest.engine.reading import (
    MissingValueError,
    defaults_of,
    named_in,
    object_in,
    query_of,
    read_fields,
)
from aerogram.doors.rest.engine.showing import page_shown
from aerogram.doors.rest.fields.kinds import Field, integer_of
from aerogram.doors.rest.fields.schemas import envelope, input_of, object_of
from aerogram.doors.rest.queries.filters import Filter, with_companions
from aerogram.doors.rest.queries.listing import Page, Query
from aerogram.doors.rest.resource import LEVELS, MAX_BODY_BYTES
from aerogram.doors.rest.route import Parameter, Route
from aerogram.doors.rest.v1.errors import (
    INVALID_PARAMETER,
    REFUSALS,
    REQUIRED,
    UNEXPECTED_VALUE,
    ConstraintError,
    Detail,
    flawed,
    invalid,
    not_found,
    refusal,
)
from aerogram.model.account import Area, Level
from aerogram.model.page import PageRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aerogram.doors.rest.fields.kinds import InvalidValueError
    from aerogram.model.actor import Actor

_Kind = TypeVar("_Kind")
GUID_HEADER: Final = b"x-mj-request-guid"
"""Sent with every response of Mailjet's newer services (compatibility: templates#content-api)."""
_COUNT_ONLY: Final = "countonly"
"""A parameter of the older API, not supported here."""
_PAGING: Final = (
    Parameter("Limit", "integer", "Rows of a page; default 10; 0 or more than 1000 mean 1000."),
    Parameter("Offset", "integer", "Index of the first row, from zero."),
)


class Lists(msgspec.Struct, frozen=True):
    """The filters of a list route, and the properties that sort its rows."""

    filters: tuple[Filter, ...]
    sortable: tuple[str, ...] = ("ID",)


class ContentCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a route of the Content API."""

    request: RouteCall
    query: Query
    body: Mapping[str, Any]
    """The JSON body, with names in lower case."""
    body_fields: tuple[Field, ...]
    is_new: bool

    @property
    def actor(self) -> Actor:
        """The actor that sent the request."""
        return self.request.actor

    @property
    def account_id(self) -> int:
        """The account of the actor."""
        return self.request.actor.account_id

    def values(self) -> dict[str, Any]:
        """Read the body with the declared properties. Raises `ContentError`."""
        return values_of(self.body, self.body_fields, is_new=self.is_new)

    def part(self, name: str) -> str:
        """Return the path segment with this name in braces."""
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
    body_fields: tuple[Field, ...] = (),
    is_new: bool = False,
    response_fields: tuple[Field, ...] = (),
    lists: Lists | None = None,
    form: dict[str, Any] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    in_sandbox: bool = False,
) -> Route:
    """Declare a route whose response has rows of ``response_fields``.

    ``body_fields`` are the properties of a JSON body; with ``is_new`` the required ones must be present. For
    a form, ``form`` is its JSON Schema, and ``run`` reads the body itself.
    """
    handler = _ContentHandler(run, status, body_fields, response_fields, lists, is_new=is_new)
    return Route(
        method=method,
        path=path,
        area=area,
        level=LEVELS[method] if level is None else level,
        summary=summary,
        run=handler,
        status=status,
        body_schema=input_of(body_fields, is_new=is_new) if body_fields else form,
        body_type="multipart/form-data" if form else "",
        response_schema=envelope(object_of(response_fields)) if response_fields else None,
        max_body_bytes=max_body_bytes,
        permissions=permissions,
        in_sandbox=in_sandbox,
        query_parameters=handler.query_parameters(),
    )


class _ContentHandler:
    """Handles a request to a content route: reads it, calls ``run``, writes the response."""

    def __init__(
        self,
        run: Callable[[ContentCall], Awaitable[Page]],
        status: int,
        body_fields: tuple[Field, ...],
        response_fields: tuple[Field, ...],
        lists: Lists | None,
        *,
        is_new: bool,
    ) -> None:
        self._run = run
        self._status = status
        self._body_fields = body_fields
        self._is_new = is_new
        self._response_fields = response_fields
        self._lists = lists
        filters = lists.filters if lists else ()
        self._filters = {filter_.name.lower(): filter_ for filter_ in filters}
        names = {name.lower() for name in lists.sortable} if lists else set()
        self._sortable = {
            field.name.lower(): field for field in response_fields if field.name.lower() in names
        }

    async def __call__(self, call: RouteCall) -> Response:
        body = lowered(object_in(await call.whole_body(), flawed)) if self._body_fields else {}
        query = self._query(call.parameters) if self._lists else Query(limit=1)
        content_call = ContentCall(
            request=call, query=query, body=body, body_fields=self._body_fields, is_new=self._is_new
        )
        try:
            page = await self._run(content_call)
        except REFUSALS as error:
            raise refusal(error) from None
        response = page_shown(self._status, self._response_fields, page)
        return msgspec.structs.replace(response, headers=((GUID_HEADER, call.actor.request_id.encode()),))

    def query_parameters(self) -> tuple[Parameter, ...]:
        if self._lists is None:
            return ()
        names = ", ".join(self._lists.sortable)
        text = f"One of {names}, optionally followed by a space and DESC; several are comma-separated."
        own = (Parameter(one.name, "string", one.meaning) for one in with_companions(self._lists.filters))
        return (*_PAGING, Parameter("Sort", "string", text), *own)

    def _query(self, parameters: Mapping[str, str]) -> Query:
        known = {name: text for name, text in parameters.items() if name != _COUNT_ONLY}
        return query_of(known, self._filters, self._sortable)


def values_of(body: Mapping[str, Any], fields: Sequence[Field], *, is_new: bool) -> dict[str, Any]:
    """Read a body (names in lower case) as values by source; null is None. All errors are collected."""
    given, unknown = named_in(body, fields, keeps_null=True)
    details = [Detail(name[:80], INVALID_PARAMETER, "There is no such property") for name in unknown]
    values, wrong = read_fields(given, fields, is_new=is_new)
    details += [_detail(field, error) for field, error in wrong]
    if details:
        raise invalid(details)
    return defaults_of(fields) | values if is_new else values


def _detail(field: Field, error: InvalidValueError) -> Detail:
    match error:
        case MissingValueError():
            return Detail(field.name, REQUIRED, "The property is required")
        case ConstraintError():
            return Detail(field.name, error.constraint, str(error))
        case _:
            return Detail(field.name, UNEXPECTED_VALUE, str(error))


def one(row: Mapping[str, Any]) -> Page:
    """Return a page of one row."""
    return Page([row], 1)


NOTHING: Final = Page([], 0)
"""An empty page."""


def lowered(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body with its names in lower case; the last of two equal names wins."""
    return {name.lower(): value for name, value in body.items()}


async def found_by_id(
    call: ContentCall, name: str, page: Callable[[Actor, PageRequest], Awaitable[tuple[list[_Kind], int]]]
) -> _Kind:
    """Return the account's object with the id in the path segment ``name``. Raises `ContentError`."""
    request = PageRequest({"id": integer_of(call.part(name)) or 0}, limit=1)
    found, _ = await page(call.actor, request)
    if not found:
        raise not_found()
    return found[0]

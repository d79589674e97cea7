"""Paths outside ``/v3/REST/``: ``/v3/DATA/…``, ``/v1/REST/…``, ``/v4/…``, each declared separately.

A route declares its area and level, and the router authorizes the caller before it runs the route:

    Route(
        method="POST",
        path="/v3/DATA/contactslist/{list_id}/CSVData/{mime}",
        area=Area.LISTS,
        level=Level.WRITE,
        summary="Upload a CSV file of contacts.",
        run=self._upload,  # async (RouteCall) -> Response
        max_body_bytes=MAX_CSV_BYTES,
    )

A segment in braces matches any text that is not empty; other segments ignore case. If several routes match,
the first one wins. List routes in `aerogram.doors.rest.registry.routes`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.engine.calls import OK, Response, RouteCall
from aerogram.doors.rest.errors import MethodNotAllowedError
from aerogram.doors.rest.resource import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aerogram.model.account import Area, Level

OLD_PREFIX: Final = "/v3/"
"""Errors below this path have Mailjet's older shape; elsewhere they carry an identifier.

    (compatibility: rest#two-backends)
    """
CONTENT_PREFIX: Final = "/v1/"

_ANYTHING: Final = ""


class Parameter(msgspec.Struct, frozen=True):
    """A query parameter; ``kind`` is a JSON Schema type."""

    name: str
    kind: str
    meaning: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path."""

    method: str
    path: str
    area: Area
    level: Level
    summary: str
    run: Callable[[RouteCall], Awaitable[Response]]
    status: int = OK
    """The status of success in the description; the response carries the actual one."""
    body_schema: dict[str, Any] | None = None
    """The JSON Schema of its JSON body; without one, ``body_type`` describes the body."""
    body_type: str = ""
    """The media type of a body that is not JSON, as ``text/plain``."""
    response_schema: dict[str, Any] | None = None
    """The JSON Schema of its response."""
    response_type: str = ""
    """The media type of a response that is not JSON."""
    max_body_bytes: int = MAX_BODY_BYTES
    permissions: tuple[str, ...] = ()
    """A content token needs one of these permissions; without any, no token is accepted."""
    in_sandbox: bool = False
    """Callers in the sandbox may use it, although it changes something: what they change was made there."""
    query_parameters: tuple[Parameter, ...] = ()
    """The query parameters in the description."""

    @property
    def is_content(self) -> bool:
        """Whether it belongs to the Content API, whose errors have codes and whose callers may use tokens."""
        return self.path.startswith(CONTENT_PREFIX)

    @property
    def is_recent(self) -> bool:
        """Whether its errors have the newer shape."""
        return not self.path.startswith(OLD_PREFIX)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in braces, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


class Router:
    """Finds the route of a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._by_length: dict[int, list[tuple[tuple[str, ...], Route]]] = defaultdict(list)
        for route in self.routes:
            pattern = tuple(_pattern(segment) for segment in route.path.split("/")[1:])
            self._by_length[len(pattern)].append((pattern, route))

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
        """Return the route and the values of its names; None if no route has the path.

        ``segments`` are those of the whole path, percent-decoded.

        Raises `MethodNotAllowedError` if the path exists with other methods only.
        """
        fitting = self.fitting(segments)
        for route in fitting:
            if route.method == method:
                own = route.path.split("/")[1:]
                values = [text for text, part in zip(segments, own, strict=True) if part.startswith("{")]
                return route, dict(zip(route.names, values, strict=True))
        if fitting:
            raise MethodNotAllowedError(tuple(sorted({route.method for route in fitting})))
        return None

    def fitting(self, segments: tuple[str, ...]) -> list[Route]:
        """Return the routes of a path with any method, in the order of their declaration."""
        of_length = self._by_length.get(len(segments), ())
        return [route for pattern, route in of_length if _fits(pattern, segments)]


def _pattern(segment: str) -> str:
    return _ANYTHING if segment.startswith("{") else segment.lower()


def _fits(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(
        own == asked.lower() if own else bool(asked) and "\0" not in asked
        for own, asked in zip(pattern, segments, strict=True)
    )

"""Build the routes of the inbox, to mount beside the other HTTP doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from aerogram.base.errors import NotFoundError, RefusedError, UnavailableError
from aerogram.doors.web.access import Access, Authenticate
from aerogram.doors.web.api import InboxApi, json_response
from aerogram.doors.web.headers import COMMON
from aerogram.doors.web.pages import InboxPages, Pages
from aerogram.doors.web.routes import FORGETTING, LOOKING, READ, GuardedRoute, needs_of
from aerogram.identity.gate import ForbiddenError, Public

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from aerogram.doors.web.routes import Handler
    from aerogram.identity.gate import Needs
    from aerogram.reporting.inbox import Inbox, Scope

CAPTURE: Final = "capture"
"""The value of the setting ``deliver`` that keeps mail in the inbox."""
_STATIC: Final = Public("Style sheets, scripts and icons contain no mail.")
_EMPTY: Final = Public("No mail is kept, so the page only shows how mail is delivered.")


def build_inbox(
    inbox: Inbox,
    *,
    mode: str,
    addresses: Mapping[str, str],
    authenticate: Authenticate,
    allowed_hosts: Iterable[str],
    stopping: asyncio.Event,
) -> list[GuardedRoute]:
    """Build the routes ``/`` and ``/inbox/…``.

    ``mode`` is the setting ``deliver``; unless it is capture, ``/`` only shows how mail is delivered.
    ``addresses`` are shown in the instructions for a first mail: ``smtp`` as host:port, ``http`` as a base URL,
    ``sender`` (optional) as a valid sender. ``allowed_hosts`` are names of this machine, besides localhost, that
    need no password. Waiting requests end when ``stopping`` is set.
    """
    pages = Pages(mode, addresses)
    static = GuardedRoute("/inbox/static/{name}", _plain(pages.static), {"GET": _STATIC})
    if mode != CAPTURE:
        return [
            GuardedRoute("/", _plain(lambda _: pages.render("delivering.html")), {"GET": _EMPTY}),
            GuardedRoute("/inbox/api/{rest:path}", _plain(_not_captured), {"GET": _EMPTY, "DELETE": _EMPTY}),
            static,
        ]
    access = Access(authenticate, allowed_hosts)
    api = InboxApi(inbox, stopping)
    views = InboxPages(inbox, pages)

    def page(path: str, endpoint: _Endpoint) -> GuardedRoute:
        return GuardedRoute(path, _for_people(access, pages, endpoint), LOOKING)

    def data(path: str, endpoint: _Endpoint, guards: Mapping[str, Needs] = LOOKING) -> GuardedRoute:
        return GuardedRoute(path, _for_programs(access, endpoint, guards), guards)

    one = "/inbox/api/messages/{id:int}"
    return [
        page("/", views.page),
        page("/inbox/list", views.list),
        page("/inbox/messages/{id:int}", views.message),
        static,
        data("/inbox/api/messages", api.messages, FORGETTING),
        data("/inbox/api/wait", api.wait),
        data(one, api.message, FORGETTING),
        data(f"{one}/raw", api.raw),
        data(f"{one}/html", api.html),
        data(f"{one}/attachments/{{number:int}}", api.attachment),
    ]


if TYPE_CHECKING:
    _Endpoint = Callable[[Request, Scope], Awaitable[Response]]


def _not_captured(_: Request) -> Response:
    raise NotFoundError("This server delivers its mail (deliver is not capture), so there is no inbox.")


def _plain(endpoint: Callable[[Request], Response]) -> Handler:
    """Wrap a public endpoint."""

    async def handle(request: Request) -> Response:
        try:
            response = endpoint(request)
        except NotFoundError as error:
            response = json_response({"error": str(error)}, 404)
        return _protected(response)

    return handle


def _for_programs(access: Access, endpoint: _Endpoint, guards: Mapping[str, Needs]) -> Handler:
    """Authorise the request, and return errors as JSON."""

    async def handle(request: Request) -> Response:
        try:
            response = await endpoint(request, await access.admit(request, needs_of(request, guards)))
        except (HTTPException, NotFoundError, RefusedError, UnavailableError) as error:
            status, sentence, headers = _answer_of(error)
            response = json_response({"error": sentence}, status)
            response.headers.update(headers)
        return _protected(response)

    return handle


def _for_people(access: Access, pages: Pages, endpoint: _Endpoint) -> Handler:
    """Authorise the request, and return errors as a page."""

    async def handle(request: Request) -> Response:
        try:
            response = await endpoint(request, await access.admit(request, READ))
        except (HTTPException, NotFoundError, RefusedError, UnavailableError) as error:
            status, sentence, headers = _answer_of(error)
            response = pages.render("refused.html", status, sentence=sentence)
            response.headers.update(headers)
        return _protected(response)

    return handle


def _answer_of(error: Exception) -> tuple[int, str, Mapping[str, str]]:
    """Return status, sentence and headers of an error."""
    match error:
        case HTTPException():
            return error.status_code, error.detail, error.headers or {}
        case NotFoundError():
            return 404, str(error), {}
        case ForbiddenError():
            return 403, str(error), {}
        case RefusedError():
            return 400, str(error), {}
        case _:
            return 503, str(error), {"Retry-After": "1"}


def _protected(response: Response) -> Response:
    for name, value in COMMON.items():
        response.headers.setdefault(name, value)
    return response

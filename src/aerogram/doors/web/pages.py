"""The inbox page at ``/``, and its two fragments that the script reloads.

The page works without the script: every view has a URL. The script only avoids reloading the whole page, and
polls for new mail.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import jinja2
from starlette.responses import Response

from aerogram.base.errors import NotFoundError
from aerogram.base.ids import MAX_ID
from aerogram.doors.web import shown
from aerogram.doors.web.api import id_of, opened_mail, search_of, whole_number
from aerogram.doors.web.frame import wants_remote
from aerogram.doors.web.headers import PAGE_POLICY
from aerogram.reporting.inbox import DEFAULT_LIMIT, MAX_LIMIT, Inbox, Scope
from aerogram.wire.mime.charsets import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

FAILURES: Final = ("blocked", "bounced", "held", "spam")
"""The states of mail that the list offers to show by themselves."""
TABS: Final = ("html", "text", "headers", "source", "attachments", "timeline")
_STATIC_TYPES: Final = {
    "inbox.css": "text/css; charset=utf-8",
    "inbox.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_A_YEAR: Final = "public, max-age=31536000, immutable"


class Pages:
    """Renders the templates and serves the static files with their versions."""

    def __init__(self, mode: str, addresses: Mapping[str, str]) -> None:
        folder = resources.files("aerogram.doors.web") / "static"
        self._static = {name: (folder / name).read_bytes() for name in _STATIC_TYPES}
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("aerogram.doors.web"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.filters.update(
            moment=shown.moment, clock_time=shown.clock_time, size=shown.size_of, hue=shown.hue_of
        )
        known = {"smtp": "", "http": "", "sender": ""} | dict(addresses)
        self._templates.globals.update(
            failures=FAILURES, most=shown.MAX_SOURCE, most_of_header=shown.MAX_HEADER
        )
        self._templates.globals.update(mode=mode, addresses=known, static=self._static_url)

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """Render a template with the page's Content-Security-Policy."""
        content = self._templates.get_template(template).render(values)
        return Response(
            content.encode("utf-8", "replace"),
            status,
            {
                "Content-Security-Policy": PAGE_POLICY,
                "Content-Type": "text/html; charset=utf-8",
                "Cross-Origin-Opener-Policy": "same-origin",
            },
        )

    def static(self, request: Request) -> Response:
        """Serve a static file; its URL changes with its content, so it may be cached forever."""
        name = request.path_params["name"]
        if name not in self._static:
            raise NotFoundError("There is no such file.")
        headers = {
            "Cache-Control": _A_YEAR,
            "Content-Security-Policy": PAGE_POLICY,
            "Content-Type": _STATIC_TYPES[name],
        }
        return Response(self._static[name], headers=headers)

    def _static_url(self, name: str) -> str:
        version = hashlib.sha256(self._static[name]).hexdigest()[:12]
        return f"/inbox/static/{name}?v={version}"


class InboxPages:
    """The endpoints; each takes the request and the accounts whose mail it may see."""

    def __init__(self, inbox: Inbox, pages: Pages) -> None:
        self._inbox = inbox
        self._pages = pages

    async def page(self, request: Request, scope: Scope) -> Response:
        """Render the whole page: the list and, if the URL names one, a mail."""
        chosen = whole_number(request, "id", 0, 0, MAX_ID)
        status = 200
        detail: dict[str, Any] = {"opened": None, "is_gone": False}
        if chosen:
            try:
                detail |= await self._detail(request, scope, chosen)
            except NotFoundError:
                status, detail["is_gone"] = 404, True
        rows = await self._list(request, scope)
        return self._pages.render("inbox.html", status, chosen=chosen, **rows, **detail)

    async def list(self, request: Request, scope: Scope) -> Response:
        """Render only the list, or answer 304 if the browser has it."""
        chosen = whole_number(request, "id", 0, 0, MAX_ID)
        response = self._pages.render("list.html", chosen=chosen, **await self._list(request, scope))
        tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return response

    async def message(self, request: Request, scope: Scope) -> Response:
        """Render only one mail."""
        detail = await self._detail(request, scope, id_of(request))
        asked = request.query_params
        query, state = asked.get("query", ""), asked.get("state", "")
        return self._pages.render("message.html", query=query, state=state, **detail)

    async def _list(self, request: Request, scope: Scope) -> dict[str, Any]:
        limit = whole_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        rows = await self._inbox.newest(scope, search_of(request), limit + 1)
        has_more = len(rows) > limit and limit < MAX_LIMIT
        query = request.query_params.get("query", "")
        more = min(limit + DEFAULT_LIMIT, MAX_LIMIT)
        state = request.query_params.get("state", "")
        return {"rows": rows[:limit], "has_more": has_more, "more": more, "query": query, "state": state}

    async def _detail(self, request: Request, scope: Scope, message_id: int) -> dict[str, Any]:
        opened, mail = await opened_mail(self._inbox, request, scope, message_id)
        tab = request.query_params.get("tab", "")
        if tab not in TABS:
            tab = "html" if mail.html is not None else "text"
        source = text_of(opened.mime[: shown.MAX_SOURCE]) if tab == "source" else ""
        return {
            "opened": opened,
            "mail": mail,
            "tab": tab,
            "source": source,
            "is_cut": len(opened.mime) > shown.MAX_SOURCE,
            "images": request.query_params.get("images") == "1",
            "wants_remote": mail.html is not None and wants_remote(mail.html),
            "notes": shown.notes_of(opened, mail),
            "conversation": shown.conversation,
            "is_smtp": shown.is_smtp,
        }

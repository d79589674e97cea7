"""The API of the inbox: JSON, and the bytes of captured mail.

========================================== =========================================================
GET    /inbox/api/messages                 newest first; limit, before, after, to, from, subject, query, state
DELETE /inbox/api/messages                 delete all
GET    /inbox/api/messages/{id}            one mail, parsed
DELETE /inbox/api/messages/{id}            delete it
GET    /inbox/api/messages/{id}/raw        as it would have been sent
GET    /inbox/api/messages/{id}/html       its HTML, for a sandboxed frame; images=1 loads remote ones
GET    /inbox/api/messages/{id}/attachments/{n}
GET    /inbox/api/wait                     the newest match, as soon as there is one; timeout in seconds. It waits
                                           for mail that arrives, unless ``state`` says otherwise
========================================== =========================================================

An error is ``{"error": sentence}``. Only captured copies are deleted, never the history.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.base.ids import MAX_ID
from aerogram.doors.asgi.held import wait_for_room
from aerogram.doors.web.frame import framed
from aerogram.doors.web.headers import DATA_POLICY, attachment_headers, frame_policy
from aerogram.doors.web.shown import listed_json, opened_json
from aerogram.doors.web.waiting import Waiting
from aerogram.reporting.inbox import ARRIVED, DEFAULT_LIMIT, MAX_LIMIT, STATES, Inbox, Opened, Scope, Search
from aerogram.wire.mime.reading.read import Mail, read_mail

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

T = TypeVar("T")

DEFAULT_WAIT_SECONDS: Final = 10
MAX_WAIT_SECONDS: Final = 60
COPIES: Final = 4
"""How often a mail is in memory when it is shown: as stored, decoded, as text, and as a page or JSON."""
MAX_READERS: Final = 2
"""Mails that are parsed at a time: a large one takes a core, and threads beyond the cores only make others wait."""
_READ_AT_ONCE: Final = 256 * 1024
"""Mail up to this size is parsed in the event loop; larger mail would block other requests."""
_readers: Final = ThreadPoolExecutor(MAX_READERS, thread_name_prefix="inbox-reader")


class InboxApi:
    """The endpoints; each takes the request and the accounts whose mail it may see."""

    def __init__(self, inbox: Inbox, stopping: asyncio.Event) -> None:
        self._inbox = inbox
        self._stopping = stopping
        self._waiting = Waiting(inbox.newest_event, stopping)

    async def messages(self, request: Request, scope: Scope) -> Response:
        """List mail, or delete all of it."""
        if request.method == "DELETE":
            await self._inbox.clear(scope)
            return Response(status_code=204)
        limit = whole_number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
        rows = await self._inbox.newest(scope, search_of(request), limit)
        return json_response([listed_json(row) for row in rows])

    async def message(self, request: Request, scope: Scope) -> Response:
        """Show one mail, or delete it."""
        message_id = id_of(request)
        if request.method == "DELETE":
            await self._inbox.discard(scope, message_id)
            return Response(status_code=204)
        opened, mail = await opened_mail(self._inbox, request, scope, message_id)
        return await _as_json(opened, mail)

    async def raw(self, request: Request, scope: Scope) -> Response:
        """Return the mail as it would have been sent."""
        opened = await self._inbox.open(scope, id_of(request), partial(wait_for_room, request.scope))
        headers = attachment_headers(f"{opened.listed.id}.eml", "") | {"Content-Type": "message/rfc822"}
        return Response(opened.mime, headers=headers)

    async def html(self, request: Request, scope: Scope) -> Response:
        """Return the mail's HTML under a policy without scripts and remote content."""
        _, mail = await opened_mail(self._inbox, request, scope, id_of(request))
        if mail.html is None:
            raise NotFoundError("The message has no HTML part.")
        policy = frame_policy(with_images=request.query_params.get("images") == "1")
        content = (await in_reader(framed, mail.html, mail.files)).encode("utf-8", "replace")
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        return Response(content, headers=headers)

    async def attachment(self, request: Request, scope: Scope) -> Response:
        """Return an attachment as a download."""
        _, mail = await opened_mail(self._inbox, request, scope, id_of(request))
        number = request.path_params["number"]
        if number >= len(mail.files):
            raise NotFoundError(f"The message has no attachment {number}; it has {len(mail.files)}.")
        file = mail.files[number]
        return Response(file.content, headers=attachment_headers(file.name, file.content_type))

    async def wait(self, request: Request, scope: Scope) -> Response:
        """Wait for a matching mail and return the newest; 404 on timeout."""
        seconds = whole_number(request, "timeout", DEFAULT_WAIT_SECONDS, 0, MAX_WAIT_SECONDS)
        search = search_of(request)
        if not search.states:
            search = msgspec.structs.replace(search, states=ARRIVED)
        async with self._waiting.place(request.client.host if request.client else ""):
            row = await self._first(scope, search, seconds)
        opened, mail = await opened_mail(self._inbox, request, scope, row)
        return await _as_json(opened, mail)

    async def _first(self, scope: Scope, search: Search, seconds: int) -> int:
        """Look at each change until there is a match, the timeout expires, or the server stops."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            rows = await self._inbox.newest(scope, search, 1)
            if rows:
                return rows[0].id
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise NotFoundError(await self._what_came_instead(scope, search, seconds))
            await self._waiting.change(left)
            if self._stopping.is_set():
                raise HTTPException(503, "The server is stopping.")

    async def _what_came_instead(self, scope: Scope, search: Search, seconds: int) -> str:
        """Say that nothing matched, and name the newest match in another state, such as a blocked mail."""
        sentence = f"No matching message arrived within {seconds} s."
        others = await self._inbox.newest(scope, msgspec.structs.replace(search, states=()), 1)
        if not others or others[0].state in search.states:
            return sentence
        other = others[0]
        return f"{sentence} The newest match, {other.id}, is {other.state}: {other.reason or other.error}"


async def _as_json(opened: Opened, mail: Mail) -> Response:
    if len(opened.mime) <= _READ_AT_ONCE:
        return json_response(opened_json(opened, mail))
    return await in_reader(lambda: json_response(opened_json(opened, mail)))


async def opened_mail(inbox: Inbox, request: Request, scope: Scope, message_id: int) -> tuple[Opened, Mail]:
    """Return one mail, stored and parsed. Raises `NotFoundError`, or `UnavailableError` while others fill memory."""

    async def admit(size: int) -> None:
        await wait_for_room(request.scope, size * COPIES)

    opened = await inbox.open(scope, message_id, admit)
    if len(opened.mime) <= _READ_AT_ONCE:
        return opened, read_mail(opened.mime)
    return opened, await in_reader(read_mail, opened.mime)


async def in_reader(work: Callable[..., T], *values: Any) -> T:
    """Do heavy work for showing a mail in one of the few threads that are kept for it."""
    return await asyncio.get_running_loop().run_in_executor(_readers, work, *values)


def search_of(request: Request) -> Search:
    """Parse the filters of a list request. Raises `RefusedError` for invalid numbers."""
    asked = request.query_params
    return Search(
        to=asked.get("to", ""),
        sender=asked.get("from", ""),
        subject=asked.get("subject", ""),
        query=asked.get("query", ""),
        after=whole_number(request, "after", 0, 0, MAX_ID),
        before=whole_number(request, "before", MAX_ID, 0, MAX_ID),
        states=_states_of(asked.get("state", "")),
    )


def _states_of(text: str) -> tuple[str, ...]:
    """Parse comma-separated states. Raises `RefusedError`."""
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in STATES.values()]
    if unknown:
        raise RefusedError(f"state must be one or more of {', '.join(STATES.values())}, not {unknown[0]!r}.")
    return names


def id_of(request: Request) -> int:
    """Return the id in the path. Raises `NotFoundError` for a number out of range."""
    message_id: int = request.path_params["id"]
    if message_id > MAX_ID:
        raise NotFoundError(f"There is no message {message_id} in the inbox.")
    return message_id


def whole_number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """Parse a number in the query. Raises `RefusedError` if it is invalid or out of range."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    raise RefusedError(f"{name} must be a whole number from {least} to {most}.")


def json_response(value: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    headers = {"Content-Security-Policy": DATA_POLICY}
    return Response(msgspec.json.encode(value), status, headers, "application/json")

"""The paths of links in mail: ``/o/…`` opens, ``/c/…`` clicks, ``/u/…`` unsubscriptions.

They are public, so they only do what a signed token allows (`content.tokens`). Any other path is 404, redirects
go only to signed URLs, and no cookie is set. GET and HEAD of the unsubscribe page change nothing, because link
scanners follow every link; HEAD never records anything.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from aerogram.base.errors import UnavailableError
from aerogram.content.tokens import CLICK, OPEN, UNSUBSCRIBE
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError
from aerogram.doors.asgi.scope import SAFE_METHODS, client_ip, header
from aerogram.doors.asgi.whole_body import read_body
from aerogram.doors.tracking.pages import Pages, UnsubscribePage
from aerogram.identity.gate import Public
from aerogram.model.event import EventKind
from aerogram.reporting.engagement.recorder import Engagement
from aerogram.reporting.engagement.verdict import HINT_HEADERS
from aerogram.reporting.timeline import ONE_CLICK_AGENT
from aerogram.wire.address import ascii_domain

if TYPE_CHECKING:
    from aerogram.content.tokens import LinkSigner, Unsubscriber
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.reporting.engagement.recorder import Engagements, UnsubscribePageData

PREFIXES: Final = frozenset({OPEN, CLICK, UNSUBSCRIBE})
PREFIX_CHARS: Final = 3
WAIT_SECONDS: Final = 0.2
"""How long a response waits for the commit; slower ones are recorded after the response."""
MAX_FORM_BYTES: Final = 16 * 1024
GIF: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b"
)
"""A transparent GIF of one pixel."""

_HINTS: Final = frozenset(name.encode("latin-1") for name in HINT_HEADERS)
_URL_CHARS: Final = "!#$%&'()*+,/:;=?@[]~-._\"<>\\^`{|}"
"""Printable ASCII is kept as signed; `quote` keeps letters and digits anyway."""
_ONE_CLICK: Final = (b"List-Unsubscribe", b"One-Click")
_SUBSCRIBE_AGAIN: Final = b"do=subscribe"
_COMMON: Final = (
    (b"cache-control", b"no-store, private"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex, nofollow"),
)
_IMAGE: Final = (*_COMMON, (b"cross-origin-resource-policy", b"cross-origin"))
_TEXT: Final = b"text/plain; charset=utf-8"
_NOT_FOUND: Final = Answer(404, b"Nothing exists at this path.\n", _TEXT, _COMMON)


class Tracking:
    """An ASGI application for the paths that begin with one of `PREFIXES`."""

    guard = Public("Anyone with a mail has its links; each is signed and acts only on that mail.")

    def __init__(self, engagements: Engagements, signer: LinkSigner) -> None:
        self._engagements = engagements
        self._signer = signer
        self._pages = Pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path, method = scope["path"], scope["method"]
        prefix, rest = path[:PREFIX_CHARS], path[PREFIX_CHARS:]
        if method not in SAFE_METHODS and not (method == "POST" and prefix == UNSUBSCRIBE):
            allowed = b"GET, HEAD, POST" if prefix == UNSUBSCRIBE else b"GET, HEAD"
            answer = Answer(
                405, b"This link does not support that method.\n", _TEXT, (*_COMMON, (b"allow", allowed))
            )
        elif prefix == OPEN:
            answer = await self._open(scope, rest)
        elif prefix == CLICK:
            answer = await self._click(scope, rest)
        else:
            answer = await self._unsubscribe(scope, receive, rest)
        await send_answer(scope, send, answer)

    async def _open(self, scope: Scope, name: str) -> Answer:
        message_id = self._signer.read_open(name)
        if message_id is None:
            return _NOT_FOUND
        await self._note(scope, EventKind.OPEN, message_id, "")
        return Answer(200, GIF, b"image/gif", _IMAGE)

    async def _click(self, scope: Scope, rest: str) -> Answer:
        token, _, encoded = rest.partition("/")
        click = self._signer.read_click(token, encoded)
        if click is None or not click.url.lower().startswith(("http://", "https://")):
            return _NOT_FOUND
        await self._note(scope, EventKind.CLICK, click.message_id, click.url)
        location = (b"location", _location(click.url).encode("ascii"))
        return Answer(302, b"", _TEXT, (*_COMMON, location))

    async def _note(self, scope: Scope, kind: EventKind, message_id: int, url: str) -> None:
        """Record an event and wait briefly for the commit; the response is sent in any case."""
        if scope["method"] != "HEAD":
            await _done_within(
                self._engagements.note(_engagement(scope, kind, message_id, url)), WAIT_SECONDS
            )

    async def _unsubscribe(self, scope: Scope, receive: Receive, token: str) -> Answer:
        who = self._signer.read_unsubscribe(token)
        if who is None:
            return self._answer(404, UnsubscribePage.INVALID, "", None)
        if scope["method"] == "POST":
            return await self._changed(scope, receive, who)
        try:
            data = await self._engagements.unsubscribe_page_data(who.message_id)
        except UnavailableError:
            # The button works without the names.
            return self._answer(200, UnsubscribePage.QUESTION, who.language, None)
        if data is None:
            return self._answer(404, UnsubscribePage.INVALID, who.language, None)
        page = UnsubscribePage.DONE if data.is_unsubscribed else UnsubscribePage.QUESTION
        return self._answer(200, page, who.language, data)

    async def _changed(self, scope: Scope, receive: Receive, who: Unsubscriber) -> Answer:
        """Handle the button, or a one-click request by RFC 8058."""
        try:
            form = await read_body(scope, receive, MAX_FORM_BYTES)
        except (BodyTooLargeError, BodyEncodingError, ClientGoneError):
            return Answer(400, b"The form is malformed.\n", _TEXT, _COMMON)
        try:
            if form == _SUBSCRIBE_AGAIN:
                await self._engagements.subscribe_again(who.message_id)
                page = UnsubscribePage.BACK
            else:
                await self._engagements.record(_unsubscription(scope, who, form))
                page = UnsubscribePage.DONE
            data = await self._engagements.unsubscribe_page_data(who.message_id)
        except UnavailableError:
            return self._answer(503, UnsubscribePage.FAILED, who.language, None)
        if data is None:
            return self._answer(404, UnsubscribePage.INVALID, who.language, None)
        return self._answer(200, page, who.language, data)

    def _answer(
        self, status: int, page: UnsubscribePage, language: str, data: UnsubscribePageData | None
    ) -> Answer:
        body, policy = self._pages.render(page, language, data)
        later = ((b"retry-after", b"30"),) if page is UnsubscribePage.FAILED else ()
        headers = (*_COMMON, (b"content-security-policy", policy), (b"x-frame-options", b"DENY"), *later)
        return Answer(status, body, b"text/html; charset=utf-8", headers)


def _engagement(scope: Scope, kind: EventKind, message_id: int, url: str = "") -> Engagement:
    return Engagement(
        kind=kind,
        message_id=message_id,
        agent=header(scope, b"user-agent").decode("latin-1"),
        ip=client_ip(scope),
        url=url,
        headers={
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _HINTS
        },
    )


async def _done_within(future: asyncio.Future[bool], seconds: float) -> None:
    """Wait for a future that nobody cancels; `asyncio.wait` does it too, and takes five times as long."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[None] = loop.create_future()

    def wake(*_: object) -> None:
        if not waiting.done():
            waiting.set_result(None)

    timer = loop.call_later(seconds, wake)
    future.add_done_callback(wake)
    try:
        await waiting
    finally:
        timer.cancel()
        future.remove_done_callback(wake)


def _unsubscription(scope: Scope, who: Unsubscriber, form: bytes) -> Engagement:
    """Return whether the form is a one-click request (RFC 8058 §3.2, in either encoding of forms)."""
    if all(word in form for word in _ONE_CLICK):
        return Engagement(
            kind=EventKind.UNSUB, message_id=who.message_id, agent=ONE_CLICK_AGENT, ip=client_ip(scope)
        )
    return _engagement(scope, EventKind.UNSUB, who.message_id)


def _location(url: str) -> str:
    """Encode a signed URL for the Location header: percent-encode everything but printable ASCII, as UTF-8."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    # Keep an unparsable host unchanged and leave it to the browser.
    with contextlib.suppress(ValueError):
        host = urlsplit(url).hostname or ""
        if not host.isascii():
            url = url.replace(host, ascii_domain(host), 1)
    return quote(url, safe=_URL_CHARS)

"""``/img/{guid}/content`` and ``…/thumbnail``: serve images to everybody who has their URL.

The GUID has 122 random bits; any other path is 404. Headers make sure that browsers treat the content only as an
image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.content.images import CONTENT, PREFIX, THUMBNAIL
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.scope import SAFE_METHODS, header
from aerogram.identity.gate import Public

if TYPE_CHECKING:
    from aerogram.content.images import Images
    from aerogram.doors.asgi.scope import Receive, Scope, Send

MAX_AGE_SECONDS: Final = 7 * 24 * 3600
"""How long mail clients may cache an image before they revalidate it."""

_GUID_CHARS: Final = 36
_TEXT: Final = b"text/plain; charset=utf-8"
_COMMON: Final = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex, nofollow"),
)
_UNKEPT: Final = (*_COMMON, (b"cache-control", b"no-store"))
_NOT_FOUND: Final = Answer(404, b"There is no such image.\n", _TEXT, _UNKEPT)


class ImageDoor:
    """An ASGI application for the paths that begin with `aerogram.content.images.PREFIX`."""

    guard = Public("Mail clients load images without credentials; the GUID in the path is the secret.")

    def __init__(self, images: Images) -> None:
        self._images = images

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in SAFE_METHODS:
            allow = (*_UNKEPT, (b"allow", b"GET, HEAD"))
            answer = Answer(405, b"Images are read-only.\n", _TEXT, allow)
        else:
            answer = await self._answer(scope)
        await send_answer(scope, send, answer)

    async def _answer(self, scope: Scope) -> Answer:
        guid, _, kind = scope["path"].removeprefix(PREFIX).partition("/")
        if len(guid) != _GUID_CHARS or "\0" in guid or kind not in (CONTENT, THUMBNAIL):
            return _NOT_FOUND
        try:
            file = await self._images.file(guid, is_thumbnail=kind == THUMBNAIL)
        except UnavailableError:
            later = (*_UNKEPT, (b"retry-after", b"5"))
            return Answer(503, b"The image is temporarily unavailable.\n", _TEXT, later)
        if file is None:
            return _NOT_FOUND
        tag = b'"%s"' % file.tag.encode()
        kept = (
            *_COMMON,
            (b"cache-control", b"public, max-age=%d" % MAX_AGE_SECONDS),
            (b"etag", tag),
        )
        if tag in header(scope, b"if-none-match"):
            return Answer(304, headers=kept)
        return Answer(200, file.data, file.mime.encode(), kept)

"""Refuse requests that a page of another site made the visitor's browser send.

A browser adds what it knows to requests of any page: the credentials that its user typed for HTTP Basic, and the
address of the machine it runs on. So wherever these count, which is wherever a request is authenticated, the
request must come from our own pages, from a link or bookmark, or from a program that is no browser.
Public endpoints (tracked links, images, sign-up forms, one-click unsubscription) count neither, and are called from
other sites by design.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aerogram.doors.asgi.scope import SAFE_METHODS
from aerogram.identity.gate import ForbiddenError

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Scope

REFUSAL: Final = (
    "A page of another site made this request; call the API from a program, and pages from this site only."
)
_OF_BROWSERS: Final = frozenset({b"sec-fetch-site", b"origin", b"referer"})
"""What a browser says about the page; programs send none of them."""
_OURS: Final = frozenset({b"same-origin", b"none"})
"""Values of Sec-Fetch-Site: one of our pages, or the user by hand."""
_DEFAULT_PORTS: Final = (":80", ":443")


def refuse_other_sites(scope: Scope) -> None:
    """Raise `ForbiddenError` if a page of another site caused a request (Fetch Metadata, else Origin, else Referer).

    Following a link to us is allowed: a navigation that only reads shows the visitor their own data. Call it before
    the credentials are checked, so that a page of another site learns nothing of them.
    """
    sent = {name: value for name, value in scope["headers"] if name in _OF_BROWSERS}
    if sent and _is_from_other_site(scope, sent):
        raise ForbiddenError(REFUSAL)


def _is_from_other_site(scope: Scope, sent: dict[bytes, bytes]) -> bool:
    is_change = scope["method"] not in SAFE_METHODS
    site = sent.get(b"sec-fetch-site")
    if site is not None:
        return site not in _OURS and (is_change or not _is_navigation(scope))
    # Browsers that are older, or reach us without TLS, send no Fetch Metadata.
    origin = sent.get(b"origin")
    if origin is not None:
        return not _is_our_host(scope, origin)
    # Old browsers send no Origin with forms; they do send Referer. Programs that send it read, or name us.
    return is_change and not _is_our_host(scope, sent[b"referer"])


def _is_navigation(scope: Scope) -> bool:
    return any(name == b"sec-fetch-mode" and value == b"navigate" for name, value in scope["headers"])


def _is_our_host(scope: Scope, url: bytes) -> bool:
    """Return whether a URL has the host and port that the request was sent to; an Origin of "null" has none."""
    try:
        theirs = urlsplit(url.decode("latin-1")).netloc
    except ValueError:
        return False
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    return bool(theirs) and len(hosts) == 1 and _plain(theirs) == _plain(hosts[0])


def _plain(host: str) -> str:
    host = host.lower()
    for port in _DEFAULT_PORTS:
        host = host.removesuffix(port)
    return host

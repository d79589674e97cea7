"""Access control of the inbox: loopback clients, or a password.

The inbox runs on a developer's machine, where every web site the developer visits can make the browser send
requests. So a request without a password must come from a loopback address, have a Host header that names this
machine (to prevent DNS rebinding), and not come from another site's page.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from aerogram.base.networks import is_loopback
from aerogram.doors.asgi.scope import prove
from aerogram.doors.asgi.sites import refuse_other_sites
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import permitted
from aerogram.model.actor import Actor, visiting_operator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

    from aerogram.identity.gate import Needs
    from aerogram.reporting.inbox import Scope

Authenticate = Callable[[str, str, str], Awaitable[tuple[Actor, ...] | None]]
"""Takes user name, password and client IP address; returns the actors, or None if the login is wrong.

Raises `LockedOutError` after too many failures."""

_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXY_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""With any of these headers, the peer of the connection is a proxy, not the client."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Aerogram inbox", charset="UTF-8"'}


class Access:
    """Authenticates requests and decides which accounts' mail the visitor may see."""

    def __init__(self, authenticate: Authenticate, allowed_hosts: Iterable[str]) -> None:
        """``allowed_hosts`` are names of this machine besides localhost."""
        self._authenticate = authenticate
        self._hosts = _LOOPBACK_NAMES | {host.strip("[]").lower() for host in allowed_hosts}

    async def admit(self, request: Request, needs: Needs) -> Scope:
        """Return the visitor's actors that have the permission for the request.

        Raises `HTTPException`, 401 for missing or wrong credentials and 403 otherwise, or `ForbiddenError`.
        """
        refuse_other_sites(request.scope)
        return permitted(await self._visitor(request), needs)

    async def _visitor(self, request: Request) -> tuple[Actor, ...]:
        header = request.headers.get("authorization")
        if header is not None:
            actors = await self._of_password(header, request.client.host if request.client else "")
            prove(request.scope)
            return actors
        if not _is_from_this_machine(request):
            raise HTTPException(
                401, "Sign in with an email address and password, or with an API key.", _CHALLENGE
            )
        host = _host_of(request)
        if host not in self._hosts:
            raise HTTPException(
                403,
                f"The host name {host!r} is not allowed. Open the inbox at http://localhost or http://127.0.0.1, "
                "or set public_url to this name.",
            )
        return (visiting_operator(str(uuid.uuid4())),)

    async def _of_password(self, header: str, peer_ip: str) -> tuple[Actor, ...]:
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, password = base64.b64decode(token.strip(), validate=True).decode().partition(":")
            except ValueError:  # of Base64, of UTF-8, and of text beyond ASCII
                raise HTTPException(401, "The Authorization header is malformed.", _CHALLENGE) from None
            try:
                actors = await self._authenticate(name, password, peer_ip)
            except LockedOutError as error:
                raise HTTPException(429, str(error), {"Retry-After": str(error.seconds)}) from None
            if actors is not None:
                return actors
        raise HTTPException(401, "The user name or password is wrong.", _CHALLENGE)


def _is_from_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    return is_loopback(request.client.host)


def _host_of(request: Request) -> str:
    """Return the name of the Host header in lower case, without port and brackets; "" if malformed."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""

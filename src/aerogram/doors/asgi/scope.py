"""The types of ASGI, and helpers to read headers and the client address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Endpoint = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
"""The methods that only read (RFC 9110 §9.2.1); no door supports OPTIONS or TRACE."""


VISIT: Final = "visit"
"""The key of the connection's `aerogram.net.connections.Visit`; missing if connections are not counted."""
EXCHANGE: Final = "aerogram.exchange"
"""The key of the `Exchange`; missing with servers other than ours."""


class Exchange(Protocol):
    """The exchange of one request, in a server that takes whole responses."""

    @property
    def has_begun(self) -> bool:
        """Return whether the response has begun."""
        ...

    def respond(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Write a whole response at once; return False, and write nothing, when it must be sent as ASGI has it."""
        ...


def exchange_of(scope: Scope) -> Exchange | None:
    """Return the exchange of a request; None with other servers."""
    return scope.get(EXCHANGE)


def header(scope: Scope, name: bytes) -> bytes:
    """Return a request header by its lower-case name; b"" if missing."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return b""


def client_ip(scope: Scope) -> str:
    """Return the address of the peer; "" if unknown (a Unix socket)."""
    client = scope.get("client")
    return client[0] if client else ""


def prove(scope: Scope) -> None:
    """Note that the client has signed in: its network has room among all connections from now on."""
    visit = scope.get(VISIT)
    if visit is not None:
        visit.prove()

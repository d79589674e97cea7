"""The types of ASGI, and the two questions that every endpoint asks of a scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Endpoint = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> bytes:
    """Give the value of a request header by its name in lower case; b"" when there is none."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return b""


def client_ip(scope: Scope) -> str:
    """Give the address of the peer; "" when the server does not know it (a Unix socket)."""
    client = scope.get("client")
    return client[0] if client else ""

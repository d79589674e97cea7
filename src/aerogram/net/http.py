"""The HTTP client for URLs that customers set: one POST, guarded, bounded, and never redirected.

It uses `httpcore2`, one level below `httpx2`, which has no proxies from the environment, no redirects and no
cookies, and lets us choose the address to connect to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import httpcore2
import msgspec

from aerogram.net.guard import (
    ForbiddenAddressError,
    SystemResolver,
    UnknownHostError,
    permitted_addresses,
)
from aerogram.net.http_target import BadUrlError, HttpTarget, parse_target

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping

    from aerogram.net.guard import Resolve

TOTAL_SECONDS: Final = 10.0
"""For the whole call, from the DNS lookup to the status of the response."""
ADDRESS_SECONDS: Final = 3.0
"""For each address of a host that has several, so that a dead one leaves time for the next."""
DRAIN_SECONDS: Final = 1.0
MAX_RESPONSE_BYTES: Final = 64 * 1024
"""A body is read only so that its connection can be used again; reading stops at this length."""
KEEPALIVE_SECONDS: Final = 1.0
"""Shorter than common servers keep a connection, so that none closes while we send on it."""
MAX_IDLE_CONNECTIONS: Final = 100


class Answered(msgspec.Struct, frozen=True):
    """The receiver responded with this status, whatever it means."""

    status: int


class Unanswered(msgspec.Struct, frozen=True):
    """There was no response; ``reason`` is a sentence that the URL's owner may see."""

    reason: str
    is_forbidden: bool = False
    """No call was made: the URL or an address of its host is blocked."""


class HttpCaller:
    """Posts to URLs; one instance serves the whole process.

    Tests pass their own ``resolve`` and ``tls``.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._resolver = SystemResolver()
        network = _GuardedNetwork(resolve or self._resolver, allow_private=allow_private)
        self._total_seconds = total_seconds
        # No limit on connections here: callers bound them for each receiver, and a shared limit would let
        # hanging receivers starve the others.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=network,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered | Unanswered:
        """POST once. Credentials in the URL become Basic authorization. Never raises for receiver errors."""
        try:
            target = parse_target(url)
        except BadUrlError as error:
            return Unanswered(str(error), is_forbidden=True)
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._post(target, body, headers)
        except TimeoutError:
            return Unanswered(f"No answer within {self._total_seconds:g} seconds.")
        except ForbiddenAddressError as error:
            return Unanswered(str(error), is_forbidden=True)
        except UnknownHostError as error:
            return Unanswered(str(error))
        except httpcore2.ConnectError as error:
            return Unanswered(f"No connection: {_words(error)}")
        except (
            httpcore2.TimeoutException,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
        ) as error:
            return Unanswered(f"The connection failed: {_words(error)}")

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()
        self._resolver.close()

    async def _post(self, target: HttpTarget, body: bytes, headers: Mapping[str, str]) -> Answered:
        fields: list[tuple[bytes | str, bytes | str]] = [("Host", target.authority), *headers.items()]
        if target.authorization:
            fields.append(("Authorization", target.authorization))
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        async with self._pool.stream("POST", url, headers=fields, content=body) as response:
            await _drain(response)
            return Answered(response.status)


async def _drain(response: httpcore2.Response) -> None:
    """Read a short body to its end; leave a long, slow or broken one, which closes the connection."""
    length = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for chunk in response.aiter_stream():
                length += len(chunk)
                if length > MAX_RESPONSE_BYTES:
                    return
    except (TimeoutError, httpcore2.NetworkError, httpcore2.ProtocolError):
        # The status has arrived, and only it counts.
        return


class _GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens connections to permitted addresses only. TLS still verifies the host's name."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the engine's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve and check the host, and connect to the first address that answers."""
        addresses = await permitted_addresses(host, port, self._resolve, allow_private=self._allow_private)
        while True:
            address = addresses.pop(0)
            limit = ADDRESS_SECONDS if addresses else timeout
            try:
                stream = await self._plain.connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not addresses:
                    raise
                continue
            if not self._allow_private:
                await _refuse_ourselves(stream)
            return stream


async def _refuse_ourselves(stream: httpcore2.AsyncNetworkStream) -> None:
    """Close a connection that ends on this machine: its public address would bypass the firewall."""
    ours, theirs = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    if ours[0] == theirs[0]:
        await stream.aclose()
        raise ForbiddenAddressError("The host has a blocked address (this machine's own).")


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".") + "."

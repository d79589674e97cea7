"""The HTTP client for URLs that customers choose: one POST, guarded, bounded, and never redirected.

It works one level below `httpx2`, on its engine `httpcore2`, because that level has no proxies from the
environment, no redirects and no cookies, and lets us decide where a connection goes.
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
"""For everything from the lookup of the name to the status of the response."""
ADDRESS_SECONDS: Final = 3.0
"""For one address of a host that has several, so that a dead first one leaves time for the next."""
DRAIN_SECONDS: Final = 1.0
MAX_RESPONSE_BYTES: Final = 64 * 1024
"""A response's body is read only so that its connection can be used again; a longer one is cut."""
KEEPALIVE_SECONDS: Final = 1.0
"""Less than common servers keep a connection, so that none closes one just as we use it."""
MAX_IDLE_CONNECTIONS: Final = 100


class Answered(msgspec.Struct, frozen=True):
    """The receiver answered with this status, whatever it means."""

    status: int


class Unanswered(msgspec.Struct, frozen=True):
    """There was no answer; ``reason`` is a sentence that may be shown to the URL's owner."""

    reason: str
    is_forbidden: bool = False
    """We did not call at all: the URL or an address of its host is not permitted."""


class HttpCaller:
    """Posts to URLs; one for the process, shared by all who call.

    ``resolve`` and ``tls`` are arguments so that tests can bring their own DNS and authority.
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
        # No limit on connections here: how many each receiver gets is for the caller to bound, and a
        # shared limit would let hanging receivers starve the others.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=MAX_IDLE_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=network,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered | Unanswered:
        """POST once. Credentials in the URL become Basic authorization. Never raises for the receiver's faults."""
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
        # The status has come, and it alone is the answer.
        return


class _GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens connections to permitted addresses only. TLS above it still names and checks the host."""

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
        """Resolve, judge, and connect to the first judged address that answers."""
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
    """Close a connection that ends on this machine: its public address leads past its firewall."""
    ours, theirs = stream.get_extra_info("client_addr"), stream.get_extra_info("server_addr")
    if ours[0] == theirs[0]:
        await stream.aclose()
        raise ForbiddenAddressError(
            "The host has an address that is this machine's own; such are not called."
        )


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".") + "."

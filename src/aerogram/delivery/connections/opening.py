"""Opening a connection to a hop: one address after another, with the TLS that the hop requires.

See RFC 3207 and RFC 7435. When opportunistic TLS fails in the handshake, the hop is tried once more in clear,
on a new connection. A hop with ``must_verify`` is never used without valid TLS.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.delivery.connections.connection import Connection
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.outcomes.conclude import HopFailure
from aerogram.net.client_tls import unverified_context, verified_context
from aerogram.wire.smtp.client.client import ClientSession
from aerogram.wire.smtp.client.events import Ready, Stage, TlsUse
from aerogram.wire.smtp.client.opening import OpeningPolicy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from aerogram.delivery.routing.route import Hop

MAX_ADDRESSES: Final = 4
"""How many addresses of one hop are tried in one attempt."""


class Opener(msgspec.Struct, frozen=True, kw_only=True):
    """Opens connections. ``hostname`` is sent in EHLO; TLS contexts are made when first needed."""

    hostname: str
    timeouts: Timeouts = Timeouts()
    verified: Callable[[], ssl.SSLContext] = verified_context
    unverified: Callable[[], ssl.SSLContext] = unverified_context

    async def open(
        self, hop: Hop, addresses: Sequence[str], *, may_overlap: bool = False
    ) -> Connection | HopFailure:
        """Open a connection to ``hop`` that is ready for mails, at the first of ``addresses`` that accepts."""
        failure = HopFailure(host=hop.host, stage=Stage.CONNECT, reason="the host has no address")
        for address in addresses[:MAX_ADDRESSES]:
            tls = _tls_use(hop)
            found = await self._open_at(hop, address, tls, may_overlap=may_overlap)
            if isinstance(found, HopFailure) and found.stage is Stage.HANDSHAKE and tls is TlsUse.IF_OFFERED:
                found = await self._open_at(hop, address, TlsUse.NEVER, may_overlap=may_overlap)
            if isinstance(found, Connection):
                return found
            failure = found
            if found.stage is Stage.AUTH:
                return failure
        return failure

    async def _open_at(
        self, hop: Hop, address: str, tls: TlsUse, *, may_overlap: bool
    ) -> Connection | HopFailure:
        label = f"{hop.host} [{address}]:{hop.port}"
        policy = OpeningPolicy(
            hostname=self.hostname,
            tls=tls,
            is_encrypted=hop.implicit_tls,
            username=hop.username,
            password=hop.password,
            cleartext_password=hop.in_clear or _is_loopback(address),
        )
        session = ClientSession(policy, may_overlap=may_overlap, label=f"connected to {label}")
        connection = Connection(session, hop.host, self.timeouts)
        try:
            await self._connect(connection, hop, address)
        except TimeoutError:
            return HopFailure(
                host=hop.host, stage=Stage.CONNECT, reason=f"connecting to {label} took too long"
            )
        except (OSError, ValueError) as error:
            reason = f"connecting to {label} failed: {_reason(error)}"
            return HopFailure(host=hop.host, stage=Stage.CONNECT, reason=reason)
        try:
            return await self._converse(connection, session, hop)
        except BaseException:
            connection.abort("given up")
            raise

    async def _connect(self, connection: Connection, hop: Hop, address: str) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.timeouts.connect):
            await loop.create_connection(
                lambda: connection,
                address,
                hop.port,
                ssl=self._context(hop) if hop.implicit_tls else None,
                server_hostname=hop.host if hop.implicit_tls else None,
            )
        connection.note_tls()

    async def _converse(
        self, connection: Connection, session: ClientSession, hop: Hop
    ) -> Connection | HopFailure:
        turn = await connection.turn()
        if not isinstance(turn, (Ready, HopFailure)):
            try:
                await connection.start_tls(self._context(hop), hop.host, self.timeouts.handshake)
            except (OSError, ValueError) as error:
                connection.abort("the TLS handshake failed")
                return HopFailure(
                    host=hop.host,
                    stage=Stage.HANDSHAKE,
                    reason=f"the TLS handshake failed: {_reason(error)}",
                    transcript=session.transcript,
                )
            turn = await connection.turn()
        return turn if isinstance(turn, HopFailure) else connection

    def _context(self, hop: Hop) -> ssl.SSLContext:
        return self.verified() if hop.must_verify else self.unverified()


def _tls_use(hop: Hop) -> TlsUse:
    if hop.implicit_tls or hop.in_clear:
        return TlsUse.NEVER
    return TlsUse.REQUIRED if hop.must_verify else TlsUse.IF_OFFERED


def _is_loopback(address: str) -> bool:
    """Tell whether the connection stays on this machine: a password on it needs no TLS."""
    return ipaddress.ip_address(address).is_loopback


def _reason(error: OSError | ValueError) -> str:
    """Say what went wrong; a ValueError means a name that is not valid in a TLS handshake."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

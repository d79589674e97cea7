"""Limits open connections, in total and for each client, for all listeners of a server together.

Connecting costs a stranger nothing, so room is not given to who came first. A connection *waits* while the client
owes us something: a whole request, or a login. When there is no room, the connection that has waited longest makes
room for the next one. Clients that have signed in lately are *proven*: only proven clients take room from them, and
some room is kept for them alone.

Several processes count together, but a process can close its own connections only: the next one takes the place of
the one that has waited longest in the process that got it, and of a network that has all its connections in other
processes it is refused.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import DAY
from aerogram.base.networks import is_in, network_of
from aerogram.base.shared.layout import Number, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from aerogram.base.clock import Clock
    from aerogram.base.shared.shared import Shared

MAX_CONNECTIONS: Final = 5_000
"""Connections over all listeners and processes; one takes 10 to 60 KB of memory."""
MAX_CONNECTIONS_OF_PROVEN: Final = 1_000
"""Further connections that only proven clients may have."""
MAX_CONNECTIONS_PER_CLIENT: Final = 100
"""Connections from one network that is not proven: an office behind one address, or the image proxy of a mailbox
provider, whose idle connections make room for its own new ones."""
MAX_CONNECTIONS_PER_PROVEN_CLIENT: Final = 1_000
"""Connections from one network that is proven: a farm of application servers behind one address."""
MAX_PROVEN_NETWORKS: Final = 10_000
"""Networks remembered as proven; beyond it, the one that signed in least lately is forgotten."""
PROVEN_MS: Final = DAY
"""How long a network is proven after a login."""
DESCRIPTORS_KEPT: Final = 512
"""File descriptors kept for the store, files of bodies, DNS, delivery and webhooks."""


class Visit:
    """One open connection, as it is counted."""

    __slots__ = ("_close", "_limiter", "is_open", "is_proven", "is_shared", "is_waiting", "network")

    def __init__(
        self,
        limiter: ConnectionLimiter,
        network: bytes,
        close: Callable[[], object],
        *,
        is_proven: bool,
        is_shared: bool,
    ) -> None:
        self._limiter = limiter
        self._close = close
        self.network = network
        self.is_proven = is_proven
        self.is_shared = is_shared
        self.is_open = True
        self.is_waiting = False

    def close_by(self, close: Callable[[], object]) -> None:
        """Replace the function that closes the connection, for a connection that has changed hands (TLS)."""
        self._close = close

    def waits(self) -> None:
        """Note that we wait for the client from now on: others may need the room more."""
        if self.is_open:
            self.is_waiting = True
            self._limiter.waiting(self)

    def works(self) -> None:
        """Note that the client waits for us: the connection stays."""
        if self.is_waiting:
            self._limiter.working(self)
            self.is_waiting = False

    def prove(self) -> None:
        """Note that the client has signed in on this connection."""
        if not self.is_proven:
            was_waiting = self.is_waiting
            self.works()
            self.is_proven = True
            if not self.is_shared:
                self._limiter.proved(self.network)
            if was_waiting:
                self.waits()

    def leave(self) -> None:
        """Give the room back; safe to call twice."""
        if self.is_open:
            self.works()
            self.is_open = False
            self._limiter.left(self)

    def make_room(self) -> None:
        """Close the connection and give its room to another."""
        self.leave()
        self._close()


class ConnectionLimiter:
    """Counts the open connections of a process, or of all processes of a server."""

    def __init__(
        self,
        clock: Clock,
        *,
        shared: Sequence[IPv4Network | IPv6Network] = (),
        max_descriptors: int | None = None,
        across: Shared | None = None,
    ) -> None:
        """``shared`` are networks of proxies: many clients share an address there, so it has no limit of its own.

        ``max_descriptors`` is the limit of the process; None means that it has none. ``across`` counts with other
        processes.
        """
        self._clock = clock
        networks = tuple(shared)
        # Clients come again; looking through the networks costs more than all else that admits a connection.
        self._is_shared = lru_cache(maxsize=4096)(lambda peer_ip: is_in(peer_ip, networks))
        self._count = 0
        self._by_network: dict[bytes, dict[Visit, None]] = {}
        self._waiting_strangers: OrderedDict[Visit, None] = OrderedDict()
        self._waiting_proven: OrderedDict[Visit, None] = OrderedDict()
        self._proven: OrderedDict[bytes, int] = OrderedDict()
        self._across = None if across is None else _Across(across)
        self.max_connections, self.max_of_proven = MAX_CONNECTIONS, MAX_CONNECTIONS_OF_PROVEN
        if max_descriptors is not None:
            # At least half is for connections, or a process with a low limit could not be reached at all.
            room = max(max_descriptors - DESCRIPTORS_KEPT, max_descriptors // 2)
            self.max_of_proven = min(self.max_of_proven, room // 6)
            self.max_connections = min(self.max_connections, room - self.max_of_proven)

    @property
    def count(self) -> int:
        """The number of open connections of this process."""
        return self._count

    def enter(self, peer_ip: str, close: Callable[[], object], *, is_proven: bool = False) -> Visit | None:
        """Admit a connection, which waits at first; None if there is no room.

        ``close`` closes the connection at once; it is called when another needs the room.
        """
        network = network_of(peer_ip)
        is_shared = self._is_shared(peer_ip)
        is_proven = is_proven or (not is_shared and self._is_proven(network))
        across, visits = self._across, self._by_network.get(network, {})
        if not is_shared:
            count = len(visits) if across is None else len(visits) + across.by_network.of_others(network)
            most = MAX_CONNECTIONS_PER_PROVEN_CLIENT if is_proven else MAX_CONNECTIONS_PER_CLIENT
            if count >= most and not _make_room(visits):
                return None
        is_full = self._count >= self.max_connections + (self.max_of_proven if is_proven else 0)
        if is_full or (across is not None and across.is_full(is_proven=is_proven)):
            queues = [self._waiting_strangers] + ([self._waiting_proven] if is_proven else [])
            if not any(_make_room(queue) for queue in queues):
                return None
        visit = Visit(self, network, close, is_proven=is_proven, is_shared=is_shared)
        self._count += 1
        self._by_network.setdefault(network, {})[visit] = None
        if across is not None:
            self._publish(across, visit)
        visit.waits()
        return visit

    def waiting(self, visit: Visit) -> None:
        """Put a visit at the end of those that wait."""
        queue = self._queue_of(visit)
        queue[visit] = None
        queue.move_to_end(visit)

    def working(self, visit: Visit) -> None:
        """Take a visit out of those that wait."""
        self._queue_of(visit).pop(visit, None)

    def left(self, visit: Visit) -> None:
        """Count a visit no more."""
        self._count -= 1
        visits = self._by_network[visit.network]
        del visits[visit]
        if not visits:
            del self._by_network[visit.network]
        if self._across is not None:
            self._publish(self._across, visit)

    def _publish(self, across: _Across, visit: Visit) -> None:
        """Let other processes see what is open after a visit has come or gone."""
        across.total.set(self._count)
        if not visit.is_shared:
            across.by_network.set(visit.network, len(self._by_network.get(visit.network, ())))

    def proved(self, network: bytes) -> None:
        """Remember that somebody has signed in from a network."""
        if self._across is not None:
            self._across.proven.put(network, self._clock.now_ms())
            return
        self._proven[network] = self._clock.now_ms()
        self._proven.move_to_end(network)
        if len(self._proven) > MAX_PROVEN_NETWORKS:
            self._proven.popitem(last=False)

    def _is_proven(self, network: bytes) -> bool:
        if self._across is not None:
            now = self._clock.now_ms()
            return now - self._across.proven.latest(network, not_after=now + PROVEN_MS) < PROVEN_MS
        at = self._proven.get(network)
        # After the clock was set back, the difference is negative.
        return at is not None and abs(self._clock.now_ms() - at) < PROVEN_MS

    def _queue_of(self, visit: Visit) -> OrderedDict[Visit, None]:
        return self._waiting_proven if visit.is_proven else self._waiting_strangers


class _Across:
    """What is counted with other processes."""

    def __init__(self, shared: Shared) -> None:
        self.total = shared.number(Number.CONNECTIONS)
        self.by_network = shared.gauges(Table.CONNECTIONS)
        self.proven = shared.moments(Table.PROVEN_NETWORKS)

    def is_full(self, *, is_proven: bool) -> bool:
        """Return whether all processes together have as many connections as there may be."""
        return self.total.total() >= MAX_CONNECTIONS + (MAX_CONNECTIONS_OF_PROVEN if is_proven else 0)


def _make_room(visits: dict[Visit, None]) -> bool:
    """Close the first of the visits that waits; return whether there was one."""
    for visit in visits:
        if visit.is_waiting:
            visit.make_room()
            return True
    return False

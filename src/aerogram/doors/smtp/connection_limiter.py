"""Limit open connections, in total and for each client."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from aerogram.identity.attempts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CONNECTIONS: Final = 5_000
MAX_CONNECTIONS_PER_CLIENT: Final = 100
"""Connections from one address; loopback is not limited (load tools, local relays)."""


class Connection(Protocol):
    """One counted connection."""

    peer_ip: str
    """The client's address."""


_Connection = TypeVar("_Connection", bound=Connection)


class ConnectionLimiter(Generic[_Connection]):
    """Counts the open connections of a process."""

    def __init__(self) -> None:
        self._open: set[_Connection] = set()
        self._by_client: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[_Connection]:
        return iter(tuple(self._open))

    def enter(self, connection: _Connection) -> bool:
        """Admit a connection; return False if the total or the client's limit is reached."""
        peer_ip = connection.peer_ip
        if len(self._open) >= MAX_CONNECTIONS:
            return False
        if self._by_client[peer_ip] >= MAX_CONNECTIONS_PER_CLIENT and not is_loopback(peer_ip):
            return False
        self._open.add(connection)
        self._by_client[peer_ip] += 1
        return True

    def leave(self, connection: _Connection) -> None:
        """Release a connection; safe to call twice."""
        if connection not in self._open:
            return
        self._open.remove(connection)
        self._by_client[connection.peer_ip] -= 1
        if not self._by_client[connection.peer_ip]:
            del self._by_client[connection.peer_ip]

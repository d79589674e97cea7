"""The open SMTP sessions, and their places among all connections of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.net.connections import ConnectionLimiter, Visit


class Session(Protocol):
    """One session."""

    peer_ip: str
    """The client's address."""
    visit: Visit | None
    """Its place; given from the start for TLS connections, which are counted before the handshake."""

    @property
    def is_trusted(self) -> bool:
        """Return whether the client need not sign in."""
        ...

    def give_way(self) -> None:
        """End the session at once: another client needs its place."""
        ...


_Session = TypeVar("_Session", bound=Session)


class Sessions(Generic[_Session]):
    """The open sessions of the door. A client that has signed in keeps its place; others may lose it."""

    def __init__(self, connections: ConnectionLimiter) -> None:
        self._connections = connections
        self._open: set[_Session] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[_Session]:
        return iter(tuple(self._open))

    def enter(self, session: _Session) -> bool:
        """Admit a session; return False if there is no place for it."""
        if session.visit is None:
            session.visit = self._connections.enter(
                session.peer_ip, session.give_way, is_proven=session.is_trusted
            )
            if session.visit is None:
                return False
        else:
            session.visit.close_by(session.give_way)
        if session.is_trusted:
            self.signed_in(session)
        self._open.add(session)
        return True

    def signed_in(self, session: _Session) -> None:
        """Let a session keep its place."""
        if session.visit is not None:
            session.visit.prove()
            session.visit.works()

    def leave(self, session: _Session) -> None:
        """Give the place back; safe to call twice."""
        self._open.discard(session)
        # A visit knows how to close its session: together they would wait for the garbage collector.
        visit, session.visit = session.visit, None
        if visit is not None:
            visit.leave()

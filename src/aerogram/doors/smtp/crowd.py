"""Who is connected: the limits on connections, in all and for each client."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from aerogram.identity.attempts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.doors.smtp.conversation import Conversation

MAX_CONNECTIONS: Final = 5_000
MAX_CONNECTIONS_PER_CLIENT: Final = 100
"""Connections from one address; loopback is not counted (load tools, local relays)."""


class Crowd:
    """The open conversations of a process."""

    def __init__(self) -> None:
        self._open: set[Conversation] = set()
        self._by_client: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._open))

    def enter(self, conversation: Conversation) -> bool:
        """Let a conversation in; False when there are too many, of all or of its client."""
        peer_ip = conversation.peer_ip
        if len(self._open) >= MAX_CONNECTIONS:
            return False
        if self._by_client[peer_ip] >= MAX_CONNECTIONS_PER_CLIENT and not is_loopback(peer_ip):
            return False
        self._open.add(conversation)
        self._by_client[peer_ip] += 1
        return True

    def leave(self, conversation: Conversation) -> None:
        """Take a conversation out; it may have left before."""
        if conversation not in self._open:
            return
        self._open.remove(conversation)
        self._by_client[conversation.peer_ip] -= 1
        if not self._by_client[conversation.peer_ip]:
            del self._by_client[conversation.peer_ip]

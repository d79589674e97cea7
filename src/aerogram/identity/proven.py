"""Remember from which networks the owner of a name has signed in, in bounded memory.

Across processes each writes what it has seen, with the bounds below, and looks at what all have written. The process
that replaces a dead one does not know the names of what it finds in its slot; that goes when it is the oldest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import DAY
from aerogram.base.shared.layout import Table

if TYPE_CHECKING:
    from aerogram.base.shared.shared import Shared

PROVEN_MS: Final = 30 * DAY
"""How long a network stays proven for a name after a successful login: a monthly newsletter is in time."""
MAX_PROVEN: Final = 100_000
"""Pairs of a name and a network, about 30 MB when full; the one that was used longest ago goes first."""
MAX_PROVEN_PER_NAME: Final = 256
"""Networks of one name, so that the owner of one key cannot displace the others from the memory."""


class Proven:
    """Pairs of a name and a network whose login was right lately."""

    def __init__(self, across: Shared | None = None) -> None:
        """``across`` remembers with other processes."""
        # The time of the last success by pair, and by name; each in the order of the last success.
        self._pairs: dict[tuple[bytes, bytes], int] = {}
        self._networks: dict[bytes, dict[bytes, None]] = {}
        self._of_all = None if across is None else across.moments(Table.PROVEN_LOGINS)

    def __len__(self) -> int:
        return len(self._pairs)

    def add(self, name: bytes, network: bytes, now_ms: int) -> None:
        """Remember a successful login."""
        pair = (name, network)
        if pair in self._pairs:
            del self._pairs[pair]
            del self._networks[name][network]
        else:
            self._make_room(name)
        self._pairs[pair] = now_ms
        self._networks.setdefault(name, {})[network] = None
        if self._of_all is not None:
            self._of_all.put(name + network, now_ms)

    def has(self, name: bytes, network: bytes, now_ms: int) -> bool:
        """Return whether the name has signed in from the network within `PROVEN_MS`."""
        at_ms = self._pairs.get((name, network))
        if at_ms is not None and now_ms - at_ms <= PROVEN_MS:
            return True
        if self._of_all is None:
            return False
        # After the clock was set back, as above, a login that seems to lie ahead still counts.
        return now_ms - self._of_all.latest(name + network, not_after=now_ms + PROVEN_MS) <= PROVEN_MS

    def _make_room(self, name: bytes) -> None:
        networks = self._networks.get(name, {})
        if len(networks) >= MAX_PROVEN_PER_NAME:
            self._forget((name, next(iter(networks))))
        elif len(self._pairs) >= MAX_PROVEN:
            self._forget(next(iter(self._pairs)))

    def _forget(self, pair: tuple[bytes, bytes]) -> None:
        name, network = pair
        del self._pairs[pair]
        del self._networks[name][network]
        if not self._networks[name]:
            del self._networks[name]
        if self._of_all is not None:
            self._of_all.forget(name + network)

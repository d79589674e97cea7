"""Remember from which networks the owner of a name has signed in, in bounded memory."""

from __future__ import annotations

from typing import Final

from aerogram.base.clock import DAY

PROVEN_MS: Final = 30 * DAY
"""How long a network stays proven for a name after a successful login: a monthly newsletter is in time."""
MAX_PROVEN: Final = 100_000
"""Pairs of a name and a network, about 30 MB when full; the one that was used longest ago goes first."""
MAX_PROVEN_PER_NAME: Final = 256
"""Networks of one name, so that the owner of one key cannot displace the others from the memory."""


class Proven:
    """Pairs of a name and a network whose login was right lately."""

    def __init__(self) -> None:
        # The time of the last success by pair, and by name; each in the order of the last success.
        self._pairs: dict[tuple[bytes, bytes], int] = {}
        self._networks: dict[bytes, dict[bytes, None]] = {}

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

    def has(self, name: bytes, network: bytes, now_ms: int) -> bool:
        """Return whether the name has signed in from the network within `PROVEN_MS`."""
        at_ms = self._pairs.get((name, network))
        return at_ms is not None and now_ms - at_ms <= PROVEN_MS

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

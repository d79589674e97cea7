"""A budget of bytes, shared by all clients of a process, or of all processes of a server.

Whoever holds bytes for a client has a `Holding`, and says how many they are. A large holding may not use the
reserve, and one network may not use more than its share, so small requests pass while others send large ones.

Several processes count together what they hold. None can tell another that there is room again, so those that wait
look for it themselves.

Only the event loop may call this.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import BusyError
from aerogram.base.networks import address_of, is_loopback, network_of

if TYPE_CHECKING:
    from aerogram.base.shared.gauges import SharedGauges, SharedNumber

SMALL_BYTES: Final = 64 * 1024
"""A holding up to this size may use the reserve: nearly all mails, calls and pages are smaller."""
RESERVE_PARTS: Final = 8
"""One part in so many is the reserve: of 256 MiB, room for 500 of the largest small holdings at once."""
SHARE_PARTS: Final = 2
"""One network may hold one part in so many, so that none can use up the budget alone."""
MOST_OF_SHARE: Final = 0.75
"""What one holding that waits is charged at most, of a share: it must fit beside others that arrive."""
MAX_WAITING: Final = 1_000
"""Holdings that wait for room at once; the next one is refused. Each waits beside a connection of its own."""
LOOK_SECONDS: Final = 0.05
"""How often those that wait look whether other processes have given bytes back."""


class ByteBudget:
    """Counts the bytes that are held."""

    def __init__(
        self, max_bytes: int, of_all: SharedNumber | None = None, of_networks: SharedGauges | None = None
    ) -> None:
        """``of_all`` and ``of_networks`` are where several processes say what they hold."""
        self._max_bytes = max_bytes
        self._max_large = max_bytes - max_bytes // RESERVE_PARTS
        self._share = max_bytes // SHARE_PARTS
        self._used = 0
        self._by_network: Counter[bytes] = Counter()
        self._waiting: deque[tuple[Holding, int, asyncio.Future[None]]] = deque()
        self._refusing_since = 0.0
        self._of_all, self._of_networks = of_all, of_networks
        self._look: asyncio.TimerHandle | None = None

    @property
    def used(self) -> int:
        """The bytes that this process holds now."""
        return self._used

    @property
    def used_by_all(self) -> int:
        """The bytes that all processes hold now."""
        return self._used if self._of_all is None else self._of_all.total()

    @property
    def refusing_seconds(self) -> float:
        """For how long requests have been refused without a pause; 0.0 when there is room again."""
        if self._refusing_since and self.used_by_all <= self._max_large - self._share:
            self._refusing_since = 0.0
        return time.monotonic() - self._refusing_since if self._refusing_since else 0.0

    def has_room_for(self, count: int, client: str) -> bool:
        """Return whether a new holding of ``count`` bytes would be granted now."""
        if count <= SMALL_BYTES:
            return self.used_by_all + count <= self._max_bytes
        return self._fits(Holding(self, client), count)

    def holding(self, client: str) -> Holding:
        """Make an empty holding for the client at this address; "" when its address is unknown."""
        return Holding(self, client)

    def _fits(self, holding: Holding, count: int) -> bool:
        if count <= SMALL_BYTES:
            used = self._used if self._of_all is None else self._of_all.total()
            return used + count - holding.count <= self._max_bytes
        # What is larger than the budget is granted when nothing else is held, or it never would be.
        others = self.used_by_all - holding.count
        if others and others + count > self._max_large:
            return False
        network = sharer_of(holding.client)
        if not network:
            return True
        others = self._by_network[network] - holding.counted
        if self._of_networks is not None:
            others += self._of_networks.of_others(network)
        return not others or others + count <= self._share

    def _move(self, holding: Holding, count: int) -> None:
        self._used += count - holding.count
        if self._of_all is not None:
            self._of_all.set(self._used)
        is_less = count < holding.count
        holding.count = count
        counted = count if count > SMALL_BYTES else 0
        if counted != holding.counted:
            network = sharer_of(holding.client)
            if network:
                self._by_network[network] += counted - holding.counted
                if self._of_networks is not None:
                    self._of_networks.set(network, self._by_network[network])
                if not self._by_network[network]:
                    del self._by_network[network]
            holding.counted = counted
        if is_less and self._waiting:
            self._grant()

    def _refused(self) -> None:
        if not self._refusing_since:
            self._refusing_since = time.monotonic()

    async def _wait(self, holding: Holding, count: int, seconds: float) -> bool:
        if len(self._waiting) >= MAX_WAITING:
            return False
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (holding, count, granted)
        self._waiting.append(entry)
        self._look_soon()
        try:
            async with asyncio.timeout(seconds):
                await granted
        except TimeoutError:
            # The timeout may have come just after the grant; the bytes are then held, and the caller must know it.
            return granted.done() and not granted.cancelled()
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(entry)
        return True

    def _grant(self) -> None:
        """Grant those that wait, the first ones first; one that does not fit yet does not stop the others."""
        for entry in tuple(self._waiting):
            holding, count, granted = entry
            if not granted.done() and self._fits(holding, count):
                self._waiting.remove(entry)
                granted.set_result(None)
                self._move(holding, count)

    def _look_soon(self) -> None:
        if self._of_all is not None and self._waiting and self._look is None:
            self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._looking)

    def _looking(self) -> None:
        self._look = None
        self._grant()
        self._look_soon()


class Holding:
    """What is held for one request or connection."""

    __slots__ = ("_budget", "client", "count", "counted")

    def __init__(self, budget: ByteBudget, client: str) -> None:
        self._budget = budget
        self.client = client
        self.count = 0
        """The bytes held now."""
        self.counted = 0
        """Those of them that count for the share of the network."""

    def set_to(self, count: int) -> bool:
        """Hold ``count`` bytes instead; return False, and change nothing, if there is no room for more."""
        if count > self.count and not self._budget._fits(self, count):  # noqa: SLF001 - one mechanism in two classes
            self._budget._refused()  # noqa: SLF001
            return False
        self._budget._move(self, count)  # noqa: SLF001
        return True

    def note(self, count: int) -> None:
        """Hold ``count`` bytes that are in memory already, whether there is room or not."""
        self._budget._move(self, count)  # noqa: SLF001

    async def wait_for(self, count: int, seconds: float) -> None:
        """Hold ``count`` bytes as soon as there is room. Raises `BusyError` after this time."""
        count = min(count, int(self._budget._share * MOST_OF_SHARE))  # noqa: SLF001
        if self.set_to(count) or await self._budget._wait(self, count, seconds):  # noqa: SLF001
            return
        raise BusyError

    def release(self) -> None:
        """Hold nothing; safe to call twice."""
        if self.count:
            self._budget._move(self, 0)  # noqa: SLF001


def sharer_of(client: str) -> bytes:
    """Return the network whose share a client uses; b"" for a client without a limit.

    Loopback is not limited: a relay or a proxy on this machine speaks for many clients. Nor is a text that is no
    address.
    """
    return b"" if is_loopback(client) or address_of(client) is None else network_of(client)

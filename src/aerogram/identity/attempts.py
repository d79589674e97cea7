"""Brute-force protection: count failed logins in memory, of this process or of all of a server, so that guessing is slow and owners are not locked out.

Three counts, each in a window of `WINDOW_MS`: of a name from a network, of a name over all networks, and of a
network over all names. A name that has signed in from a network lately is *proven* there: the failures of others
never lock it, because every secret is random and cannot be guessed within the life of an installation. A name is
counted whether it exists or not.

Loopback clients are never locked out: they are the operator or a program under test.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.clock import MINUTE, SECOND
from aerogram.base.errors import RefusedError
from aerogram.base.networks import is_loopback, network_of
from aerogram.base.shared.layout import Table
from aerogram.identity.bounded_counts import BoundedCounts
from aerogram.identity.proven import Proven

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.shared.shared import Shared
    from aerogram.base.shared.windows import SharedWindows

WINDOW_MS: Final = 15 * MINUTE
MAX_FAILURES: Final = 10
"""Failures of one name from one network in 15 minutes: a person's typing errors pass."""
MAX_FAILURES_OF_NAME: Final = 100
"""Failures of one name over all networks in 15 minutes: many machines guess no faster than ten.

Beyond it, networks that are not proven for the name must wait."""
MAX_FAILURES_OF_NETWORK: Final = 300
"""Failures from one network over all names in 15 minutes: an office or a host of 30 programs with an old key passes,
a list of a million leaked passwords takes a month. Beyond it, names that are not proven there must wait."""
_DIGEST_BYTES: Final = 16
_CACHED_NAME: Final = 255
"""Longer names are not cached: a client may send anything."""
_NO_KEY: Final = b"no key: "
"""Sets addresses apart that clients present where only keys are accepted: nobody signs in with them there."""


class LockedOutError(RefusedError):
    """Too many failed logins; the next try is possible after ``seconds``."""

    def __init__(self, seconds: int, sentence: str = "") -> None:
        super().__init__(sentence or f"Too many failed logins; try again in {seconds} seconds.")
        self.seconds = seconds


class LoginAttempts:
    """Counts recent failed logins, over all doors.

    ``only_keys`` tells that a door accepts API keys and tokens but no people. An email address is no guess there:
    it locks itself out at such doors, and neither the person who has it nor their network.
    """

    def __init__(self, clock: Clock, across: Shared | None = None) -> None:
        """``across`` counts with other processes."""
        self._clock = clock
        self._of_pair = _counts(Table.FAILURES_OF_PAIR, MAX_FAILURES, across)
        self._of_name = _counts(Table.FAILURES_OF_NAME, MAX_FAILURES_OF_NAME, across)
        self._of_network = _counts(Table.FAILURES_OF_NETWORK, MAX_FAILURES_OF_NETWORK, across)
        self._proven = Proven(across)

    def is_locked(self, name: str, peer_ip: str, *, only_keys: bool = False) -> bool:
        """Return whether logins of this name from this address must wait."""
        return self.locked_seconds(name, peer_ip, only_keys=only_keys) > 0

    def locked_seconds(self, name: str, peer_ip: str, *, only_keys: bool = False) -> int:
        """Return the seconds that logins must still wait; 0 for none."""
        if not self._of_network and not self._of_pair:
            return 0
        if is_loopback(peer_ip):
            return 0
        who, now = _who(name, peer_ip, only_keys=only_keys), self._clock.now_ms()
        if self._proven.has(who.name, who.network, now):
            return 0
        free_at = max(
            self._of_pair.full_until(who.pair, now),
            self._of_name.full_until(who.name, now),
            self._of_network.full_until(who.counted_network, now),
        )
        return max(0, -(-(free_at - now) // SECOND))

    def check(self, name: str, peer_ip: str, *, only_keys: bool = False) -> None:
        """Raise `LockedOutError` while logins must wait."""
        seconds = self.locked_seconds(name, peer_ip, only_keys=only_keys)
        if seconds:
            raise LockedOutError(seconds)

    def failed(self, name: str, peer_ip: str, *, only_keys: bool = False) -> None:
        """Count a failure."""
        if is_loopback(peer_ip):
            return
        who, now = _who(name, peer_ip, only_keys=only_keys), self._clock.now_ms()
        self._of_pair.add(who.pair, now)
        self._of_name.add(who.name, now)
        self._of_network.add(who.counted_network, now)

    def succeeded(self, name: str, peer_ip: str, *, only_keys: bool = False) -> None:
        """Remember that a name has signed in from a network, and reset the failures of the pair."""
        if is_loopback(peer_ip):
            return
        who, now = _who(name, peer_ip, only_keys=only_keys), self._clock.now_ms()
        self._of_pair.forget(who.pair, now)
        self._proven.add(who.name, who.network, now)

    def is_expected(self, name: str, peer_ip: str, *, only_keys: bool = False) -> bool:
        """Return whether a name has signed in lately from the network of an address; True for loopback."""
        who = _who(name, peer_ip, only_keys=only_keys)
        return is_loopback(peer_ip) or self._proven.has(who.name, who.network, self._clock.now_ms())


def _counts(table: Table, limit: int, across: Shared | None) -> BoundedCounts | SharedWindows:
    return BoundedCounts(limit, WINDOW_MS) if across is None else across.windows(table, limit, WINDOW_MS)


class _Who(NamedTuple):
    """The keys under which a login is counted."""

    name: bytes
    network: bytes
    pair: bytes
    counted_network: bytes
    """The network; for an address at a door that accepts only keys, a count apart from the network's own."""


def _who(name: str, peer_ip: str, *, only_keys: bool) -> _Who:
    if len(name) <= _CACHED_NAME:
        return _cached_who(name, peer_ip, only_keys=only_keys)
    return _new_who(name, peer_ip, only_keys=only_keys)


def _new_who(name: str, peer_ip: str, *, only_keys: bool) -> _Who:
    # People sign in with their address in any case: each spelling is the same name.
    text = name.strip().lower().encode(errors="surrogatepass")
    mark = _NO_KEY if only_keys and "@" in name else b""
    digest = hashlib.blake2b(mark + text, digest_size=_DIGEST_BYTES).digest()
    network = network_of(peer_ip)
    return _Who(digest, network, digest + network, mark + network)


_cached_who = lru_cache(maxsize=4096)(_new_who)

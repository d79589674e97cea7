"""Brute-force protection: count failed logins by name and by network, in memory.

Loopback clients are never locked out: they are the operator or a program under test.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import MINUTE, SECOND
from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    from aerogram.base.clock import Clock

MAX_FAILURES: Final = 10
WINDOW_MS: Final = 15 * MINUTE
"""10 failures in 15 minutes: a person's typing errors pass, 100,000 guesses take months."""
MAX_REMEMBERED: Final = 50_000
MAX_NAME: Final = 64
"""Longer names are truncated: a client may send anything."""
_IPV6_NETWORK_BITS: Final = 64
"""A subscriber has a whole /64, so counting single addresses would be useless."""


class LockedOutError(RefusedError):
    """Too many failed logins; the next try is possible after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many failed logins; try again in {seconds} seconds.")
        self.seconds = seconds


class LoginAttempts:
    """Counts recent failed logins."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, list[int]] = {}

    def is_locked(self, name: str, peer_ip: str) -> bool:
        """Return whether logins from this network, or of this name from it, must wait."""
        return self.locked_seconds(name, peer_ip) > 0

    def locked_seconds(self, name: str, peer_ip: str) -> int:
        """Return the seconds that logins must still wait; 0 for none."""
        if not self._failures or is_loopback(peer_ip):
            return 0
        now = self._clock.now_ms()
        free_at = max(self._free_at(key, now) for key in _keys(name, peer_ip))
        return max(0, -(-(free_at - now) // SECOND))

    def check(self, name: str, peer_ip: str) -> None:
        """Raise `LockedOutError` while logins must wait."""
        seconds = self.locked_seconds(name, peer_ip)
        if seconds:
            raise LockedOutError(seconds)

    def failed(self, name: str, peer_ip: str) -> None:
        """Count a failure."""
        if is_loopback(peer_ip):
            return
        if len(self._failures) >= MAX_REMEMBERED:
            self._failures.clear()
        now = self._clock.now_ms()
        for key in _keys(name, peer_ip):
            moments = self._failures.setdefault(key, [])
            moments.append(now)
            del moments[:-MAX_FAILURES]

    def succeeded(self, name: str, peer_ip: str) -> None:
        """Reset the failures of a name from a network, after a successful login."""
        if self._failures:
            self._failures.pop(_keys(name, peer_ip)[0], None)

    def _free_at(self, key: str, now: int) -> int:
        """Return when a key has fewer than `MAX_FAILURES` in the window; 0 if it has now."""
        # Times in the future come from before the clock was set back; they would extend the lock.
        moments = [moment for moment in self._failures.get(key, ()) if now - WINDOW_MS < moment <= now]
        if not moments:
            self._failures.pop(key, None)
            return 0
        self._failures[key] = moments
        return moments[0] + WINDOW_MS if len(moments) >= MAX_FAILURES else 0


def is_loopback(peer_ip: str) -> bool:
    """Return whether an address is loopback; a Unix socket ("") counts as loopback."""
    if not peer_ip:
        return True
    if peer_ip.startswith("127.") or peer_ip == "::1":
        return True
    try:
        address = ipaddress.ip_address(peer_ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _keys(name: str, peer_ip: str) -> tuple[str, str]:
    name = name[:MAX_NAME]
    try:
        address = ipaddress.ip_address(peer_ip)
    except ValueError:
        return f"{name}@{peer_ip}", peer_ip
    network = peer_ip
    if address.version == 6:  # noqa: PLR2004 - the version of the protocol
        network = str(ipaddress.ip_network(f"{peer_ip}/{_IPV6_NETWORK_BITS}", strict=False))
    return f"{name}@{network}", network

"""Check the passwords of people, a few at a time.

argon2 takes 64 MiB and 0.1 s for each check, by design: its memory must be bounded by us. Of several processes each
checks two at a time, on the processor that it has; those that wait are counted together.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from aerogram.base.networks import network_of
from aerogram.base.shared.layout import Number, Table
from aerogram.identity.attempts import LockedOutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.shared.shared import Shared

MAX_CHECKS: Final = 2
"""Checks at a time: 128 MiB, and as many threads of argon2 as small machines have processors."""
MAX_WAITING: Final = 40
"""Checks that may wait or run, about 2 s of them; anybody beyond must try again."""
MAX_WAITING_PER_NETWORK: Final = 10
"""Checks of one network that may wait or run: the images of a page, but not the whole queue."""
MAX_REMEMBERED: Final = 1_000
"""Right passwords that are not checked again; a browser repeats its password with each request."""
NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$bPZRYHHmCZ1Jzb9nAMjHm8NVL+CwqUtQNIPqfHl0cuw"
)
"""A hash without a known password, so that an unknown name takes as long as a wrong password."""
_RETRY_SECONDS: Final = 2


class TooManyLoginsError(LockedOutError):
    """Too many passwords wait to be checked."""

    def __init__(self) -> None:
        super().__init__(_RETRY_SECONDS, "Too many logins at once; try again in a moment.")


class Passwords:
    """Checks passwords against argon2 hashes."""

    def __init__(
        self, verify: Callable[[str, str], bool] | None = None, across: Shared | None = None
    ) -> None:
        """``verify`` takes hash and password; it runs in a thread. ``across`` counts with other processes."""
        self._verify = verify or _verify
        # Threads of its own: a caller that gives up leaves its check running, and it still counts.
        self._threads = ThreadPoolExecutor(MAX_CHECKS, thread_name_prefix="password")
        self._waiting: Counter[bytes] = Counter()
        self._of_all = None if across is None else across.number(Number.PASSWORDS)
        self._by_network = None if across is None else across.gauges(Table.PASSWORDS)
        # A key of this process alone: what is remembered is useless to anybody who reads the memory later.
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()

    async def is_right(
        self, password_hash: str | None, password: str, peer_ip: str, *, is_expected: bool = False
    ) -> bool:
        """Return whether a password has this hash; None is for an unknown name. Raises `TooManyLoginsError`.

        ``is_expected`` tells that the owner of the name has signed in from this network: others who wait do not
        keep them out. A password that was right before costs nothing: its hash, which changes with the password,
        is part of what is remembered.
        """
        digest = self._digest(password_hash or NOBODY, password)
        if digest in self._right:
            self._right.move_to_end(digest)
            return True
        network = network_of(peer_ip)
        self._check_room(network, is_expected=is_expected)
        self._count(network, 1)
        loop = asyncio.get_running_loop()
        try:
            is_right = await loop.run_in_executor(
                self._threads, self._verify, password_hash or NOBODY, password
            )
        finally:
            self._count(network, -1)
        if not is_right or password_hash is None:
            return False
        self._right[digest] = None
        if len(self._right) > MAX_REMEMBERED:
            self._right.popitem(last=False)
        return True

    def _check_room(self, network: bytes, *, is_expected: bool) -> None:
        total, of_network = self._waiting.total(), self._waiting[network]
        if self._of_all is not None and self._by_network is not None:
            total, of_network = self._of_all.total(), of_network + self._by_network.of_others(network)
        if (total >= MAX_WAITING and not is_expected) or of_network >= MAX_WAITING_PER_NETWORK:
            raise TooManyLoginsError

    def _count(self, network: bytes, more: int) -> None:
        self._waiting[network] += more
        if self._of_all is not None and self._by_network is not None:
            self._of_all.set(self._waiting.total())
            self._by_network.set(network, self._waiting[network])
        if not self._waiting[network]:
            del self._waiting[network]

    def _digest(self, password_hash: str, password: str) -> bytes:
        text = f"{password_hash}\0{password}".encode(errors="surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)


def _verify(password_hash: str, password: str) -> bool:
    # The import of argon2 is slow, and only sign-ins need it.
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import Argon2Error  # noqa: PLC0415

    try:
        return PasswordHasher().verify(password_hash, password)
    except Argon2Error:
        return False

"""The hosts of tracked links: a sending domain may have its own, so that links show the sender's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aerogram.base.clock import SECOND
from aerogram.base.errors import RefusedError
from aerogram.senders.pattern import ascii_domain_of, parse_domain, with_parents
from aerogram.store.records.senders import tracking_hosts

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.base.clock import Clock
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

REMEMBER_MS: Final = 30 * SECOND
MAX_REMEMBERED: Final = 10_000
MAX_BASE_CHARS: Final = 200
"""The base URL is in every link of a mail."""


class TrackingHosts:
    """Base URLs by account and domain of the From address, cached for a short time.

    A domain without one uses that of its nearest parent domain, then ``public_url``.
    """

    def __init__(self, database: Database, clock: Clock, public_url: str) -> None:
        self._database = database
        self._clock = clock
        self._public_url = public_url
        self._remembered: dict[tuple[int, str], tuple[str, int]] = {}
        self._older: dict[tuple[int, str], tuple[str, int]] = {}
        """What was remembered before `_remembered` was full: letters that wait to be composed may need it."""

    async def load(self, wanted: Collection[tuple[int, str]]) -> None:
        """Load the base URLs of (account, From address) pairs."""
        now = self._clock.now_ms()
        keys = {(account_id, ascii_domain_of(email)) for account_id, email in wanted}
        missing = [key for key in keys if not self._is_fresh(key, now)]
        if not missing:
            return
        names = {name for _, domain in missing for name in with_parents(domain)}
        rows = await self._database.read(lambda: tracking_hosts.of_domains(names))
        known = {(account_id, domain): base_url for account_id, domain, base_url in rows}
        if len(self._remembered) >= MAX_REMEMBERED:
            self._older, self._remembered = self._remembered, {}
        for account_id, domain in missing:
            found = (known[account_id, name] for name in with_parents(domain) if (account_id, name) in known)
            self._remembered[account_id, domain] = (next(found, self._public_url), now + REMEMBER_MS)

    def base_url(self, account_id: int, from_email: str) -> str:
        """Return the base URL that `load` read, without a final slash. Any thread may call it."""
        key = (account_id, ascii_domain_of(from_email))
        found = self._remembered.get(key) or self._older.get(key)
        return found[0] if found is not None else self._public_url

    def _is_fresh(self, key: tuple[int, str], now: int) -> bool:
        """Tell whether a cached base URL may still be used; it may not after the clock was set back."""
        found = self._remembered.get(key)
        return found is not None and now <= found[1] <= now + REMEMBER_MS


async def set_tracking_host(database: Database, actor: Actor, domain: str, url: str) -> tuple[str, str]:
    """Set the base URL of links in an account's mail from a domain; "" means ``public_url`` again.

    Returns the domain and the base URL as stored. Raises `AddressError` for text that is not a domain, and
    `RefusedError` for an unusable base URL.
    """
    name = parse_domain(domain)
    base = parse_base_url(url) if url else ""
    await database.write(lambda: tracking_hosts.put(actor.account_id, name, base))
    return name, base


def parse_base_url(text: str) -> str:
    """Convert ``https://click.example.org/`` to the stored form, without a final slash."""
    base = text.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        # Reading `port` is what makes urlsplit check that it is a number in range.
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    is_plain = base.isascii() and base.isprintable() and not set(base) & set(" \"'<>\\@?#")
    if not is_good or not is_plain or len(base) > MAX_BASE_CHARS:
        raise RefusedError(
            f"{text.strip()[:80]!r} is not a base URL: give http:// or https:// with a host, as https://click.example.org."
        )
    return base

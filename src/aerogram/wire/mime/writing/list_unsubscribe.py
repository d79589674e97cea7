"""The value of List-Unsubscribe: the URLs by which recipients unsubscribe (RFC 2369 §2, §3.2)."""

from __future__ import annotations

import re
from typing import Final

from aerogram.wire.address import is_email
from aerogram.wire.errors import HeaderError

MAX_WAYS: Final = 10
"""URLs in one field; receivers use the first of each kind."""
MAX_URL: Final = 900
"""Characters of one URL: each has a line of its own, with 998 octets (RFC 5322 §2.1.1)."""

_way: Final = re.compile(r"[ \t]*<[ \t]*([!-;=?-~]+)[ \t]*>[ \t]*").fullmatch
# An authority is required: a path alone leads nowhere from a mailbox (RFC 3986 §3).
_is_web: Final = re.compile(r"https?://[^/?#@\s]+(?:[/?#].*)?\Z", re.IGNORECASE).match
_MAILTO: Final = "mailto:"


def read_ways(value: str) -> tuple[str, ...]:
    """Parse an unfolded, decoded value into its URLs, in order.

    Raises `HeaderError` for anything but one or more URLs (http, https or mailto) in angle brackets,
    separated by commas.
    """
    ways: list[str] = []
    # A URL may have commas, so only a comma between two brackets separates URLs.
    for entry in re.split(r"(?<=>)[ \t]*,", value):
        found = _way(entry)
        if found is None or not _is_way(found[1]):
            raise HeaderError(
                f"{entry.strip()[:80]!r} is not a way to unsubscribe: give an https: or mailto: URL"
                " in angle brackets (RFC 2369 3.2)."
            )
        ways.append(found[1])
    if len(ways) > MAX_WAYS:
        raise HeaderError(f"More than {MAX_WAYS} ways to unsubscribe are not allowed.")
    return tuple(ways)


def write_ways(ways: tuple[str, ...]) -> bytes:
    """Write the field, each URL on a line of its own."""
    return ("List-Unsubscribe: " + ",\r\n ".join(f"<{way}>" for way in ways)).encode("ascii")


def _is_way(url: str) -> bool:
    if len(url) > MAX_URL:
        return False
    if url[: len(_MAILTO)].lower() == _MAILTO:
        return is_email(url[len(_MAILTO) :].partition("?")[0])
    return _is_web(url) is not None

"""The forms of a sender: one address, or a whole domain.

A whole domain is stored as ``*@example.org`` (Mailjet's catch-all); operators and settings write
``@example.org``. Everything is stored in lower case with the domain in ASCII: two mailboxes of one domain
hardly ever differ in case only, and the domain vouches for both.
"""

from __future__ import annotations

from typing import Final

from aerogram.wire.address import ascii_domain, is_email, normalised
from aerogram.wire.errors import AddressError

WHOLE_DOMAIN: Final = "*@"


def parse_pattern(text: str) -> str:
    """Convert ``a@example.org``, ``@example.org`` or ``*@example.org`` to the stored form.

    Raises `AddressError` (a `ValueError`) for anything else.
    """
    entry = text.strip().lower()
    local_part, at, domain = entry.rpartition("@")
    if at and local_part in {"", "*"}:
        return WHOLE_DOMAIN + ascii_domain(domain)
    if "*" in local_part or not is_email(entry):
        raise AddressError(f"{text.strip()[:80]!r} is neither an address nor an @domain.")
    return normalised(entry)


def parse_domain(text: str) -> str:
    """Convert ``Example.ORG``, ``@example.org`` or ``example.org.`` to lower-case ASCII.

    Raises `AddressError` for text that is not a domain.
    """
    return ascii_domain(text.strip().removeprefix("@").removesuffix("."))


def is_whole_domain(pattern: str) -> bool:
    """Tell whether a stored sender includes every address of its domain."""
    return pattern.startswith(WHOLE_DOMAIN)


def domain_of(pattern: str) -> str:
    """Return the domain of a stored sender or an address."""
    return pattern.rpartition("@")[2]


def ascii_domain_of(email: str) -> str:
    """Return an address's domain in lower-case ASCII, or only in lower case when it is not a domain."""
    domain = domain_of(email)
    if domain.isascii():
        return domain.lower()
    try:
        return ascii_domain(domain)
    except AddressError:
        return domain.lower()


def with_parents(domain: str) -> list[str]:
    """Return the domain and its parents with at least two labels, nearest first."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]

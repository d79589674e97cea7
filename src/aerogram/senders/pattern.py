"""What a sender may be: one address, or a whole domain.

A whole domain is stored as ``*@example.org`` (Mailjet's catch-all); operators and settings write
it ``@example.org``. Everything is stored in lower case with the domain in ASCII: two mailboxes of
one domain that differ only in case would be an oddity, and it is the domain that vouches for them.
"""

from __future__ import annotations

from typing import Final

from aerogram.wire.address import ascii_domain, is_email, normalised
from aerogram.wire.errors import AddressError

WHOLE_DOMAIN: Final = "*@"


def parse_pattern(text: str) -> str:
    """Bring ``a@example.org``, ``@example.org`` or ``*@example.org`` into the stored form.

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
    """Bring ``Example.ORG``, ``@example.org`` or ``example.org.`` into lower-case ASCII.

    Raises `AddressError` for what is no domain.
    """
    return ascii_domain(text.strip().removeprefix("@").removesuffix("."))


def is_whole_domain(pattern: str) -> bool:
    """Tell whether a stored sender stands for every address of its domain."""
    return pattern.startswith(WHOLE_DOMAIN)


def domain_of(pattern: str) -> str:
    """Give the domain of a stored sender or an address."""
    return pattern.rpartition("@")[2]


def ascii_domain_of(email: str) -> str:
    """Give an address's domain in lower-case ASCII; as it stands, in lower case, when it is none."""
    domain = domain_of(email)
    if domain.isascii():
        return domain.lower()
    try:
        return ascii_domain(domain)
    except AddressError:
        return domain.lower()


def with_parents(domain: str) -> list[str]:
    """Give the domain and its parents with at least two labels, nearest first."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]

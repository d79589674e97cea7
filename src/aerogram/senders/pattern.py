"""What a sender may be: one address, or a whole domain.

A whole domain is stored as ``*@example.org`` (Mailjet's catch-all); operators and settings write
it ``@example.org``. Everything is compared in lower case: two mailboxes of one domain that differ
only in case would be an oddity, and validation is per domain anyway.
"""

from __future__ import annotations

import re
from typing import Final

MAX_ADDRESS: Final = 254
"""Octets of a path without its angle brackets (RFC 5321 §4.5.3.1.3)."""
MAX_LOCAL_PART: Final = 64
"""Octets of a local part (RFC 5321 §4.5.3.1.1)."""
WHOLE_DOMAIN: Final = "*@"

# Dot-atom of RFC 5322 §3.2.3 plus UTF-8 (RFC 6532 §3.2); quoted local parts are no senders here.
_LOCAL_PART = re.compile(r"[^\x00-\x20\x7f()<>\[\]:;@\\,.\"*]+(?:\.[^\x00-\x20\x7f()<>\[\]:;@\\,.\"*]+)*")
# `\w` is letters, digits and the low line in any script; a label neither begins nor ends with "-".
_DOMAIN = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(?:\.(?!-)[\w-]{1,63}(?<!-))*")


def parse_pattern(text: str) -> str:
    """Bring ``a@example.org``, ``@example.org`` or ``*@example.org`` into the stored form.

    Raises `ValueError` for anything else.
    """
    pattern = text.strip().lower()
    local_part, at, domain = pattern.rpartition("@")
    if not at or not _DOMAIN.fullmatch(domain) or len(pattern.encode()) > MAX_ADDRESS:
        raise ValueError(f"{text.strip()!r} is neither an address nor an @domain")
    if local_part in {"", "*"}:
        return WHOLE_DOMAIN + domain
    if not _LOCAL_PART.fullmatch(local_part) or len(local_part.encode()) > MAX_LOCAL_PART:
        raise ValueError(f"{text.strip()!r} is neither an address nor an @domain")
    return pattern


def parse_domain(text: str) -> str:
    """Bring ``Example.ORG``, ``@example.org`` or ``example.org.`` into lower case without ornaments.

    Raises `ValueError` for what is no domain.
    """
    domain = text.strip().lower().removeprefix("@").removesuffix(".")
    if not _DOMAIN.fullmatch(domain) or len(domain.encode()) > MAX_ADDRESS - 1:
        raise ValueError(f"{text.strip()!r} is not a domain")
    return domain


def is_whole_domain(pattern: str) -> bool:
    """Tell whether a stored sender stands for every address of its domain."""
    return pattern.startswith(WHOLE_DOMAIN)


def domain_of(pattern: str) -> str:
    """Give the domain of a stored sender or an address."""
    return pattern.rpartition("@")[2]

"""DNS answers as values. A failed lookup is a value too."""

from __future__ import annotations

import msgspec


class MxRecords(msgspec.Struct, frozen=True):
    """(preference, host in lower case without a final dot) pairs, in the order of preference."""

    records: tuple[tuple[int, str], ...]


class Addresses(msgspec.Struct, frozen=True):
    """IPv4 addresses, then IPv6 addresses, as text."""

    addresses: tuple[str, ...]


class Texts(msgspec.Struct, frozen=True):
    """TXT records, the strings of each joined without a space (RFC 7208 §3.3)."""

    texts: tuple[str, ...]


class NullMx(msgspec.Struct, frozen=True):
    """The domain accepts no mail (RFC 7505)."""


class NoRecords(msgspec.Struct, frozen=True):
    """The name exists and has no record of this kind."""


class NoSuchName(msgspec.Struct, frozen=True):
    """The name does not exist (NXDOMAIN)."""


class LookupFailed(msgspec.Struct, frozen=True):
    """The lookup failed: a timeout, SERVFAIL or a broken answer. ``reason`` is a sentence."""

    reason: str


MxAnswer = MxRecords | NullMx | NoRecords | NoSuchName | LookupFailed
AddressAnswer = Addresses | NoRecords | NoSuchName | LookupFailed
TextAnswer = Texts | NoRecords | NoSuchName | LookupFailed

"""Where everything lies in the shared file.

::

    head        magic, number of slots, key of the digests, names of the counters     one page
    slot 0      its numbers (one page), then its tables
    slot 1      …

A region is written by one process only: the one that has its slot. All others read it. So there is no lock that a
process could hold while it is stopped or killed, and the worst that a half-written entry can do is to be missing.
Everything that is counted is one aligned word of 8 bytes, which the machine writes as a whole.

The file is sparse: a table takes memory where something was written.
"""

from __future__ import annotations

import hashlib
from enum import Enum, IntEnum
from typing import Final, NamedTuple

PAGE: Final = 4096
WORD: Final = 8
KEY_BYTES: Final = 16
"""Bytes of the digest that stands for a key."""
WAYS: Final = 8
"""Entries of a bucket. A key has its place in one bucket only, so a full table forgets within buckets."""
KEYS_BYTES: Final = WAYS * KEY_BYTES
MAX_SLOTS: Final = 64
"""Processes of one server that count together."""
MAX_COUNTERS: Final = 128
"""Names that are counted for ``/metrics``."""
MAX_NAMES_BYTES: Final = 3072
"""Bytes of all these names."""
MAX_KIND_BYTES: Final = 32
"""Bytes of the text that says what a process does, as "edge"; the rest is cut."""


class Number(Enum):
    """What a process holds now, each a number. They end with the process."""

    CONNECTIONS = 0
    BYTES_IN_MEMORY = 1
    BYTES_IN_FILES = 2
    PASSWORDS = 3
    """Passwords that wait to be checked, or are being checked."""


class Topic(IntEnum):
    """What the processes remember of the store: whoever changes it says so, and nobody trusts older memories."""

    CREDENTIALS = 0
    """Keys and tokens, and whether their accounts are active."""
    SENDERS = 1
    """From which addresses an account may send."""


class Kind(Enum):
    """What the values of a table are."""

    GAUGES = 1
    """One word: how much a process holds for the key now. Ends with the process."""
    MOMENTS = 2
    """One word: a time, of which the latest over all processes counts."""
    WINDOWS = 3
    """Two words: a count, and when its window began."""
    RATES = 4
    """Two words: a count, and when its busy period began."""


class Shape(NamedTuple):
    """The kind of a table, and how many buckets of `WAYS` keys it has; a power of two."""

    kind: Kind
    buckets: int

    @property
    def values(self) -> int:
        """The words of an entry besides its key."""
        return 1 if self.kind in {Kind.GAUGES, Kind.MOMENTS} else 2

    @property
    def bucket_bytes(self) -> int:
        """The bytes of a bucket: first its keys, then its values."""
        return KEYS_BYTES + WAYS * WORD * self.values


class Table(Enum):
    """What is counted by a key."""

    CONNECTIONS = 0
    """Open connections by network."""
    BYTES_IN_MEMORY = 1
    """Bytes of large bodies in memory, by network."""
    BYTES_IN_FILES = 2
    """Bytes of large bodies in files, by network."""
    PASSWORDS = 3
    """Passwords that wait or are being checked, by network."""
    PROVEN_NETWORKS = 4
    """When somebody signed in from a network, for room among the connections."""
    PROVEN_LOGINS = 5
    """When a name signed in from a network."""
    RATES = 6
    """Requests of a caller."""
    FAILURES_OF_PAIR = 7
    FAILURES_OF_NAME = 8
    FAILURES_OF_NETWORK = 9
    """Failed logins: of a name from a network, of a name, of a network."""


SHAPES: Final = {
    Table.CONNECTIONS: Shape(Kind.GAUGES, 4096),
    Table.BYTES_IN_MEMORY: Shape(Kind.GAUGES, 1024),
    Table.BYTES_IN_FILES: Shape(Kind.GAUGES, 1024),
    Table.PASSWORDS: Shape(Kind.GAUGES, 64),
    Table.PROVEN_NETWORKS: Shape(Kind.MOMENTS, 2048),
    Table.PROVEN_LOGINS: Shape(Kind.MOMENTS, 16384),
    Table.RATES: Shape(Kind.RATES, 8192),
    Table.FAILURES_OF_PAIR: Shape(Kind.WINDOWS, 8192),
    Table.FAILURES_OF_NAME: Shape(Kind.WINDOWS, 8192),
    Table.FAILURES_OF_NETWORK: Shape(Kind.WINDOWS, 8192),
}
"""The tables in their order. A process has at most some 6,000 connections, and as many networks; of failed logins
and of accounts as many keys find room as one process remembers alone."""

# Words of the head.
MAGIC_WORD: Final = 0
SLOTS_WORD: Final = 1
SECRET_BYTE: Final = 16
NAMES_LENGTH_WORD: Final = 8
NAMES_BYTE: Final = 1024

# Words of a slot.
PID_WORD: Final = 0
STARTS_WORD: Final = 1
NUMBERS_WORD: Final = 16
TOPICS_WORD: Final = 32
WRITTEN_WORD: Final = 64
"""How often an entry was added to each table; 0 means that nobody needs to look into it."""
COUNTERS_WORD: Final = 128
KIND_BYTE: Final = 2048


def _offsets() -> tuple[dict[Table, int], int]:
    offsets, end = {}, PAGE
    for table, shape in SHAPES.items():
        offsets[table] = end
        end += -(-shape.buckets * shape.bucket_bytes // PAGE) * PAGE
    return offsets, end


TABLE_BYTES, SLOT_BYTES = _offsets()
"""Where each table begins in a slot, and the bytes of a slot."""

MAGIC: Final = int.from_bytes(
    hashlib.blake2b(repr((SHAPES, [*Number], [*Topic], SLOT_BYTES, WAYS)).encode(), digest_size=7).digest()
)
"""Stands for this layout: a process of another release finds another number and does not enter."""


def file_bytes(slots: int) -> int:
    """Return the size of a file for so many slots."""
    return PAGE + slots * SLOT_BYTES

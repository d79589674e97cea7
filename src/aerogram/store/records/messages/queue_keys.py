"""Queue keys: where a queued message waits, as one number that sorts.

A message that may be claimed now is **ready**: it waits under the key of its rank and account. One whose time has
not come is **deferred**, and one that a worker holds is **leased**: these wait under a key of their rank. The index
over key and ``due_ms`` therefore has, one after the other, the ready messages of each rank and account, the leases in
the order in which they end, and the deferred messages in the order in which they are due. So a claim never walks over
messages that it cannot take, however many there are.

A key is 63 bits: bits 0 to 52 the account (0 of leased and deferred messages), bits 53 to 55 the rank,
bit 58 leased, bit 59 deferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import literal_column

from aerogram.model.message import Rank
from aerogram.store.tables import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

RANK_SHIFT: Final = 53
"""Account ids are below 2^53, so keys with the rank above these bits sort by rank first."""
LEASED: Final = 1 << 58
"""The first key of leased messages; all ready ones are below it."""
DEFERRED: Final = 1 << 59
"""The first key of deferred messages; all leased ones are below it."""
END: Final = 1 << 60
"""All keys are below it."""
_RANKS: Final = 7 << RANK_SHIFT


def ready_key(rank: int, account_id: int) -> int:
    """Return the key of an account's messages of one rank that may be claimed now."""
    return (rank << RANK_SHIFT) | account_id


def leased_key(rank: int) -> int:
    """Return the key of leased messages of a rank."""
    return LEASED | (rank << RANK_SHIFT)


def deferred_key(rank: int) -> int:
    """Return the key of messages of a rank that wait for their time."""
    return DEFERRED | (rank << RANK_SHIFT)


def rank_of(queue_key: int) -> int:
    """Return the rank of a message by its key, wherever it waits."""
    return (queue_key & _RANKS) >> RANK_SHIFT


WAITING: Final = tuple(sorted([*map(leased_key, Rank), *map(deferred_key, Rank)]))
"""The keys whose messages become ready with time; leased ones first."""

# Literals in the text of statements: both engines plan with them.
_RANK_BITS: Final[ColumnElement[int]] = literal_column(f"(message.queue_key & {_RANKS})")
AS_READY: Final[ColumnElement[int]] = _RANK_BITS.op("|")(message.c.account_id)
"""The new key of a row that becomes ready; its rank stays."""
AS_LEASED: Final[ColumnElement[int]] = literal_column(f"((message.queue_key & {_RANKS}) | {LEASED})")
"""The new key of a row that is leased; its rank stays."""
AS_DEFERRED: Final[ColumnElement[int]] = literal_column(f"((message.queue_key & {_RANKS}) | {DEFERRED})")
"""The new key of a row that waits for its ``due_ms``; its rank stays."""
IS_READY: Final[ColumnElement[bool]] = literal_column(f"message.queue_key < {LEASED}")
IS_LEASED: Final[ColumnElement[bool]] = literal_column(
    f"message.queue_key >= {LEASED} AND message.queue_key < {DEFERRED}"
)
IS_DEFERRED: Final[ColumnElement[bool]] = literal_column(f"message.queue_key >= {DEFERRED}")


def is_any_of(keys: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a row has one of the keys, which are written into the statement."""
    return literal_column(f"message.queue_key IN ({', '.join(map(str, keys))})")

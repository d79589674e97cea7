"""The port through which accepted rows become durable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from aerogram.store.records.messages.idempotency import KeyedCall, Standing
    from aerogram.store.records.messages.submissions import Rows

T = TypeVar("T")

MAX_CALLS_IN_COMMIT: Final = 512
"""How many calls share a commit; bounds how long the first of them waits."""


class RowWriter(Protocol):
    """Commits the rows of accepted mail. Calls that arrive during one commit share the next one.

    The futures raise `UnavailableError` or its subclasses `StoreFullError` and `BusyError`. Only the loop in which
    mail is accepted may call this.
    """

    on_committed: Callable[[int], None]
    """Called after each commit with the number of messages that were added for this process."""
    on_full: Callable[[], None]
    """Called when a commit failed for lack of space."""

    def add(self, rows: Rows, receipts: T) -> asyncio.Future[T]:
        """Commit the rows; the future gives ``receipts`` when they are on disk."""
        ...

    def add_once(self, call: KeyedCall) -> asyncio.Future[Standing]:
        """Commit the rows of a call unless its key has an owner; the future gives the owner of the key."""
        ...

    async def drain(self) -> None:
        """Wait until all calls so far have been answered."""
        ...

    async def close(self) -> None:
        """Drain, and give back what the writer holds."""
        ...


def ignore_count(_: int) -> None:
    """Do nothing about a commit."""


def ignore_full() -> None:
    """Do nothing about a full store."""

"""A reader of the log: its name, by which its cursor is kept, and what it does with a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.store.records.events.reading import Batch
    from aerogram.store.sql import Unit


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """One reader of the log.

    A reader that has no cursor in the store yet begins with the first event of the log; a migration may set another
    beginning. Its name stands in the store, and so is never changed.
    """

    name: str
    handle: Callable[[Batch], Unit[bool]]
    """Does what follows from a batch, in the transaction that moves the cursor; tells whether ``woken`` is to be called."""
    after: str = ""
    """The name of the reader that must have read an event first; "" for none."""
    is_awaited: Callable[[], Unit[bool]] | None = None
    """Tells whether somebody waits for what this reader does; without, readers gather for longer."""
    woken: Callable[[], None] | None = None
    """Called after the commit of a batch that had an effect."""

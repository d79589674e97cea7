"""A reader of the event log: its name, which keys its cursor, and the handler of its batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.store.records.events.reading import Batch
    from aerogram.store.sql import Unit


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """One reader of the event log.

    A reader without a cursor in the store begins with the first event; a migration may set another position.
    Its name is stored, so it never changes.
    """

    name: str
    handle: Callable[[Batch], Unit[bool]]
    """Handles a batch in the transaction that moves the cursor; returns whether to call ``woken``."""
    after: str = ""
    """The name of the reader that must have read an event first; "" for none."""
    is_awaited: Callable[[], Unit[bool]] | None = None
    """Tells whether anything waits for this reader's effect. Without it, readers gather events for longer."""
    woken: Callable[[], None] | None = None
    """Called after the commit of a batch that had an effect."""

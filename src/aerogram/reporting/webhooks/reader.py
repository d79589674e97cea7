"""The reader of the event log that copies events to the outbox of subscribed webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.events.reader import Reader
from aerogram.reporting.webhooks.event_types import EVENT_TYPES, event_type_of
from aerogram.store.records.events.reading import CONTACTS
from aerogram.store.records.webhooks import outbox_filling

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.store.records.events.reading import Batch
    from aerogram.store.sql import Unit

WEBHOOKS: Final = "webhooks"
_KINDS: Final = [int(kind) for kind in EVENT_TYPES]


def webhooks_reader(woken: Callable[[], None]) -> Reader:
    """Build the reader; it calls ``woken`` when the outbox has new rows.

    It follows the contacts' reader, so that the contact of each event already exists.
    """
    return Reader(
        name=WEBHOOKS,
        handle=_enqueue,
        after=CONTACTS,
        is_awaited=outbox_filling.has_webhooks,
        woken=woken,
    )


def _enqueue(batch: Batch) -> Unit[bool]:
    events = yield from outbox_filling.subscribed(batch, _KINDS)
    wanted = [(each, word) for each in events if (word := event_type_of(each.kind, each.attempt))]
    return (yield from outbox_filling.add(wanted))

"""The readers of the log, as a process has them, brought up to date at once."""

import asyncio

from sqlalchemy import text

from aerogram.audience.following import contacts_reader
from aerogram.base.clock import SystemClock
from aerogram.base.ids import IdGenerator
from aerogram.events.counters import COUNTERS
from aerogram.events.readers import EventReaders
from aerogram.reporting.webhooks.reader import webhooks_reader
from aerogram.store.records.events.reading import START, cursors
from aerogram.store.sql import Sql

_NEWEST = Sql(text("SELECT max(committed_in), max(id) FROM event"))


def all_readers(database, ids=None, woken=lambda: None, **options):
    """Make the readers of a process."""
    ids = ids or IdGenerator(SystemClock())
    return EventReaders(database, [COUNTERS, contacts_reader(ids), webhooks_reader(woken)], **options)


async def caught_up(database, ids=None):
    """Read all that is committed; on PostgreSQL that may have to wait for a transaction beside it."""
    readers = all_readers(database, ids)
    async with asyncio.timeout(20):
        while True:
            await readers.catch_up()
            if await database.read(_is_caught_up):
                return
            await asyncio.sleep(0.01)


def _is_caught_up():
    found = yield from cursors()
    [(committed_in, event_id)] = yield _NEWEST()
    behind = [found.get(name, START) for name in ("contacts", "counters", "webhooks")]
    return event_id is None or all(
        each.committed_in == committed_in and (committed_in or each.event_id == event_id) for each in behind
    )

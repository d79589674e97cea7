"""The order of commits after a PostgreSQL store was restored into another server.

Events have the number of the transaction that appended them (`records.events.reading`). A server that a dump
was restored into counts transactions from its own number, which may be lower. Without this module its new
events would lie before the cursors of readers, which would never read them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncpg

_IS_FROM_ELSEWHERE: Final = """
SELECT coalesce((SELECT max(committed_in) FROM event), 0) >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)
"""
_START_OVER: Final = """
LOCK TABLE event, event_reader, event_backlog IN EXCLUSIVE MODE;
INSERT INTO event_backlog (reader, event_id)
  SELECT event_reader.name, event.id FROM event_reader JOIN event
    ON (event.committed_in, event.id) > (event_reader.committed_in, event_reader.event_id)
  ON CONFLICT DO NOTHING;
UPDATE event_reader SET committed_in = 0, event_id = (SELECT coalesce(max(id), 0) FROM event);
UPDATE event SET committed_in = 0 WHERE committed_in > 0;
"""
"""Put unread events into the backlog, and order all existing events before any new one."""


async def settle_commit_order(connection: asyncpg.Connection) -> None:
    """Restart the order when the events came with a dump. The schema must be up to date."""
    if await connection.fetchval(_IS_FROM_ELSEWHERE):
        async with connection.transaction():
            await connection.execute(_START_OVER)

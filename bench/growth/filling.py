"""Makes a queue of any length in a store that a server has set up, as if its mail had been accepted over some time.

The rows are those that accepted mail has (`aerogram.store.records.messages.submissions`), written by the engine
itself: contents of 2 KiB with 20 recipients each, and half of the messages deferred until tomorrow. The readers of
the event log have read all of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

import asyncpg

from aerogram.base.clock import DAY, SystemClock
from aerogram.base.ids import EPOCH_MS
from aerogram.model.event import EventKind
from aerogram.store import sqlite
from aerogram.store.open import FILE_NAME
from aerogram.store.records.messages import queue_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.server import ServerProcess

PER_CONTENT: Final = 20
"""Recipients of one content; the contents come one in a millisecond."""
MOST_PER_DOMAIN: Final = 1_000_000
BULK: Final = 4
_BATCH: Final = 200_000
_ID_BITS: Final = 13
_BODY: Final = "From: alice@example.org\r\nSubject: growth\r\n\r\n" + ("x" * 70 + "\r\n") * 28
_ACCOUNT: Final = "SELECT min(id) FROM account"
_SERIES: Final = {
    "sqlite": "WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last})",
    "postgresql": "WITH series(n) AS (SELECT generate_series(CAST({first} AS BIGINT), {last}))",
}
_CONTENTS: Final = """
INSERT INTO content (id, account_id, kind, door, reverse_path, from_email, subject, body, size, has_text, has_html,
  attachment_count, smtputf8, created_ms)
{series}
SELECT (({begun} + n - {epoch}) << {bits}) | 1, {account}, 1, 'smtp', 'alice@example.org', 'alice@example.org', 'growth',
  CAST('{body}' AS {blob}), {size}, 1, 0, 0, 0, {begun} + n
FROM series
"""
_MESSAGES: Final = """
INSERT INTO message (id, account_id, content_id, uuid, recipient, domain, role, queue_key, due_ms, attempts, created_ms,
  updated_ms)
{series}
SELECT (({begun} + n / {each} - {epoch}) << {bits}) | (2 + n % {each}), {account},
  (({begun} + n / {each} - {epoch}) << {bits}) | 1, '00000000-0000-8000-8000-000000000000',
  'r' || n || '@d' || (n % {domains}) || '.example', 'd' || (n % {domains}) || '.example', 1,
  CASE WHEN n % 2 = 0 THEN {ready} ELSE {deferred} END,
  CASE WHEN n % 2 = 0 THEN {begun} + n / {each} ELSE {tomorrow} + n / {each} END, n % 2,
  {begun} + n / {each}, {begun} + n / {each}
FROM series
"""
_EVENTS: Final = """
INSERT INTO event (account_id, message_id, kind, at_ms, is_live)
{series}
SELECT {account}, (({begun} + n / {each} - {epoch}) << {bits}) | (2 + n % {each}), {accepted}, {begun} + n / {each}, 1
FROM series
"""
_READ: Final = {
    "sqlite": "UPDATE event_reader SET event_id = (SELECT max(id) FROM event)",
    "postgresql": "UPDATE event_reader SET (committed_in, event_id) ="
    " (SELECT committed_in, id FROM event ORDER BY committed_in DESC, id DESC LIMIT 1)",
}


def fill(server: ServerProcess, depth: int) -> float:
    """Put ``depth`` messages into the queue of a server that was set up and does not run; give the seconds it took."""
    begun = time.monotonic()
    url = server.settings.get("database_url")
    if url:
        asyncio.run(_fill_postgresql(url, depth))
    else:
        with contextlib.closing(sqlite.connect(server.data / FILE_NAME)) as connection:
            [account] = connection.execute(_ACCOUNT).fetchone()
            # The store is thrown away if this fails, so that it may be quick.
            connection.execute("PRAGMA synchronous = OFF")
            for statement in _statements("sqlite", "BLOB", account, depth):
                connection.execute(statement)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute(_READ["sqlite"])
    return time.monotonic() - begun


async def _fill_postgresql(url: str, depth: int) -> None:
    connection = await asyncpg.connect(url)
    account = await connection.fetchval(_ACCOUNT)
    for statement in _statements("postgresql", "BYTEA", account, depth):
        await connection.execute(statement)
    await connection.execute(_READ["postgresql"])
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _statements(engine: str, blob: str, account: int, depth: int) -> Iterator[str]:
    now = SystemClock().now_ms()
    values = {
        "account": account,
        "begun": now - depth // PER_CONTENT - 60_000,
        "tomorrow": now + DAY,
        "epoch": EPOCH_MS,
        "bits": _ID_BITS,
        "each": PER_CONTENT,
        "body": _BODY,
        "blob": blob,
        "size": len(_BODY),
        "domains": max(1, depth // MOST_PER_DOMAIN),
        "ready": queue_keys.ready_key(BULK, account),
        "deferred": queue_keys.deferred_key(BULK),
        "accepted": int(EventKind.ACCEPTED),
    }
    for first in range(0, depth, _BATCH):
        last = min(depth, first + _BATCH) - 1
        for template, bounds in (
            (_CONTENTS, (first // PER_CONTENT, last // PER_CONTENT)),
            (_MESSAGES, (first, last)),
            (_EVENTS, (first, last)),
        ):
            series = _SERIES[engine].format(first=bounds[0], last=bounds[1])
            yield template.format(series=series, **values)

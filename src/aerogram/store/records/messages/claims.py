"""Claims: leasing messages that are ready, by rank, fairly among accounts.

A claim reads a small multiple of the rows that it takes, however many wait:

1. Leases that ended and deferred messages that are due become ready: at most `PROMOTED_PER_PLACE` for each place.
2. The keys of ready messages are found by skipping through the index, for each rank as many as there are places. When
   there are more, the next claim goes on where this one ended, so every account has its turn.
3. Each key of a rank gets an equal share; the places that one leaves go to those with more messages.

PostgreSQL keeps the index entries of rows that have moved on until a vacuum, and a search from the beginning of a key
walks over them. A `Place` is what a claimer remembers so that the next claim begins where the last one ended. It
leaves a margin for messages that are committed out of order, and from time to time a claim searches from the
beginning for what was put behind it nevertheless.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Boolean, bindparam, case, literal_column, select, text, update

from aerogram.base.clock import SECOND
from aerogram.model.message import Rank
from aerogram.store.records.messages.queue_keys import (
    AS_LEASED,
    AS_READY,
    RANK_SHIFT,
    WAITING,
    is_any_of,
    rank_of,
    ready_key,
)
from aerogram.store.records.querying.either import either
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from aerogram.store.sql import Rows

PROMOTED_PER_PLACE: Final = 2
"""More than a claim takes, so that what is due never queues before it can compete by rank."""
MARGIN_MS: Final = 1 * SECOND
"""How far behind the last claimed message a claim still looks: messages are committed in another order than dated."""
SWEEP_MS: Final = 2 * SECOND
"""How often a claim looks for messages further behind, such as those that another process returned."""

_EVERY_ACCOUNT: Final = 1 << RANK_SHIFT
_IS_QUEUED: Final[ColumnElement[bool]] = literal_column("message.state = 0")
"""A literal, so that both engines use the partial index."""

_FIRSTS: Final = " UNION ALL ".join(
    f"SELECT (SELECT max(queue_key) FROM message WHERE state = 0 AND queue_key >= {ready_key(rank, 0)}"  # noqa: S608
    f" AND queue_key < {ready_key(rank, 0)} + CAST(:below AS BIGINT)), 1"
    for rank in Rank
)
_KEYS = Sql(
    text(
        # From the last key of a rank to its first, and so from the newest message of each key: the index entries
        # of claimed messages, which PostgreSQL keeps, are among the oldest.
        f"""
        WITH RECURSIVE keys(queue_key, place) AS (
            {_FIRSTS}
            UNION ALL
            SELECT (
                SELECT max(queue_key) FROM message WHERE state = 0 AND message.queue_key < keys.queue_key
                AND message.queue_key >= ((keys.queue_key >> {RANK_SHIFT}) << {RANK_SHIFT})
            ), place + 1
            FROM keys WHERE keys.queue_key IS NOT NULL AND place < CAST(:most AS BIGINT)
        )
        SELECT queue_key FROM keys WHERE queue_key IS NOT NULL
        """  # noqa: S608 - constants
    ),
    "below",
    "most",
)
"""Some keys of each rank with ready messages of accounts below an id, from the last to the first."""

LETTER_COLUMNS: Final = (
    message.c.id,
    message.c.uuid,
    message.c.account_id,
    message.c.content_id,
    message.c.recipient,
    message.c.attempts,
    message.c.reclaims,
    message.c.lease,
    message.c.created_ms,
    message.c.notify,
    message.c.orcpt,
    message.c.personal,
)
_OLD_LEASE: Final = LETTER_COLUMNS.index(message.c.lease)
_FIRST: Final = (
    "SELECT each_message.id FROM message AS each_message WHERE each_message.state = 0"
    " AND each_message.queue_key = {queue_key} AND each_message.due_ms > {after}"
    " ORDER BY each_message.due_ms LIMIT CAST(:most AS BIGINT)"
)
_IN_SQLITE: Final = f"""
    message.id IN (
        SELECT ready.id FROM json_each(:wanted) AS wanted CROSS JOIN message AS ready WHERE ready.id IN (
            {_FIRST.format(queue_key="json_extract(wanted.value, '$[0]')", after="json_extract(wanted.value, '$[1]')")}
        )
    )
"""  # noqa: S608 - constants
_IN_POSTGRESQL: Final = f"""
    message.id = ANY (ARRAY(
        SELECT ready.id FROM jsonb_array_elements(CAST(:wanted AS JSONB)) AS wanted CROSS JOIN LATERAL (
            {_FIRST.format(queue_key="CAST(wanted.value ->> 0 AS BIGINT)", after="CAST(wanted.value ->> 1 AS BIGINT)")}
            FOR UPDATE SKIP LOCKED
        ) AS ready
    ))
"""  # noqa: S608 - constants
_READY = Sql(
    select(message.c.queue_key, message.c.due_ms, message.c.id).where(
        either(text(_IN_SQLITE), text(_IN_POSTGRESQL), Boolean)
    ),
    "wanted",
    "most",
)
"""The first messages of each of ``wanted``, which is a list of (queue key, after which time) as JSON."""
_LETTERS = Sql(select(*LETTER_COLUMNS).where(any_of(message.c.id, "ids")), "ids")
_ENDED = Sql(
    select(message.c.id)
    .where(
        _IS_QUEUED,
        is_any_of(WAITING),
        message.c.due_ms > bindparam("after"),
        message.c.due_ms <= bindparam("now"),
    )
    # In the order of the index: PostgreSQL believes otherwise that it finds enough of them anywhere.
    .order_by(message.c.queue_key, message.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True),
    "after",
    "now",
    "most",
)
_PROMOTE = Sql(update(message).where(any_of(message.c.id, "ids")).values(queue_key=AS_READY), "ids")
_LEASE = Sql(
    update(message)
    .where(any_of(message.c.id, "ids"))
    .values(
        lease=bindparam("new_lease"),
        queue_key=AS_LEASED,
        due_ms=bindparam("until"),
        reclaims=message.c.reclaims + case((message.c.lease != 0, 1), else_=0),
    ),
    "new_lease",
    "until",
    "ids",
)
_RENEW = Sql(
    update(message)
    .where(_IS_QUEUED, message.c.id == bindparam("which"), message.c.lease == bindparam("held"))
    .values(queue_key=AS_LEASED, due_ms=bindparam("until")),
    "until",
    "which",
    "held",
)


_Found = tuple[int, int, int]
"""A ready message: its queue key, ``due_ms`` and id."""


class Place(NamedTuple):
    """Where a claimer's next claim begins; a new claimer begins with `START`."""

    swept_ms: int
    """When a claim last searched from the beginning."""
    ended_after: int
    """Nothing that became due before this is left, except what a sweep finds."""
    below_account: int
    """The accounts below this id come first: the last claim ended here. 0 for all accounts."""
    ready_after: Mapping[int, int]
    """By queue key: the ``due_ms`` up to which all is claimed, except what a sweep finds."""


START: Final = Place(0, -1, 0, {})
"""The place of a claimer that has claimed nothing."""


class Claim(NamedTuple):
    """The rows of one claim in `LETTER_COLUMNS` order, and where the next claim begins."""

    rows: Rows
    place: Place


def claim(
    now_ms: int, until_ms: int, lease: int, most: int, held: Mapping[int, int], place: Place = START
) -> Unit[Claim]:
    """Lease up to ``most`` messages that are ready or due.

    ``held`` are the caller's own leases by message; one that became due is renewed and not returned. The lease
    column of a row is the old lease: not 0 when its last holder never recorded an outcome.
    """
    if not place.swept_ms <= now_ms < place.swept_ms + SWEEP_MS:
        place = Place(now_ms, -1, place.below_account, {})
    ended_after = yield from _promote(now_ms, most * PROMOTED_PER_PLACE, place.ended_after)
    found, below = yield from _by_rank(most, place)
    ready_after = dict(place.ready_after)
    for queue_key, due_ms, _ in found:
        ready_after[queue_key] = max(ready_after.get(queue_key, -1), due_ms - MARGIN_MS)
    after = Place(place.swept_ms, ended_after, below, ready_after)
    if not found:
        return Claim([], after)
    ids = [message_id for *_, message_id in found]
    letters = {row[0]: row for row in (yield _LETTERS(ids))}
    rows = [letters[message_id] for message_id in ids if message_id in letters]
    others = [row for row in rows if held.get(row[0], 0) != row[_OLD_LEASE] or not row[_OLD_LEASE]]
    if len(others) < len(rows):
        yield from renew(list(held.items()), until_ms)
    if others:
        yield _LEASE(lease, until_ms, [row[0] for row in others])
    return Claim(others, after)


def _promote(now_ms: int, most: int, after: int) -> Unit[int]:
    """Make ready what became due after a time; return after which time the next call looks."""
    rows = yield _ENDED(after, now_ms, most)
    if rows:
        yield _PROMOTE([message_id for (message_id,) in rows])
    # A full batch may have left some of the same time.
    return after if len(rows) >= most else now_ms - MARGIN_MS


def _by_rank(most: int, place: Place) -> Unit[tuple[list[_Found], int]]:
    """Find up to ``most`` ready messages, those of lower ranks first, and where the next turn begins."""
    below = place.below_account or _EVERY_ACCOUNT
    keys = [queue_key for (queue_key,) in (yield _KEYS(below, most))]
    if below < _EVERY_ACCOUNT:
        # Those that this turn has served come last.
        known = set(keys)
        keys += [key for (key,) in (yield _KEYS(_EVERY_ACCOUNT, most)) if key not in known]
    found: list[_Found] = []
    next_below = 0
    for rank in sorted({rank_of(key) for key in keys}):
        room = most - len(found)
        if not room:
            break
        of_rank = [key for key in keys if rank_of(key) == rank]
        peers = of_rank[:room]
        found += yield from _fairly(peers, room, place.ready_after)
        if len(of_rank) > len(peers) or len(of_rank) >= most:
            next_below = peers[-1] - ready_key(rank, 0)
    return found, next_below


def _fairly(keys: list[int], room: int, ready_after: Mapping[int, int]) -> Unit[list[_Found]]:
    """Take an equal share for each key; the places that one leaves go to those with more messages."""
    share = -(-room // len(keys))
    taken = yield from _ready(keys, share, ready_after)
    left = room - sum(map(len, taken.values()))
    for key in keys:
        if left <= 0:
            break
        if len(taken[key]) == share:
            taken |= yield from _ready([key], share + left, ready_after)
            left -= len(taken[key]) - share
    turns = itertools.chain.from_iterable(itertools.zip_longest(*(taken[key] for key in keys)))
    return list(itertools.islice(filter(None, turns), room))


def _ready(keys: list[int], most: int, ready_after: Mapping[int, int]) -> Unit[dict[int, list[_Found]]]:
    """Return up to ``most`` ready messages of each key, the oldest first."""
    rows = yield _READY(json.dumps([(key, ready_after.get(key, -1)) for key in keys]), most)
    taken: dict[int, list[_Found]] = {key: [] for key in keys}
    for row in sorted(map(tuple, rows)):
        taken[row[0]].append(row)
    return taken


def renew(held: list[tuple[int, int]], until_ms: int) -> Unit[None]:
    """Extend the leases of (message, lease) pairs."""
    # Sorted, as everywhere that messages are locked, so that transactions never deadlock.
    yield _RENEW.many([(until_ms, message_id, lease) for message_id, lease in sorted(held)])

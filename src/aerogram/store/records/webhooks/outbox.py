"""The outbox of webhooks: the events that must still be sent, and to which URL.

A reader of the log adds rows, and they are deleted after delivery. A process changes an account's rows only
while it holds the account's lease (`aerogram.store.records.webhooks.leases`). Deleting a delivered row needs
no lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import (
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)

from aerogram.model.event import EventKind
from aerogram.model.outcome import FailureState
from aerogram.model.webhook import ALIVE, DEAD
from aerogram.model.webhook_event import WebhookEvent
from aerogram.store.records.webhooks.leases import is_held
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import callback, campaign, content, event, message, webhook_outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.store.sql import Row

PARKED_MS: Final = 2**53 - 1
"""The ``due_ms`` of an event that failed for a day while other events were delivered."""

OutboxKey = tuple[int, int]
"""(callback id, event id)"""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A URL of an account for one type of event. ``version`` 2 groups events into arrays."""

    id: int
    account_id: int
    event_type: str
    url_sealed: str
    is_backup: bool
    is_alive: bool
    version: int
    first_failure_ms: int


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An account's events of one type that must still be sent, and the URLs for them."""

    account_id: int
    event_type: str
    callbacks: tuple[int, ...]
    """Ids of the callbacks whose outboxes contain them."""
    newest_event_id: int
    primary: Callback | None
    backup: Callback | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the outbox with its event. ``attempts`` counts the failed ones."""

    callback_id: int
    attempts: int
    due_ms: int
    created_ms: int
    event: WebhookEvent

    @property
    def key(self) -> OutboxKey:
        """The primary key of the row."""
        return (self.callback_id, self.event.event_id)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The changes after a failed call; made only if the process still holds ``lease`` of the account."""

    account_id: int
    lease: int
    postponed: list[tuple[int, int, int, int]]
    """(due_ms, attempts, callback id, event id)"""
    callbacks: list[int]
    """Ids of the callbacks whose URL failed."""
    failing_since_ms: int
    reason: str
    is_dead: bool


_CALLBACK_COLUMNS: Final = (
    callback.c.id,
    callback.c.account_id,
    callback.c.event_type,
    callback.c.url_sealed,
    callback.c.is_backup,
    callback.c.status,
    callback.c.version,
    callback.c.first_failure_ms,
)
_NEWEST: Final = (
    select(func.max(webhook_outbox.c.event_id))
    .where(webhook_outbox.c.callback_id == callback.c.id)
    .scalar_subquery()
)
_IS_PENDING: Final = (
    select(literal_column("1"))
    .where(webhook_outbox.c.callback_id == callback.c.id, webhook_outbox.c.due_ms < PARKED_MS)
    .exists()
)
_PENDING = Sql(
    select(callback.c.id, callback.c.account_id, callback.c.event_type, _NEWEST).where(_IS_PENDING)
)
_OF_ACCOUNTS = Sql(select(*_CALLBACK_COLUMNS).where(any_of(callback.c.account_id, "accounts")), "accounts")
_FIND = Sql(
    select(*_CALLBACK_COLUMNS).where(
        callback.c.id == bindparam("which"), callback.c.account_id == bindparam("account_id")
    ),
    "account_id",
    "which",
)
_ENTRIES: Final = (
    select(
        webhook_outbox.c.callback_id,
        webhook_outbox.c.attempts,
        webhook_outbox.c.due_ms,
        webhook_outbox.c.created_ms,
        event.c.id,
        event.c.kind,
        event.c.at_ms,
        event.c.failure,
        event.c.is_hard,
        event.c.is_blocked,
        event.c.reply,
        event.c.agent,
        event.c.ip,
        event.c.url,
        message.c.id,
        message.c.uuid,
        message.c.recipient,
        content.c.custom_id,
        content.c.event_payload,
        content.c.campaign,
        func.coalesce(campaign.c.id, 0),
        event.c.geo,
    )
    .select_from(webhook_outbox)
    .join(event, event.c.id == webhook_outbox.c.event_id)
    .join(message, message.c.id == event.c.message_id)
    .join(content, content.c.id == message.c.content_id)
    .outerjoin(
        campaign, and_(campaign.c.account_id == content.c.account_id, campaign.c.name == content.c.campaign)
    )
    .where(webhook_outbox.c.callback_id == bindparam("which"))
    .order_by(webhook_outbox.c.event_id)
    .limit(bindparam("most"))
)
_PAGE = Sql(
    _ENTRIES.where(webhook_outbox.c.event_id > bindparam("after"), webhook_outbox.c.due_ms < PARKED_MS),
    "which",
    "after",
    "most",
)
# A literal, so that both engines use the partial index.
_IS_RETRIED: Final = webhook_outbox.c.attempts > literal_column("0")
_RETRIED = Sql(
    _ENTRIES.where(_IS_RETRIED, webhook_outbox.c.due_ms <= bindparam("now")), "which", "now", "most"
)
_DELETE = Sql(
    delete(webhook_outbox).where(
        webhook_outbox.c.callback_id == bindparam("which"),
        webhook_outbox.c.event_id == bindparam("event_id"),
    ),
    "which",
    "event_id",
)
_POSTPONE = Sql(
    update(webhook_outbox)
    .where(
        webhook_outbox.c.callback_id == bindparam("which"),
        webhook_outbox.c.event_id == bindparam("event"),
    )
    .values(due_ms=bindparam("due"), attempts=bindparam("made")),
    "due",
    "made",
    "which",
    "event",
)
_SET_FAILING = Sql(
    update(callback)
    .where(any_of(callback.c.id, "ids"), callback.c.first_failure_ms == 0)
    .values(first_failure_ms=bindparam("since"), last_failure=bindparam("reason")),
    "ids",
    "since",
    "reason",
)
_SET_DEAD = Sql(
    update(callback)
    .where(any_of(callback.c.id, "ids"))
    .values(status=DEAD, last_failure=bindparam("reason")),
    "ids",
    "reason",
)
_SET_ALIVE = Sql(
    update(callback)
    .where(any_of(callback.c.id, "ids"))
    .values(status=ALIVE, first_failure_ms=0, last_failure=""),
    "ids",
)
_START_OVER = Sql(
    update(webhook_outbox)
    .where(any_of(webhook_outbox.c.callback_id, "ids"), _IS_RETRIED)
    .values(due_ms=bindparam("now"), attempts=0),
    "ids",
    "now",
)


def pending() -> Unit[list[Pending]]:
    """Return all pending events, and the URLs for them; cost grows with callbacks, not with events."""
    rows = yield _PENDING()
    if not rows:
        return []
    urls = [_callback(row) for row in (yield _OF_ACCOUNTS(list({account_id for _, account_id, *_ in rows})))]
    by_role = {(url.account_id, url.event_type, url.is_backup): url for url in urls}
    groups: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for which, account_id, event_type, newest in rows:
        groups.setdefault((account_id, event_type), []).append((which, newest))
    return [
        Pending(
            account_id=account_id,
            event_type=event_type,
            callbacks=tuple(which for which, _ in group),
            newest_event_id=max(newest for _, newest in group),
            primary=by_role.get((account_id, event_type, False)),
            backup=by_role.get((account_id, event_type, True)),
        )
        for (account_id, event_type), group in groups.items()
    ]


def page(callback_ids: Iterable[int], after: int, most: int) -> Unit[list[Entry]]:
    """Return the first ``most`` waiting events of some callbacks after an event id, oldest first."""
    rows: list[Row] = []
    for which in callback_ids:
        rows += yield _PAGE(which, after, most)
    rows.sort(key=lambda row: row[4])
    return [_entry(row) for row in rows[:most]]


def retried(callback_ids: Iterable[int], now_ms: int, most: int) -> Unit[list[Entry]]:
    """Return up to ``most`` events that failed before and are due again, oldest first."""
    rows: list[Row] = []
    for which in callback_ids:
        rows += yield _RETRIED(which, now_ms, most)
    rows.sort(key=lambda row: row[4])
    return [_entry(row) for row in rows[:most]]


def find(account_id: int, callback_id: int) -> Unit[Callback | None]:
    """Find one URL of an account."""
    rows = yield _FIND(account_id, callback_id)
    return _callback(rows[0]) if rows else None


def delivered(keys: Iterable[OutboxKey], recovered: list[int]) -> Unit[None]:
    """Delete delivered rows; ``recovered`` are callbacks whose URL failed before and has now succeeded."""
    yield _DELETE.many(list(keys))
    if recovered:
        yield _SET_ALIVE(recovered)


def failed(failure: Failure, now_ms: int) -> Unit[bool]:
    """Postpone rows that could not be delivered. Return whether the account's lease was still held."""
    if not (yield from is_held(failure.account_id, failure.lease)):
        return False
    yield _POSTPONE.many(failure.postponed)
    yield _SET_FAILING(failure.callbacks, failure.failing_since_ms, failure.reason)
    if failure.is_dead:
        yield _SET_DEAD(failure.callbacks, failure.reason)
        # Failures at this URL do not count for the next one.
        yield _START_OVER(list({which for _, _, which, _ in failure.postponed}), now_ms)
    return True


def revive(callback_id: int, now_ms: int) -> Unit[None]:
    """Make all failed events of a URL due now, parked ones too. Call it when the URL's row is changed."""
    yield _SET_ALIVE([callback_id])
    yield _START_OVER([callback_id], now_ms)


def _callback(row: Row) -> Callback:
    which, account_id, event_type, url_sealed, is_backup, status, version, first_failure_ms = row
    return Callback(
        id=which,
        account_id=account_id,
        event_type=event_type,
        url_sealed=url_sealed,
        is_backup=bool(is_backup),
        is_alive=status != DEAD,
        version=version,
        first_failure_ms=first_failure_ms,
    )


def _entry(row: Row) -> Entry:
    return Entry(
        callback_id=row[0],
        attempts=row[1],
        due_ms=row[2],
        created_ms=row[3],
        event=WebhookEvent(
            event_id=row[4],
            kind=EventKind(row[5]),
            at_ms=row[6],
            failure=FailureState(row[7]),
            is_hard=bool(row[8]),
            is_blocked=bool(row[9]),
            reply=row[10],
            agent=row[11],
            ip=row[12],
            url=row[13],
            message_id=row[14],
            uuid=row[15],
            recipient=row[16],
            custom_id=row[17],
            event_payload=row[18],
            campaign=row[19],
            campaign_id=row[20],
            geo=row[21],
        ),
    )

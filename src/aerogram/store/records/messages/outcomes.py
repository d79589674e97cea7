"""Recording the outcomes of attempts: state, event and suppression in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import LargeBinary, Text, bindparam, insert, select, text, update

from aerogram.model.event import DeliveryEvent, EventKind
from aerogram.store.records.events import log
from aerogram.store.records.messages import engagements, submissions
from aerogram.store.records.messages.queue_keys import AS_DEFERRED
from aerogram.store.records.messages.suppressions import SuppressionRow, put_suppressions
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import event, message
from aerogram.store.tables.events import IS_SHOWN, notification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.store.records.messages.engagements import Engaged
    from aerogram.store.sql import Row


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to a sender, which is queued together with the outcome that it reports.

    ``content`` and ``message`` are rows as made by `aerogram.store.records.messages.submissions.rows_of`.
    """

    content: Row
    message: Row
    deferred_since_ms: int | None = None
    """For a delay notice: only the first deferral at or after this time sends it."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one finished attempt writes.

    ``lease`` must still hold the message; otherwise another worker has it and nothing is written.
    """

    message_id: int
    account_id: int
    lease: int
    state: int
    due_ms: int
    attempts: int
    failure: int = 0
    is_permanent: bool = False
    reply: str = ""
    event_kind: int
    is_live: bool
    """False for mail of sandbox credentials and for notices of Aerogram itself."""
    is_hard: bool = False
    is_blocked: bool = False
    host: str = ""
    tls: str = ""
    transcript: str = ""
    suppress_address: str = ""
    suppress_reason: str = ""
    suppress_until_ms: int | None = None
    captured_body: bytes | None = None
    captured_blob: str | None = None
    captured_size: int = 0
    is_kept: bool = False
    """The inbox lists the message although no copy of it was captured."""
    captured_subject: str = ""
    """The subject, if a template composed it; otherwise "", and the content's subject is used."""
    notification: Notification | None = None
    """The delivery status notification."""
    error_report: Notification | None = None
    """The report of an error in the template language."""
    engaged: tuple[Engaged, ...] = ()
    """Immediate actions of a simulated recipient; their time is the time of recording."""


_HELD = Sql(
    select(message.c.id, message.c.lease)
    .where(any_of(message.c.id, "ids"), message.c.state == 0)
    # Sorted, as everywhere that messages are locked, so that transactions never deadlock.
    .order_by(message.c.id)
    .with_for_update(),
    "ids",
)
_FINISH: Final = (
    "new_state",
    "new_due",
    "new_attempts",
    "new_failure",
    "new_permanent",
    "new_reply",
    "now",
    "which",
)
_SET_STATE = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        state=bindparam("new_state"),
        lease=0,
        queue_key=AS_DEFERRED,
        due_ms=bindparam("new_due"),
        attempts=bindparam("new_attempts"),
        reclaims=0,
        failure=bindparam("new_failure"),
        is_permanent=bindparam("new_permanent"),
        reply=bindparam("new_reply"),
        updated_ms=bindparam("now"),
    ),
    *_FINISH,
)
_ADD_NOTIFICATION = Sql(
    insert(notification).values(message_id=bindparam("message_id"), content_id=bindparam("content_id")),
    "message_id",
    "content_id",
)
_CAPTURED: Final = ("message_id", "account_id", "body", "blob", "size", "at_ms", "subject")
_CAPTURE = Sql(
    text(
        "INSERT INTO captured (message_id, account_id, body, blob, size, at_ms, subject)"
        " VALUES (:message_id, :account_id, :body, :blob, :size, :at_ms, :subject)"
        " ON CONFLICT (message_id) DO UPDATE SET body = excluded.body, blob = excluded.blob,"
        " size = excluded.size, at_ms = excluded.at_ms, subject = excluded.subject"
    ).bindparams(bindparam("body", type_=LargeBinary), bindparam("blob", type_=Text)),
    *_CAPTURED,
)
"""A message that was held is listed, and captured when it is released."""
_DEFERRED_SINCE = Sql(
    select(event.c.id)
    .where(
        event.c.message_id == bindparam("message_id"),
        IS_SHOWN,
        event.c.kind == bindparam("kind"),
        event.c.at_ms >= bindparam("since"),
    )
    .limit(1),
    "message_id",
    "kind",
    "since",
)


def record(changes: Sequence[Change], now_ms: int) -> Unit[list[bool]]:
    """Write all changes whose lease is still valid. Return for each change whether it was written."""
    rows = yield _HELD([change.message_id for change in changes])
    leases: dict[int, int] = dict(rows)
    written = [leases.get(change.message_id) == change.lease for change in changes]
    valid = [change for change, is_valid in zip(changes, written, strict=True) if is_valid]
    if not valid:
        return written
    yield _SET_STATE.many(
        [
            (
                change.state,
                change.due_ms,
                change.attempts,
                change.failure,
                int(change.is_permanent),
                change.reply,
                now_ms,
                change.message_id,
            )
            for change in valid
        ]
    )
    notified = [
        change for change in valid if change.notification is not None or change.error_report is not None
    ]
    if notified:
        yield from _queue_notifications(notified, now_ms)
    yield from append_events(valid, now_ms)
    yield from _side_effects(valid, now_ms)
    for change in valid:
        if change.engaged:
            yield from _follow_up(change.engaged, now_ms)
    return written


def _queue_notifications(changes: Sequence[Change], now_ms: int) -> Unit[None]:
    """Queue the notices about these changes. Call this before the changes' own events are appended."""
    due: list[tuple[int, Notification]] = []
    for change in changes:
        if change.error_report is not None:
            due.append((change.message_id, change.error_report))
        notice = change.notification
        if notice is None:
            continue
        since_ms = notice.deferred_since_ms
        if since_ms is not None:
            earlier = yield _DEFERRED_SINCE(change.message_id, int(EventKind.DEFERRED), since_ms)
            if earlier or now_ms < since_ms:
                continue
        due.append((change.message_id, notice))
    if due:
        yield from submissions.add(
            submissions.Rows([each.content for _, each in due], [each.message for _, each in due])
        )
        yield _ADD_NOTIFICATION.many([(message_id, each.content[0]) for message_id, each in due])


def append_events(changes: Sequence[Change], now_ms: int) -> Unit[None]:
    """Append the events of changes to the log."""
    yield from log.append(
        [
            DeliveryEvent(
                change.account_id,
                change.message_id,
                change.event_kind,
                now_ms,
                change.attempts,
                int(change.is_live),
                change.failure,
                int(change.is_hard),
                int(change.is_blocked),
                change.reply,
                change.host,
                change.tls,
                change.transcript,
            )
            for change in changes
        ]
    )


def _follow_up(engaged: Sequence[Engaged], now_ms: int) -> Unit[None]:
    """Record the actions of a simulated recipient like those of a real one; each counts as the first."""
    for each in engaged:
        if each.event_kind == EventKind.UNSUB:
            yield from engagements.subscribe(each.account_id, each.address)
    yield from engagements.record([msgspec.structs.replace(each, at_ms=now_ms) for each in engaged])


def _side_effects(changes: Sequence[Change], now_ms: int) -> Unit[None]:
    """Write suppressions and captured mail."""
    suppressions = {
        (change.account_id, change.suppress_address): SuppressionRow(
            change.account_id,
            change.suppress_address,
            change.suppress_reason,
            change.reply,
            now_ms,
            change.suppress_until_ms,
        )
        for change in changes
        if change.suppress_address
    }
    if suppressions:
        yield from put_suppressions([row for _, row in sorted(suppressions.items())])
    kept = [
        (
            change.message_id,
            change.account_id,
            change.captured_body,
            change.captured_blob,
            change.captured_size,
            now_ms,
            change.captured_subject,
        )
        for change in changes
        if change.captured_size or change.is_kept
    ]
    if kept:
        yield _CAPTURE.many(kept)

"""Totals for all mail of an account: messages by state, and the actions of recipients."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, case, func, select

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import counter, message


class Totals(NamedTuple):
    """Totals since the account was created; ``last_ms`` is the start of the last hour with any event."""

    processed: int
    sent: int
    blocked: int
    hard_bounced: int
    soft_bounced: int
    bounced: int
    deferred: int
    clicked: int
    opened: int
    complained: int
    unsubscribed: int
    last_ms: int


_IS_BOUNCED: Final = message.c.state == MessageState.BOUNCED
_STATES: Final = Sql(
    select(
        func.count(),
        *(
            func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
            for condition in (
                message.c.state == MessageState.SENT,
                (message.c.state == MessageState.BLOCKED) | (message.c.state == MessageState.CANCELLED),
                _IS_BOUNCED & (message.c.is_permanent == 1),
                _IS_BOUNCED & (message.c.is_permanent == 0),
                (message.c.state == MessageState.QUEUED) & (message.c.failure != 0),
            )
        ),
    ).where(message.c.account_id == bindparam("account_id")),
    "account_id",
)
_KINDS: Final = Sql(
    select(counter.c.kind, func.sum(counter.c.amount), func.max(counter.c.hour_ms))
    .where(counter.c.account_id == bindparam("account_id"), counter.c.kind != int(EventKind.ACCEPTED))
    .group_by(counter.c.kind),
    "account_id",
)


def of_account(account_id: int) -> Unit[Totals]:
    """Count the totals of an account. This reads every message: for reports, not for frequent use."""
    [(processed, sent, blocked, hard, soft, deferred)] = yield _STATES(account_id)
    rows = yield _KINDS(account_id)
    amounts = {kind: int(amount) for kind, amount, _ in rows}
    return Totals(
        processed=processed,
        sent=int(sent),
        blocked=int(blocked),
        hard_bounced=int(hard),
        soft_bounced=int(soft),
        bounced=int(hard) + int(soft),
        deferred=int(deferred),
        clicked=amounts.get(EventKind.CLICK, 0),
        opened=amounts.get(EventKind.OPEN, 0),
        complained=amounts.get(EventKind.SPAM, 0),
        unsubscribed=amounts.get(EventKind.UNSUB, 0),
        last_ms=max((hour for *_, hour in rows), default=0),
    )

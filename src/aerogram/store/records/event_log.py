"""The event log: what every fact writes beside its own row, whoever records it.

A fact is an event, one more in a counter, and a row in the journals of those who follow: contacts, when it
says something of one, and webhooks, when they are told of it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select, text

from aerogram.base.clock import HOUR
from aerogram.store.records import contact_journal
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import callback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.store.sql import Step


class Fact(Protocol):
    """What is asked of a thing that happened. ``event_type`` is Mailjet's word for webhooks, else ""."""

    @property
    def event_id(self) -> int: ...  # noqa: D102 - named after its column
    @property
    def account_id(self) -> int: ...  # noqa: D102 - named after its column
    @property
    def message_id(self) -> int: ...  # noqa: D102 - named after its column
    @property
    def event_kind(self) -> int: ...  # noqa: D102 - named after its column
    @property
    def event_type(self) -> str: ...  # noqa: D102 - named after its column
    @property
    def is_of_contact(self) -> bool:
        """It makes the recipient a contact, or changes what is known of one."""
        ...


_COUNT = Sql(
    text(
        "INSERT INTO counter (account_id, hour_ms, kind, amount) VALUES (:account_id, :hour_ms, :kind, :amount)"
        " ON CONFLICT (account_id, hour_ms, kind) DO UPDATE SET amount = counter.amount + excluded.amount"
    ),
    "account_id",
    "hour_ms",
    "kind",
    "amount",
)
_HAS_CALLBACKS = Sql(
    select(callback.c.id).where(any_of(callback.c.account_id, "accounts")).limit(1), "accounts"
)
_JOURNAL = Sql(
    text(
        "INSERT INTO callback_journal (callback_id, event_id, account_id, message_id, due_ms, created_ms)"
        " SELECT callback.id, CAST(:event_id AS BIGINT), callback.account_id, CAST(:message_id AS BIGINT),"
        " CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM callback"
        " WHERE callback.account_id = CAST(:account_id AS BIGINT) AND callback.event_type = :event_type"
        " ORDER BY (callback.status = 'alive') DESC, callback.is_backup ASC LIMIT 1"
    ),
    "event_id",
    "account_id",
    "message_id",
    "now",
    "event_type",
)
"""The alive URL, the primary before the backup; when both are dead the primary keeps the event."""


def append(add: Step, facts: Sequence[Fact], at_ms: int) -> Unit[None]:
    """Run ``add``, which inserts the events' rows; count them; put them into the journals.

    ``at_ms`` is when they happened: it names the hour of the counters.
    """
    yield add
    amounts = Counter((fact.account_id, fact.event_kind) for fact in facts)
    hour_ms = at_ms - at_ms % HOUR
    # Sorted, so that two nodes lock the rows in the same order.
    yield _COUNT.many(
        [(account, hour_ms, kind, amount) for (account, kind), amount in sorted(amounts.items())]
    )
    of_contacts = [
        (fact.event_id, fact.account_id, fact.message_id, fact.event_kind, at_ms)
        for fact in facts
        if fact.is_of_contact
    ]
    if of_contacts:
        yield contact_journal.ADD.many(of_contacts)
    announced = [fact for fact in facts if fact.event_type]
    if announced and (yield _HAS_CALLBACKS(list({fact.account_id for fact in announced}))):
        yield _JOURNAL.many(
            [(fact.event_id, fact.account_id, fact.message_id, at_ms, fact.event_type) for fact in announced]
        )

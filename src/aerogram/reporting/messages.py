"""Messages of an account, their events and their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aerogram.audience.following import contact_address
from aerogram.store.records.accounts import totals
from aerogram.store.records.accounts.totals import Totals
from aerogram.store.records.contacts import activity
from aerogram.store.records.messages import queries as records

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

__all__ = ["MessageEvent", "Messages", "Totals"]


class MessageEvent(NamedTuple):
    """A message event that is visible to its account; ``kind`` is an `EventKind`, ``failure`` a `FailureState`."""

    message_id: int
    kind: int
    at_ms: int
    failure: int
    reply: str
    agent: str


class Messages:
    """The messages of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[dict[str, Any]], int]:
        """Return a page of messages and the total.

        Rows have the columns of the store and ``contact_id``, the recipient's current contact or None.
        Raises `TooSlowError`, but never for a single ``id``.
        """
        ask = self._database.read if "id" in wanted.conditions else self._database.scan
        return await ask(lambda: _page(actor.account_id, wanted))

    async def history(
        self, actor: Actor, message_id: int | None, limit: int, offset: int
    ) -> tuple[list[MessageEvent], int]:
        """Return the events of a message (None: of all), oldest first, and the total. Raises `TooSlowError`."""
        rows, total = await self._database.scan(
            lambda: records.history(actor.account_id, message_id, limit, offset)
        )
        return [MessageEvent(*row) for row in rows], total

    async def totals(self, actor: Actor) -> Totals:
        """Count all messages of an account by state."""
        return await self._database.read(lambda: totals.of_account(actor.account_id))


def _page(account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
    """Add the contacts of recipients to messages, with one lookup."""
    rows, total = yield from records.page(account_id, wanted)
    addresses = {row["recipient"]: contact_address(row["recipient"]) for row in rows}
    contacts = (yield from activity.find(account_id, sorted(addresses.values()))) if rows else {}
    for row in rows:
        row["contact_id"] = contacts.get(addresses[row["recipient"]])
    return rows, total

"""Read the outbox together with the contact of each recipient.

An event enters the outbox after the contacts' reader has handled it, so the contact already exists if there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.audience.following import contact_address
from aerogram.store.records.contacts import activity
from aerogram.store.records.webhooks import outbox

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.store.records.webhooks.outbox import Entry
    from aerogram.store.sql import Unit


def page_of(account_id: int, callback_ids: Collection[int], after: int, most: int) -> Unit[list[Entry]]:
    """Return `webhook_outbox.page` with contacts."""
    return (yield from _with_contacts(account_id, (yield from outbox.page(callback_ids, after, most))))


def retried_of(account_id: int, callback_ids: Collection[int], now_ms: int, most: int) -> Unit[list[Entry]]:
    """Return `webhook_outbox.retried` with contacts."""
    return (yield from _with_contacts(account_id, (yield from outbox.retried(callback_ids, now_ms, most))))


def _with_contacts(account_id: int, entries: list[Entry]) -> Unit[list[Entry]]:
    if not entries:
        return entries
    addresses = [contact_address(each.event.recipient) for each in entries]
    contacts = yield from activity.find(account_id, {address for address in addresses if address})
    return [
        _of_contact(entry, contacts.get(address, 0))
        for entry, address in zip(entries, addresses, strict=True)
    ]


def _of_contact(entry: Entry, contact_id: int) -> Entry:
    event = msgspec.structs.replace(entry.event, contact_id=contact_id)
    return msgspec.structs.replace(entry, event=event)

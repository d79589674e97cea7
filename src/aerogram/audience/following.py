"""The event-log reader that maintains contacts: every recipient becomes one, and their events are added up.

How events change a contact:

=============================  ==========================================================================
sent                           counts a delivery; activity
opened, clicked                activity; the store leaves out events of scanners
complained                     marks the contact as complaining; activity
unsubscribed                   sets the time and the means; activity
bounced, blocked, deferred     nothing; they create the contact, as every other event does
=============================  ==========================================================================

Mail from sandbox credentials and the notices of the service create no contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.erasure import is_alias
from aerogram.events.reader import Reader
from aerogram.model.event import EventKind
from aerogram.model.send_options import is_sandboxed, unpacked_personal
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import activity as contact_activity
from aerogram.store.records.contacts.activity import Activity, NewContact
from aerogram.store.records.events.of_contacts import of_contacts, send_options_by_message
from aerogram.store.records.events.reading import CONTACTS
from aerogram.wire.address import suppression_key
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.ids import IdGenerator
    from aerogram.store.records.events.of_contacts import ContactEvent
    from aerogram.store.records.events.reading import Batch
    from aerogram.store.sql import Unit

UNSUBSCRIBED_BY: Final = "Unsubscribe link"
"""``unsubscribed_by`` of contacts who used an unsubscribe link, in the body or in List-Unsubscribe."""
_ENGAGEMENTS: Final = frozenset({EventKind.OPEN, EventKind.CLICK, EventKind.SPAM, EventKind.UNSUB})
_ACTIVITIES: Final = _ENGAGEMENTS | {EventKind.SENT}


class Tally(msgspec.Struct):
    """The sum of several events of one recipient."""

    first_ms: int
    """The time of the earliest event: the creation time if the contact is new."""
    name: str = ""
    delivered_count: int = 0
    last_activity_ms: int = 0
    is_spam_complaining: int = 0
    unsubscribed_ms: int = 0

    def add(self, event: ContactEvent) -> None:
        """Add an event."""
        kind, at_ms = event.kind, event.at_ms
        self.first_ms = min(self.first_ms, at_ms)
        if kind in _ACTIVITIES:
            self.last_activity_ms = max(self.last_activity_ms, at_ms)
        if kind == EventKind.SENT:
            self.delivered_count += 1
        elif kind == EventKind.SPAM:
            self.is_spam_complaining = 1
        elif kind == EventKind.UNSUB:
            self.unsubscribed_ms = max(self.unsubscribed_ms, at_ms)
        if event.personal and not self.name:
            self.name = unpacked_personal(event.personal).name

    @property
    def activity(self) -> Activity:
        """The change to apply to the contact."""
        return Activity(
            self.delivered_count,
            self.last_activity_ms,
            self.is_spam_complaining,
            self.unsubscribed_ms,
            UNSUBSCRIBED_BY if self.unsubscribed_ms else "",
        )


def contacts_reader(ids: IdGenerator) -> Reader:
    """Build the reader; ``ids`` numbers new contacts."""

    def follow(batch: Batch) -> Unit[bool]:
        yield from _follow((yield from of_contacts(batch)), ids)
        return False

    return Reader(name=CONTACTS, handle=follow)


def contact_address(recipient: str) -> str:
    """Normalise a recipient to the form stored for contacts; "" for erased recipients and invalid addresses."""
    if is_alias(recipient):
        return ""
    try:
        return suppression_key(recipient)
    except AddressError:
        return ""


def added_up(events: Sequence[ContactEvent]) -> dict[int, dict[str, Tally]]:
    """Add up events by account and address, in ascending order so that concurrent writers cannot deadlock."""
    found: dict[tuple[int, str], Tally] = {}
    for each in events:
        email = contact_address(each.recipient)
        if not email:
            continue
        person = found.get((each.account_id, email))
        if person is None:
            person = found[each.account_id, email] = Tally(each.at_ms)
        person.add(each)
    by_account: dict[int, dict[str, Tally]] = {}
    for account_id, email in sorted(found):
        by_account.setdefault(account_id, {})[email] = found[account_id, email]
    return by_account


def _follow(events: Sequence[ContactEvent], ids: IdGenerator) -> Unit[None]:
    events = yield from _live(events)
    for account_id, people in added_up(events).items():
        known = yield from contact_activity.lock(account_id, people)
        yield from sandbox.touch(account_id, list(known.values()), is_sandboxed=False)
        unknown = {email: person for email, person in people.items() if email not in known}
        if unknown:
            yield from _make(account_id, unknown, ids)
        yield from contact_activity.change(
            # Without activity, as after bounces alone, there is nothing to add.
            [
                (known[email], person.activity)
                for email, person in people.items()
                if email in known and person.last_activity_ms
            ]
        )


def _make(account_id: int, people: Mapping[str, Tally], ids: IdGenerator) -> Unit[None]:
    """Create the missing contacts."""
    yield from contact_activity.make(
        [
            (NewContact(contact_id, account_id, email, person.name, person.first_ms), person.activity)
            for contact_id, (email, person) in zip(ids.next_ids(len(people)), people.items(), strict=True)
        ]
    )


def _live(events: Sequence[ContactEvent]) -> Unit[list[ContactEvent]]:
    """Leave out what recipients did with mail of sandbox credentials: it is no activity of a contact."""
    engaged = sorted({each.message_id for each in events if each.kind in _ENGAGEMENTS})
    if not engaged:
        return list(events)
    found = yield from send_options_by_message(engaged)
    sandboxed = {message_id for message_id, send_options in found.items() if is_sandboxed(send_options)}
    return [each for each in events if each.message_id not in sandboxed]

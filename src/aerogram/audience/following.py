"""The reader of the log that keeps contacts: who was written to is one, and what became of it and what they did is added up.

What events do to a contact:

=============================  ==========================================================================
sent                           one more delivery; activity
opened, clicked                activity; those of scanners do not come here
complained                     they are complaining; activity
unsubscribed                   when, and by what; activity
bounced, blocked, deferred     nothing, but they make a contact, as each of the others does
=============================  ==========================================================================

Mail by sandbox credentials and the service's own notices make no contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.erasure import is_alias
from aerogram.events.reader import Reader
from aerogram.model.event import EventKind
from aerogram.model.send_options import is_sandboxed, unpacked_personal
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
"""What is said of who left by the link of a mail, be it in its text or in List-Unsubscribe."""
_ENGAGEMENTS: Final = frozenset({EventKind.OPEN, EventKind.CLICK, EventKind.SPAM, EventKind.UNSUB})
_ACTIVITIES: Final = _ENGAGEMENTS | {EventKind.SENT}


class Tally(msgspec.Struct):
    """All that some events say of one recipient, added up."""

    first_ms: int
    """When the first of them happened: then they became a contact, if they were none."""
    name: str = ""
    delivered_count: int = 0
    last_activity_ms: int = 0
    is_spam_complaining: int = 0
    unsubscribed_ms: int = 0
    was_mailed: bool = False
    """One of them is of delivery, and so not of mail by a sandbox credential."""
    engaged: list[int] = []
    """The messages with which they did something."""

    def add(self, event: ContactEvent) -> None:
        """Add one more event."""
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
        if kind in _ENGAGEMENTS:
            self.engaged.append(event.message_id)
        else:
            self.was_mailed = True
        if event.personal and not self.name:
            self.name = unpacked_personal(event.personal).name

    @property
    def activity(self) -> Activity:
        """What is added to the contact."""
        return Activity(
            self.delivered_count,
            self.last_activity_ms,
            self.is_spam_complaining,
            self.unsubscribed_ms,
            UNSUBSCRIBED_BY if self.unsubscribed_ms else "",
        )


def contacts_reader(ids: IdGenerator) -> Reader:
    """Make the reader; contacts that are new get their ids of ``ids``."""

    def follow(batch: Batch) -> Unit[bool]:
        yield from _follow((yield from of_contacts(batch)), ids)
        return False

    return Reader(name=CONTACTS, handle=follow)


def contact_address(recipient: str) -> str:
    """Give a recipient as contacts have them; "" for who is erased, and for what is no address."""
    if is_alias(recipient):
        return ""
    try:
        return suppression_key(recipient)
    except AddressError:
        return ""


def added_up(events: Sequence[ContactEvent]) -> dict[int, dict[str, Tally]]:
    """Add up events by account and address, both rising, so that no two writers wait for each other."""
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
    if not events:
        return
    for account_id, people in added_up(events).items():
        known = yield from contact_activity.lock(account_id, people)
        unknown = {email: person for email, person in people.items() if email not in known}
        if unknown:
            yield from _make(account_id, unknown, ids)
        yield from contact_activity.change(
            # Of who only bounced there is nothing to add.
            [
                (known[email], person.activity)
                for email, person in people.items()
                if email in known and person.last_activity_ms
            ]
        )


def _make(account_id: int, people: Mapping[str, Tally], ids: IdGenerator) -> Unit[None]:
    """Make contacts of people who are none."""
    sandboxed = yield from _sandboxed([each for each in people.values() if not each.was_mailed])
    wanted = {
        email: person
        for email, person in people.items()
        if person.was_mailed or not sandboxed.issuperset(person.engaged)
    }
    yield from contact_activity.make(
        [
            (NewContact(contact_id, account_id, email, person.name, person.first_ms), person.activity)
            for contact_id, (email, person) in zip(ids.next_ids(len(wanted)), wanted.items(), strict=True)
        ]
    )


def _sandboxed(people: Sequence[Tally]) -> Unit[set[int]]:
    """Give those messages, of the ones that people did something with, that came by sandbox credentials."""
    message_ids = sorted({message_id for person in people for message_id in person.engaged})
    if not message_ids:
        return set()
    found = yield from send_options_by_message(message_ids)
    return {message_id for message_id, send_options in found.items() if is_sandboxed(send_options)}

"""Recipients as their account knows them: loaded before mail is composed, which happens in a thread without a store."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any, Final

import structlog

from aerogram.audience import properties
from aerogram.audience.property_values import Datatype, shown
from aerogram.audience.segments import segments as stored_segments
from aerogram.audience.segments.errors import SegmentError
from aerogram.base.errors import UnavailableError
from aerogram.model.event import EventKind
from aerogram.model.recipient_profile import RecipientProfile
from aerogram.store.records.contacts import recipient_profiles as records
from aerogram.store.records.segments import contacts
from aerogram.wire.address import suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.audience.properties import Catalogue
    from aerogram.base.clock import Clock
    from aerogram.model.message import Letter
    from aerogram.store.records.contacts.recipient_profiles import Person
    from aerogram.store.sql import Database, Unit

MAX_REMEMBERED: Final = 2_000
"""Letters whose recipients are kept: twice what a worker holds."""
_NOT_READ: Final = RecipientProfile(now_ms=0)

log = structlog.get_logger(__name__)


class Recipients:
    """What is known of the recipients of letters. Only those need be loaded whose treatment ``asks_contact``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: OrderedDict[int, RecipientProfile] = OrderedDict()

    async def load(self, letters: Sequence[Letter]) -> None:
        """Have at hand what is known of the recipients of letters now."""
        now = self._clock.now_ms()
        by_account: dict[int, list[Letter]] = defaultdict(list)
        for letter in letters:
            by_account[letter.account_id].append(letter)
        for account_id, own in by_account.items():
            for message_id, one in (await self._of_account(account_id, own, now)).items():
                self._remembered[message_id] = one
                self._remembered.move_to_end(message_id)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def known(self, letter: Letter) -> RecipientProfile | None:
        """Give what `load` brought; None when it was not asked for the letter. Any thread may ask.

        Raises `UnavailableError` for a letter whose recipient could not be looked up: it is tried again later,
        because a mail that says the wrong thing cannot be taken back.
        """
        found = self._remembered.get(letter.message_id)
        if found is _NOT_READ:
            raise UnavailableError("What is known of the recipient could not be read.")
        return found

    async def _of_account(
        self, account_id: int, letters: Sequence[Letter], now_ms: int
    ) -> dict[int, RecipientProfile]:
        try:
            return await self._database.read(lambda: _known(account_id, letters, now_ms))
        except UnavailableError:
            raise
        except Exception:
            # What one account's segments run into must not keep the mail of the others.
            log.exception("recipients could not be looked up", account_id=account_id)
            return {letter.message_id: _NOT_READ for letter in letters}


def _known(account_id: int, letters: Sequence[Letter], now_ms: int) -> Unit[dict[int, RecipientProfile]]:
    addresses = {letter.message_id: suppression_key(letter.recipient) for letter in letters}
    wanted = sorted(set(addresses.values()))
    people = yield from records.people(account_id, wanted)
    latest = yield from records.latest(account_id, wanted)
    catalogue = yield from properties.defined(account_id)
    names = {name for letter in letters for name in letter.send_options.segments}
    members = yield from _members(account_id, sorted(names), [each.id for each in people.values()], now_ms)
    found = {}
    for letter in letters:
        address = addresses[letter.message_id]
        person = people.get(address)
        found[letter.message_id] = RecipientProfile(
            now_ms=now_ms,
            data=_data(person, catalogue) if person else {},
            segments=frozenset(name for name in names if person and person.id in members[name]),
            opened_ms=latest.get((address, EventKind.OPEN), 0),
            clicked_ms=latest.get((address, EventKind.CLICK), 0),
        )
    return found


def _members(
    account_id: int, names: Sequence[str], contact_ids: Sequence[int], now_ms: int
) -> Unit[dict[str, set[int]]]:
    """Give the contacts that are in each segment; nobody is in one that does not exist."""
    members: dict[str, set[int]] = {}
    for name in names:
        members[name] = set()
        segment = yield from stored_segments.named(account_id, name)
        if segment is None or not contact_ids:
            continue
        try:
            condition = yield from stored_segments.condition(account_id, segment.expression, now_ms)
        except SegmentError:
            # It was checked when it was written, by rules that were others perhaps.
            continue
        members[name] = yield from contacts.matching(account_id, condition, contact_ids)
    return members


class _AnyCase(dict[str, Any]):
    """Values by names in small letters, found by names in any case, as properties are."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def _data(person: Person, catalogue: Catalogue) -> Mapping[str, Any]:
    """Give a contact's values by name; datetimes as RFC 3339, which templates read and people too."""
    return _AnyCase(
        (name, shown(Datatype.DATETIME, value) if catalogue.datatype_of(name) is Datatype.DATETIME else value)
        for name, value in catalogue.named(person.properties).items()
    )

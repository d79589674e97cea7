"""Recipient profiles: loaded before mail is composed, because composing runs in threads without the store."""

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
"""Letters whose recipient profiles are cached: twice as many as a worker holds."""
_NOT_READ: Final = RecipientProfile(now_ms=0)

log = structlog.get_logger(__name__)


class Recipients:
    """Recipient profiles of letters. Load only letters whose send options set ``asks_contact``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: OrderedDict[int, RecipientProfile] = OrderedDict()

    async def load(self, letters: Sequence[Letter]) -> None:
        """Load the current recipient profiles of letters."""
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
        """Return the profile that `load` cached; None when it was not loaded for this letter. Thread-safe.

        Raises `UnavailableError` when loading failed. The letter is tried again later, because a mail with
        wrong content cannot be recalled.
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
            # A failing segment of one account must not delay the mail of other accounts.
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
    """Return the contacts in each segment; a segment that does not exist has none."""
    members: dict[str, set[int]] = {}
    for name in names:
        members[name] = set()
        segment = yield from stored_segments.named(account_id, name)
        if segment is None or not contact_ids:
            continue
        try:
            condition = yield from stored_segments.condition(account_id, segment.expression, now_ms)
        except SegmentError:
            # It was valid when written, perhaps under earlier rules.
            continue
        members[name] = yield from contacts.matching(account_id, condition, contact_ids)
    return members


class _AnyCase(dict[str, Any]):
    """Values keyed by lower-case name and found by name in any case, as properties are."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def _data(person: Person, catalogue: Catalogue) -> Mapping[str, Any]:
    """Return a contact's values by name; datetimes as RFC 3339, which both templates and people can read."""
    return _AnyCase(
        (name, shown(Datatype.DATETIME, value) if catalogue.datatype_of(name) is Datatype.DATETIME else value)
        for name, value in catalogue.named(person.properties).items()
    )

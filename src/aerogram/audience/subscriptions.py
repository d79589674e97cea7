"""Who is on which list: one action applied to many contacts in a few statements.

Counters move in the transactions of the links they count. Whoever changes links locks first the rows of
the contacts it changes, by rising address, then those of the lists, by rising id, so that two writers
wait for each other and never in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aerogram.audience.actions import Action, Place, place_after
from aerogram.audience.property_values import merged_values
from aerogram.base.errors import NotFoundError
from aerogram.store.records.contacts import batches, memberships

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aerogram.base.ids import IdGenerator
    from aerogram.store.records.contacts.batches import KnownContact
    from aerogram.store.sql import Unit


class Entry(NamedTuple):
    """What is said of one contact. What is None or not named stays as it is.

    ``email`` is as `aerogram.wire.address.suppression_key` writes it. ``properties`` are what
    `aerogram.audience.properties.Catalogue.typed` gives: values by the property's id as text, None to
    take one away.
    """

    email: str
    name: str | None = None
    properties: Mapping[str, Any] | None = None
    is_excluded: bool | None = None


class ListAction(NamedTuple):
    """One action on one list."""

    list_id: int
    action: Action


class UnknownListsError(NotFoundError):
    """Lists that do not exist for the account, or are deleted; ``list_ids`` are their ids."""

    def __init__(self, list_ids: Sequence[int]) -> None:
        super().__init__(f"List ID {', '.join(map(str, list_ids))} is invalid or deleted")
        self.list_ids = tuple(list_ids)


def apply(
    account_id: int,
    entries: Sequence[Entry],
    actions: Sequence[ListAction],
    *,
    ids: IdGenerator,
    now_ms: int,
) -> Unit[list[int]]:
    """Make or change contacts, then apply each action to all of them; gives their ids in the entries' order.

    One call is made for batches of up to about 5,000 entries: it reads the contacts that exist, writes
    those that are new or differ, and does the same with the links of each list. Entries of the same address
    are one, the later value wins. Contacts are made whatever the action is. Raises `UnknownListsError`.
    """
    asked = _joined(entries)
    contacts, fresh = yield from _contacts(account_id, asked, ids=ids, now_ms=now_ms, is_active=bool(actions))
    if actions:
        yield from _hold_lists(account_id, [list_id for list_id, _ in actions])
        fresh_ids = {contacts[email] for email in fresh}
        for list_id, action in actions:
            wanted = dict.fromkeys(contacts.values(), action)
            yield from _act(account_id, list_id, wanted, ids=ids, now_ms=now_ms, already_active=fresh_ids)
    return [contacts[entry.email] for entry in entries]


def subscribe(
    account_id: int,
    list_id: int,
    wanted: Mapping[int, Action],
    *,
    ids: IdGenerator,
    now_ms: int,
) -> Unit[None]:
    """Apply to each contact, by id, its own action on one list. Raises `UnknownListsError`.

    Contacts that the account has not are left out. Copying a list needs this: what becomes of a contact
    depends on its place on the other one.
    """
    held = yield from batches.hold(account_id, list(wanted))
    yield from _hold_lists(account_id, [list_id])
    own = {contact_id: action for contact_id, action in wanted.items() if contact_id in held}
    yield from _act(account_id, list_id, own, ids=ids, now_ms=now_ms)


def act_on_lists(
    account_id: int, contact_id: int, actions: Sequence[ListAction], *, ids: IdGenerator, now_ms: int
) -> Unit[None]:
    """Apply actions on several lists to one contact: all of them, or none and `UnknownListsError`.

    Raises `NotFoundError` when the account has no such contact, or it was erased.
    """
    if not (yield from batches.hold(account_id, [contact_id])):
        raise NotFoundError("There is no such contact.")
    yield from _hold_lists(account_id, [list_id for list_id, _ in actions])
    for list_id, action in actions:
        yield from _act(account_id, list_id, {contact_id: action}, ids=ids, now_ms=now_ms)


def detach(account_id: int, contact_id: int) -> Unit[None]:
    """Take a contact from all lists, deleted ones too."""
    lists = yield from memberships.lists_of(account_id, contact_id)
    yield from memberships.lock_lists(account_id, sorted(lists))
    for list_id in lists:
        yield from remove_link(account_id, list_id, contact_id)


def remove_link(account_id: int, list_id: int, contact_id: int) -> Unit[None]:
    """Take a contact from a list that is locked, be it deleted or not."""
    states = yield from memberships.states(list_id, [contact_id])
    yield from memberships.remove(list_id, [contact_id])
    yield from memberships.count(account_id, list_id, -sum(state.is_counted for state in states.values()))


def _joined(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Join the entries of each address, by rising address."""
    joined: dict[str, Entry] = {}
    for entry in entries:
        before = joined.get(entry.email)
        joined[entry.email] = entry if before is None else _later(before, entry)
    return dict(sorted(joined.items()))


def _later(before: Entry, entry: Entry) -> Entry:
    properties = before.properties
    if entry.properties is not None:
        properties = {**(properties or {}), **entry.properties}
    return Entry(
        entry.email,
        before.name if entry.name is None else entry.name,
        properties,
        before.is_excluded if entry.is_excluded is None else entry.is_excluded,
    )


def _contacts(
    account_id: int, asked: Mapping[str, Entry], *, ids: IdGenerator, now_ms: int, is_active: bool
) -> Unit[tuple[dict[str, int], Collection[str]]]:
    """Make and change contacts; give their ids by address, and the addresses that are new."""
    known = yield from batches.lock(account_id, list(asked))
    fresh: list[str] = []
    active_ms = now_ms if is_active else 0
    # Once, unless somebody has one of them before us and gives it up again, by another address or by erasure.
    while missing := [email for email in asked if email not in known]:
        rows = [
            _new_row(account_id, contact_id, asked[email], now_ms, active_ms)
            for contact_id, email in zip(ids.next_ids(len(missing)), missing, strict=True)
        ]
        yield from batches.add(rows)
        # Whoever made one of them meanwhile was first: it is changed below like every known contact.
        known.update((yield from batches.lock(account_id, missing)))
        fresh += missing
    changes = [change for entry in asked.values() if (change := _change(known[entry.email], entry, now_ms))]
    if changes:
        yield from batches.change(changes)
    return {email: known[email].id for email in asked}, fresh


def _new_row(account_id: int, contact_id: int, entry: Entry, now_ms: int, active_ms: int) -> tuple[Any, ...]:
    return (
        contact_id,
        account_id,
        entry.email,
        entry.name or "",
        now_ms,
        int(entry.is_excluded or False),
        now_ms if entry.is_excluded else 0,
        active_ms,
        merged_values("", entry.properties) if entry.properties else "",
    )


def _change(known: KnownContact, entry: Entry, now_ms: int) -> batches.ContactChange | None:
    """Give what an entry changes of a contact; None when nothing."""
    name = known.name if entry.name is None else entry.name
    properties = merged_values(known.properties, entry.properties) if entry.properties else known.properties
    is_excluded = known.is_excluded if entry.is_excluded is None else int(entry.is_excluded)
    if (name, properties, is_excluded) == (known.name, known.properties, known.is_excluded):
        return None
    excluded_ms = known.excluded_ms if is_excluded <= known.is_excluded else now_ms
    return batches.ContactChange(name, properties, is_excluded, excluded_ms, now_ms, known.id)


def _hold_lists(account_id: int, list_ids: Iterable[int]) -> Unit[None]:
    """Lock lists that links will change on. Raises `UnknownListsError`."""
    asked = sorted(set(list_ids))
    live = yield from memberships.lock_lists(account_id, asked)
    unknown = [list_id for list_id in asked if not live.get(list_id)]
    if unknown:
        raise UnknownListsError(unknown)


class _Moves(msgspec.Struct):
    """What becomes of the links of a list, by contacts."""

    subscribed: list[int] = []
    unsubscribed: list[int] = []
    new_subscribed: list[int] = []
    new_unsubscribed: list[int] = []
    removed: list[int] = []
    counted: int = 0
    """How many more contacts the list counts afterwards."""


def _moves(wanted: Mapping[int, Action], states: Mapping[int, memberships.State]) -> _Moves:
    moves = _Moves()
    for contact_id, action in wanted.items():
        state = states.get(contact_id)
        before = Place.ABSENT if state is None else _PLACES[state.is_unsubscribed]
        after = place_after(action, before)
        if after is before:
            continue
        if state is None:
            (moves.new_subscribed if after is Place.SUBSCRIBED else moves.new_unsubscribed).append(contact_id)
            moves.counted += after is Place.SUBSCRIBED
            continue
        target = {
            Place.SUBSCRIBED: moves.subscribed,
            Place.UNSUBSCRIBED: moves.unsubscribed,
            Place.ABSENT: moves.removed,
        }
        target[after].append(contact_id)
        moves.counted += (after is Place.SUBSCRIBED and state.is_active) - state.is_counted
    return moves


_PLACES = (Place.SUBSCRIBED, Place.UNSUBSCRIBED)


def _act(
    account_id: int,
    list_id: int,
    wanted: Mapping[int, Action],
    *,
    ids: IdGenerator,
    now_ms: int,
    already_active: Collection[int] = (),
) -> Unit[None]:
    """Do it, on a list that is locked; ``already_active`` are contacts whose activity is of now anyway."""
    states = yield from memberships.states(list_id, list(wanted))
    moves = _moves(wanted, states)
    new = [(contact_id, 0) for contact_id in moves.new_subscribed]
    new += [(contact_id, 1) for contact_id in moves.new_unsubscribed]
    if new:
        rows = [
            (link_id, account_id, list_id, contact_id, out, 0 if out else now_ms, now_ms if out else 0)
            for link_id, (contact_id, out) in zip(ids.next_ids(len(new)), new, strict=True)
        ]
        yield from memberships.add(rows)
    if moves.subscribed:
        yield from memberships.resubscribe(list_id, moves.subscribed, now_ms)
    if moves.unsubscribed:
        yield from memberships.unsubscribe(list_id, moves.unsubscribed, now_ms)
    if moves.removed:
        yield from memberships.remove(list_id, moves.removed)
    if moves.counted:
        yield from memberships.count(account_id, list_id, moves.counted)
    gone = moves.unsubscribed + moves.new_unsubscribed
    if gone:
        yield from batches.unsubscribed(account_id, sorted(gone), now_ms)
    stirred = {*moves.subscribed, *moves.new_subscribed, *moves.removed}.difference(already_active)
    if stirred:
        yield from batches.touch(account_id, sorted(stirred), now_ms)

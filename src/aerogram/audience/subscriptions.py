"""Apply an action to the list memberships of many contacts in a few statements.

Counters change in the transactions of the memberships they count. Every writer locks first the rows of the
contacts, by ascending address, then those of the lists, by ascending id, so that writers cannot deadlock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aerogram.audience.actions import ListStatus, SubscriptionAction, status_after
from aerogram.audience.property_values import merged_values
from aerogram.base.errors import NotFoundError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import batches, memberships

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from aerogram.base.ids import IdGenerator
    from aerogram.store.records.contacts.batches import KnownContact
    from aerogram.store.sql import Unit


class Entry(NamedTuple):
    """The requested state of one contact. None, or a property that is absent, leaves the value unchanged.

    ``email`` is normalised by `aerogram.wire.address.suppression_key`. ``properties`` are the ``values`` of
    `aerogram.audience.properties.Catalogue.typed`: keyed by property id as text, None to remove one.
    """

    email: str
    name: str | None = None
    properties: Mapping[str, Any] | None = None
    is_excluded: bool | None = None


class ListAction(NamedTuple):
    """One action on one list."""

    list_id: int
    action: SubscriptionAction


class UnknownListsError(NotFoundError):
    """Some lists do not exist for the account or are deleted; ``list_ids`` has their ids."""

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
    is_sandboxed: bool = False,
) -> Unit[list[int]]:
    """Create or change contacts, then apply each action to all of them; return their ids in entry order.

    Batches may have up to about 5,000 entries. The unit reads the existing contacts, writes those that are
    new or differ, and does the same for the memberships of each list. Entries of the same address are merged;
    later values win. Contacts are created whatever the actions are. ``is_sandboxed`` is that of the caller, here
    and below. Raises `UnknownListsError` or `ForbiddenError`.
    """
    by_email = _joined(entries)
    contacts, fresh = yield from _contacts(
        account_id, by_email, ids=ids, now_ms=now_ms, is_active=bool(actions)
    )
    yield from sandbox.mark(account_id, [contacts[email] for email in fresh], is_sandboxed=is_sandboxed)
    yield from sandbox.touch(account_id, list(contacts.values()), is_sandboxed=is_sandboxed)
    if not is_sandboxed:
        # A property with values of live contacts is live.
        yield from sandbox.leave(
            account_id, {int(each) for entry in entries for each in entry.properties or ()}
        )
    if actions:
        yield from _hold_lists(account_id, [list_id for list_id, _ in actions], is_sandboxed=is_sandboxed)
        fresh_ids = {contacts[email] for email in fresh}
        for list_id, action in actions:
            wanted = dict.fromkeys(contacts.values(), action)
            yield from _act(account_id, list_id, wanted, ids=ids, now_ms=now_ms, already_active=fresh_ids)
    return [contacts[entry.email] for entry in entries]


def subscribe(
    account_id: int,
    list_id: int,
    wanted: Mapping[int, SubscriptionAction],
    *,
    ids: IdGenerator,
    now_ms: int,
    is_sandboxed: bool = False,
) -> Unit[None]:
    """Apply to each contact, by id, its own action on one list. Raises `UnknownListsError` or `ForbiddenError`.

    Ids that are no contacts of the account are skipped. Copying a list needs one action per contact, because
    it depends on the contact's status on the source list.
    """
    held = yield from batches.hold(account_id, list(wanted))
    yield from sandbox.touch(account_id, held, is_sandboxed=is_sandboxed)
    yield from _hold_lists(account_id, [list_id], is_sandboxed=is_sandboxed)
    own = {contact_id: action for contact_id, action in wanted.items() if contact_id in held}
    yield from _act(account_id, list_id, own, ids=ids, now_ms=now_ms)


def act_on_lists(
    account_id: int,
    contact_id: int,
    actions: Sequence[ListAction],
    *,
    ids: IdGenerator,
    now_ms: int,
    is_sandboxed: bool = False,
) -> Unit[None]:
    """Apply actions on several lists to one contact: all or none.

    Raises `UnknownListsError`, `ForbiddenError`, or `NotFoundError` when the account has no such contact or erased it.
    """
    if not (yield from batches.hold(account_id, [contact_id])):
        raise NotFoundError("There is no such contact.")
    yield from sandbox.touch(account_id, [contact_id], is_sandboxed=is_sandboxed)
    yield from _hold_lists(account_id, [list_id for list_id, _ in actions], is_sandboxed=is_sandboxed)
    for list_id, action in actions:
        yield from _act(account_id, list_id, {contact_id: action}, ids=ids, now_ms=now_ms)


def detach(account_id: int, contact_id: int) -> Unit[None]:
    """Remove a contact from all lists, including deleted ones."""
    lists = yield from memberships.lists_of(account_id, contact_id)
    yield from memberships.lock_lists(account_id, sorted(lists))
    for list_id in lists:
        yield from remove_membership(account_id, list_id, contact_id)


def remove_membership(account_id: int, list_id: int, contact_id: int) -> Unit[None]:
    """Remove a contact from a list. The caller holds the list's lock; the list may be deleted."""
    states = yield from memberships.states(list_id, [contact_id])
    yield from memberships.remove(list_id, [contact_id])
    yield from memberships.count(account_id, list_id, -sum(state.is_counted for state in states.values()))


def _joined(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Merge the entries of each address and sort them by address."""
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
    account_id: int, by_email: Mapping[str, Entry], *, ids: IdGenerator, now_ms: int, is_active: bool
) -> Unit[tuple[dict[str, int], Collection[str]]]:
    """Create and change contacts; return their ids by address, and the new addresses."""
    known = yield from batches.lock(account_id, list(by_email))
    fresh: list[str] = []
    active_ms = now_ms if is_active else 0
    # One pass, unless another writer creates one of them first and then renames or erases it.
    while missing := [email for email in by_email if email not in known]:
        made = dict(zip(missing, ids.next_ids(len(missing)), strict=True))
        rows = [
            _new_row(account_id, contact_id, by_email[email], now_ms, active_ms)
            for email, contact_id in made.items()
        ]
        yield from batches.add(rows)
        # A contact that another writer created meanwhile is changed below like every known contact.
        known.update((yield from batches.lock(account_id, missing)))
        fresh += [email for email in missing if email in known and known[email].id == made[email]]
    changes = [
        change for entry in by_email.values() if (change := _change(known[entry.email], entry, now_ms))
    ]
    if changes:
        yield from batches.change(changes)
    return {email: known[email].id for email in by_email}, fresh


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
    """Return the change that an entry makes to a contact; None for no change."""
    name = known.name if entry.name is None else entry.name
    properties = merged_values(known.properties, entry.properties) if entry.properties else known.properties
    is_excluded = known.is_excluded if entry.is_excluded is None else int(entry.is_excluded)
    if (name, properties, is_excluded) == (known.name, known.properties, known.is_excluded):
        return None
    excluded_ms = known.excluded_ms if is_excluded <= known.is_excluded else now_ms
    return batches.ContactChange(name, properties, is_excluded, excluded_ms, now_ms, known.id)


def _hold_lists(account_id: int, list_ids: Iterable[int], *, is_sandboxed: bool) -> Unit[None]:
    """Lock the lists whose memberships will change. Raises `UnknownListsError` or `ForbiddenError`."""
    ordered_ids = sorted(set(list_ids))
    live = yield from memberships.lock_lists(account_id, ordered_ids)
    unknown = [list_id for list_id in ordered_ids if not live.get(list_id)]
    if unknown:
        raise UnknownListsError(unknown)
    yield from sandbox.touch(account_id, ordered_ids, is_sandboxed=is_sandboxed)


class _Moves(msgspec.Struct):
    """The changes to the memberships of a list, as ids of contacts."""

    subscribed: list[int] = []
    unsubscribed: list[int] = []
    new_subscribed: list[int] = []
    new_unsubscribed: list[int] = []
    removed: list[int] = []
    counted: int = 0
    """The change to the list's subscriber count."""


def _moves(wanted: Mapping[int, SubscriptionAction], states: Mapping[int, memberships.State]) -> _Moves:
    moves = _Moves()
    for contact_id, action in wanted.items():
        state = states.get(contact_id)
        before = ListStatus.ABSENT if state is None else _STATUSES[state.is_unsubscribed]
        after = status_after(action, before)
        if after is before:
            continue
        if state is None:
            (moves.new_subscribed if after is ListStatus.SUBSCRIBED else moves.new_unsubscribed).append(
                contact_id
            )
            moves.counted += after is ListStatus.SUBSCRIBED
            continue
        target = {
            ListStatus.SUBSCRIBED: moves.subscribed,
            ListStatus.UNSUBSCRIBED: moves.unsubscribed,
            ListStatus.ABSENT: moves.removed,
        }
        target[after].append(contact_id)
        moves.counted += (after is ListStatus.SUBSCRIBED and state.is_active) - state.is_counted
    return moves


_STATUSES = (ListStatus.SUBSCRIBED, ListStatus.UNSUBSCRIBED)


def _act(
    account_id: int,
    list_id: int,
    wanted: Mapping[int, SubscriptionAction],
    *,
    ids: IdGenerator,
    now_ms: int,
    already_active: Collection[int] = (),
) -> Unit[None]:
    """Apply the actions; the caller holds the list's lock.

    ``already_active`` are contacts whose last activity is set to now already.
    """
    states = yield from memberships.states(list_id, list(wanted))
    moves = _moves(wanted, states)
    new = [(contact_id, 0) for contact_id in moves.new_subscribed]
    new += [(contact_id, 1) for contact_id in moves.new_unsubscribed]
    if new:
        rows = [
            (membership_id, account_id, list_id, contact_id, out, 0 if out else now_ms, now_ms if out else 0)
            for membership_id, (contact_id, out) in zip(ids.next_ids(len(new)), new, strict=True)
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

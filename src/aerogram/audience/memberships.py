"""Memberships of contacts on lists: Mailjet's listrecipient, and actions on one contact and several lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.subscriptions import (
    Entry,
    ListAction,
    UnknownListsError,
    act_on_lists,
    apply,
    remove_membership,
)
from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import batches, contacts, lists, memberships
from aerogram.store.records.contacts import list_recipients as records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A contact on a list. Times are milliseconds, 0 when unset."""

    id: int
    account_id: int
    list_id: int
    contact_id: int
    is_unsubscribed: bool = False
    is_active: bool = True
    subscribed_ms: int = 0
    unsubscribed_ms: int = 0
    list_name: str = ""


class AlreadyOnListError(RefusedError):
    """The contact is on the list already."""


class Memberships:
    """The memberships of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Membership], int]:
        """Return a page of memberships, including those of deleted lists, and the total number of matches.

        Raises `TooSlowError`.
        """
        is_search = records.KEYS.isdisjoint(wanted.conditions)
        ask = self._database.scan if is_search else self._database.read
        return await ask(lambda: _page(actor.account_id, wanted))

    async def of_contact(self, actor: Actor, contact_id: int) -> list[Membership]:
        """Return all memberships of a contact, including those of deleted lists."""
        rows = await self._database.read(lambda: records.of_contact(actor.account_id, contact_id))
        return [_membership(row) for row in rows]

    async def create(
        self,
        actor: Actor,
        contact_id: int,
        list_id: int,
        *,
        is_unsubscribed: bool = False,
        is_active: bool = True,
    ) -> Membership:
        """Add a contact to a list. Raises `NotFoundError`, `UnknownListsError` or `AlreadyOnListError`."""
        now = self._clock.now_ms()
        action = ListAction(
            list_id, SubscriptionAction.UNSUB if is_unsubscribed else SubscriptionAction.ADD_FORCE
        )

        def unit() -> Unit[Membership]:
            yield from batches.hold(actor.account_id, [contact_id])
            live = yield from memberships.lock_lists(actor.account_id, [list_id])
            if not live.get(list_id):
                raise UnknownListsError([list_id])
            if (yield from records.of_pair(actor.account_id, list_id, contact_id)):
                raise AlreadyOnListError("The contact is on the list already.")
            yield from act_on_lists(
                actor.account_id,
                contact_id,
                [action],
                ids=self._ids,
                now_ms=now,
                is_sandboxed=actor.is_sandboxed,
            )
            row = yield from records.of_pair(actor.account_id, list_id, contact_id)
            if row is not None and not is_active:
                row = yield from _change(actor, row["id"], {"is_active": 0}, now)
            return (yield from _named(actor.account_id, row or {}))

        return await self._database.write(unit)

    async def change(self, actor: Actor, membership_id: int, values: Mapping[str, Any]) -> Membership:
        """Change ``is_unsubscribed`` or ``is_active``. Raises `NotFoundError`."""
        now = self._clock.now_ms()
        columns = {name: int(value) for name, value in values.items()}

        def unit() -> Unit[Membership]:
            row = yield from _change(actor, membership_id, columns, now)
            return (yield from _named(actor.account_id, row))

        return await self._database.write(unit)

    async def remove(self, actor: Actor, membership_id: int) -> None:
        """Remove a contact from a list. Raises `NotFoundError`."""

        def unit() -> Unit[None]:
            row = yield from _held(actor, membership_id)
            yield from remove_membership(actor.account_id, row["list_id"], row["contact_id"])

        await self._database.write(unit)

    async def act(self, actor: Actor, contact_id: int, actions: Sequence[ListAction]) -> None:
        """Apply all actions to one contact, or none. Raises `UnknownListsError` or `NotFoundError`."""
        now = self._clock.now_ms()
        await self._database.write(
            lambda: act_on_lists(
                actor.account_id,
                contact_id,
                actions,
                ids=self._ids,
                now_ms=now,
                is_sandboxed=actor.is_sandboxed,
            )
        )

    async def manage(self, actor: Actor, entry: Entry, action: ListAction) -> int:
        """Create or change a contact, apply an action and return its id. Raises `UnknownListsError`."""
        now = self._clock.now_ms()
        [contact_id] = await self._database.write(
            lambda: apply(
                actor.account_id,
                [entry],
                [action],
                ids=self._ids,
                now_ms=now,
                is_sandboxed=actor.is_sandboxed,
            )
        )
        return contact_id


def _page(account_id: int, wanted: PageRequest) -> Unit[tuple[list[Membership], int]]:
    rows, total = yield from records.LISTING.page(account_id, wanted)
    if not rows:
        return [], total
    names = yield from lists.names(account_id, sorted({row["list_id"] for row in rows}))
    return [_membership(row, names.get(row["list_id"], "")) for row in rows], total


def _held(actor: Actor, membership_id: int) -> Unit[dict[str, Any]]:
    """Lock the contact and the list of a membership and return its row. Raises `NotFoundError` or `ForbiddenError`."""
    account_id = actor.account_id
    row = yield from records.find(account_id, membership_id)
    if row is not None:
        yield from batches.hold(account_id, [row["contact_id"]])
        yield from memberships.lock_lists(account_id, [row["list_id"]])
        # It may have changed or disappeared while this waited for the locks.
        row = yield from records.find(account_id, membership_id)
    if row is None:
        raise NotFoundError("There is no such membership.")
    touched = [row["contact_id"], row["list_id"]]
    yield from sandbox.touch(account_id, touched, is_sandboxed=actor.is_sandboxed)
    return row


def _change(
    actor: Actor, membership_id: int, columns: Mapping[str, int], now_ms: int
) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    row = yield from _held(actor, membership_id)
    changed = {**row, **columns}
    if changed["is_unsubscribed"] != row["is_unsubscribed"]:
        if changed["is_unsubscribed"]:
            changed["unsubscribed_ms"] = now_ms
        else:
            changed |= {"subscribed_ms": now_ms, "unsubscribed_ms": 0}
        noted: dict[str, Any] = {"last_activity_ms": now_ms}
        if changed["is_unsubscribed"]:
            noted |= {"unsubscribed_ms": now_ms, "unsubscribed_by": ""}
        yield from contacts.change(account_id, row["contact_id"], noted)
    yield from records.put(changed)
    before, after = (memberships.State(each["is_unsubscribed"], each["is_active"]) for each in (row, changed))
    yield from memberships.count(account_id, row["list_id"], after.is_counted - before.is_counted)
    return changed


def _named(account_id: int, row: Mapping[str, Any]) -> Unit[Membership]:
    names = yield from lists.names(account_id, [row["list_id"]])
    return _membership(row, names[row["list_id"]])


def _membership(row: Mapping[str, Any], list_name: str = "") -> Membership:
    flags = {name: bool(row[name]) for name in ("is_unsubscribed", "is_active")}
    return Membership(**{**row, **flags, "list_name": list_name})

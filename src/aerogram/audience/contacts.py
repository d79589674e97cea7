"""Create, change and list contacts one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.audience.property_values import merged_values
from aerogram.base.errors import NotFoundError, RefusedError, TakenError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import contacts as records
from aerogram.wire.address import is_email, suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a mailbox. Times are milliseconds, 0 when unset.

    ``properties`` is the packed form that `aerogram.audience.properties.Catalogue.shown` reads.
    """

    id: int
    account_id: int
    email: str
    name: str = ""
    created_ms: int
    updated_ms: int = 0
    is_excluded: bool = False
    excluded_ms: int = 0
    is_optin_pending: bool = False
    is_spam_complaining: bool = False
    unsubscribed_ms: int = 0
    unsubscribed_by: str = ""
    last_activity_ms: int = 0
    delivered_count: int = 0
    is_anonymized: bool = False
    properties: str = ""


class BadAddressError(RefusedError):
    """The text is not a valid email address."""


def address_of(text: str) -> str:
    """Normalise an address to the form stored for contacts, in lower case. Raises `BadAddressError`."""
    email = text.strip()
    if not is_email(email):
        raise BadAddressError(f'Invalid email address "{email[:320]}", reason: "{_reason(email)}"')
    return suppression_key(email)


class Contacts:
    """The contacts of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Contact], int]:
        """Return a page of contacts and the total number of matches. Raises `TooSlowError`."""
        is_search = records.KEYS.isdisjoint(wanted.conditions)
        ask = self._database.scan if is_search else self._database.read
        rows, total = await ask(lambda: records.LISTING.page(actor.account_id, wanted))
        return [_contact(row) for row in rows], total

    async def create(self, actor: Actor, email: str, *, name: str = "", is_excluded: bool = False) -> Contact:
        """Create a contact. Raises `BadAddressError` or `TakenError`."""
        now = self._clock.now_ms()
        made = Contact(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            email=address_of(email),
            name=name,
            created_ms=now,
            is_excluded=is_excluded,
            excluded_ms=now if is_excluded else 0,
        )

        def unit() -> Unit[None]:
            if not (yield from records.add(_row(made))):
                raise _taken(made.email)
            yield from sandbox.mark(actor.account_id, [made.id], is_sandboxed=actor.is_sandboxed)

        await self._database.write(unit)
        return made

    async def change(self, actor: Actor, contact_id: int, values: Mapping[str, Any]) -> Contact:
        """Change a contact's ``email``, ``name`` or ``is_excluded`` (excluded from campaigns).

        Raises `NotFoundError`, `BadAddressError` or `TakenError`.
        """
        changes = dict(values)
        if "email" in changes:
            changes["email"] = address_of(changes["email"])
        now = self._clock.now_ms()
        return _contact(await self._database.write(lambda: _change(actor, contact_id, changes, now)))

    async def change_values(self, actor: Actor, contact_id: int, patch: Mapping[str, Any]) -> Contact:
        """Merge values into a contact's properties; None removes one. Raises `NotFoundError`.

        ``patch`` is the ``values`` of `aerogram.audience.properties.Catalogue.typed`.
        """
        now = self._clock.now_ms()
        return _contact(await self._database.write(lambda: _change_values(actor, contact_id, patch, now)))

    async def clear_values(self, actor: Actor, contact_id: int) -> None:
        """Remove all property values of a contact. Raises `NotFoundError`."""
        now = self._clock.now_ms()
        cleared = {"properties": ""}
        await self._database.write(lambda: _change(actor, contact_id, cleared, now))


def _held(actor: Actor, contact_id: int) -> Unit[dict[str, Any]]:
    """Lock a contact's row and return it. Raises `NotFoundError`, also for erased contacts, or `ForbiddenError`."""
    row = yield from records.hold(actor.account_id, contact_id)
    if row is None or row["is_anonymized"]:
        raise NotFoundError("There is no such contact.")
    yield from sandbox.touch(actor.account_id, [contact_id], is_sandboxed=actor.is_sandboxed)
    return row


def _change(actor: Actor, contact_id: int, changes: Mapping[str, Any], now_ms: int) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    row = yield from _held(actor, contact_id)
    columns: dict[str, Any] = {name: _stored(value) for name, value in changes.items()}
    columns = {name: value for name, value in columns.items() if row[name] != value}
    if not columns:
        return row
    if "email" in columns and (yield from records.by_email(account_id, columns["email"])):
        raise _taken(columns["email"])
    if columns.get("is_excluded"):
        columns["excluded_ms"] = now_ms
    columns["updated_ms"] = now_ms
    yield from records.change(account_id, contact_id, columns)
    return {**row, **columns}


def _change_values(
    actor: Actor, contact_id: int, patch: Mapping[str, Any], now_ms: int
) -> Unit[dict[str, Any]]:
    row = yield from _held(actor, contact_id)
    if not actor.is_sandboxed:
        # A property with values of live contacts is live.
        yield from sandbox.leave(actor.account_id, [int(each) for each in patch])
    changes = {"properties": merged_values(row["properties"], patch)}
    return (yield from _change(actor, contact_id, changes, now_ms))


def _contact(row: Mapping[str, Any]) -> Contact:
    flags = ("is_excluded", "is_optin_pending", "is_spam_complaining", "is_anonymized")
    return Contact(**{**row, **{name: bool(row[name]) for name in flags}})


def _row(own: Contact) -> dict[str, Any]:
    return {name: _stored(value) for name, value in msgspec.structs.asdict(own).items()}


def _stored(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _reason(email: str) -> str:
    """Return why an address is invalid, in Mailjet's words where known (compatibility: contacts#contact)."""
    return "No @ character in mail" if "@" not in email else "Not an address that mail can be sent to"


def _taken(email: str) -> TakenError:
    return TakenError("contact", email, f"The account has a contact {email} already.")

"""Contact properties: their definitions, and the values read and shown by them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.property_values import (
    MAX_NAME,
    Datatype,
    WrongTypeError,
    shown,
    stored_values,
    typed,
)
from aerogram.base.errors import NotFoundError, RefusedError, TakenError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import properties as records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aerogram.audience.property_values import Value
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

STATIC: Final = "static"
"""The namespace of properties with one value per contact."""
HISTORIC: Final = "historic"
"""The namespace of properties that keep every value with its time."""
NOT_DEFINED: Final = "Property not defined"
WRONG_TYPE: Final = "Property type does not match definition"
"""Mailjet's words for an invalid value (compatibility: contacts#one-contact-and-one-list)."""


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """A definition. ``name`` is in lower case."""

    id: int
    account_id: int
    name: str
    namespace: str = STATIC
    datatype: Datatype = Datatype.STR
    created_ms: int


class Typing(msgspec.Struct, frozen=True):
    """Values typed by their definitions, keyed by the property's id as text, and the errors of the others.

    ``errors`` pairs names as given with `NOT_DEFINED` or `WRONG_TYPE`.
    """

    values: dict[str, Value | None]
    errors: list[tuple[str, str]]


class Catalogue:
    """The definitions of one namespace of an account; reads and shows values without IO.

    An import builds one and types every row with it.
    """

    def __init__(self, properties: Iterable[Property]) -> None:
        self._by_name = {each.name: (str(each.id), each.datatype) for each in properties}
        self._by_id = {number: (name, datatype) for name, (number, datatype) in self._by_name.items()}

    def typed(self, given: Mapping[str, Any]) -> Typing:
        """Type values by property name in any case. The value None removes the property."""
        values: dict[str, Value | None] = {}
        errors: list[tuple[str, str]] = []
        for name, value in given.items():
            found = self._by_name.get(name) or self._by_name.get(name.lower())
            if found is None:
                errors.append((name, NOT_DEFINED))
                continue
            number, datatype = found
            try:
                values[number] = typed(datatype, value)
            except WrongTypeError:
                errors.append((name, WRONG_TYPE))
        return Typing(values, errors)

    def shown(self, packed: str) -> list[tuple[str, str]]:
        """Return the packed values of a contact as names and texts, sorted by name."""
        found = ((self._by_id.get(number), value) for number, value in stored_values(packed).items())
        return sorted((own[0], shown(own[1], value)) for own, value in found if own is not None)

    def named(self, packed: str) -> dict[str, Value]:
        """Return the packed values of a contact by name, as stored."""
        found = ((self._by_id.get(number), value) for number, value in stored_values(packed).items())
        return {own[0]: value for own, value in found if own is not None}

    @property
    def definitions(self) -> list[tuple[str, str, Datatype]]:
        """The id as text, name and datatype of each property, sorted by name."""
        return sorted(
            ((number, name, datatype) for name, (number, datatype) in self._by_name.items()),
            key=operator.itemgetter(1),
        )

    def id_of(self, name: str) -> int | None:
        """Return the id of the property with this name; None without one."""
        found = self._by_name.get(name.lower())
        return int(found[0]) if found else None

    def datatype_of(self, name: str) -> Datatype | None:
        """Return the datatype of the property with this name; None without one."""
        found = self._by_name.get(name.lower())
        return found[1] if found else None


def defined(account_id: int, namespace: str = STATIC) -> Unit[Catalogue]:
    """Read the definitions of a namespace of an account."""
    rows = yield from records.of_account(account_id, namespace)
    return Catalogue(property_of(row) for row in rows)


def define(properties: Sequence[Property]) -> Unit[None]:
    """Add the definitions that an import needs; existing ones keep their datatype."""
    for each in properties:
        yield from records.add(_row(each))


class Properties:
    """The definitions of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def catalogue(self, actor: Actor, namespace: str = STATIC) -> Catalogue:
        """Return the definitions of a namespace of an account."""
        return await self._database.read(lambda: defined(actor.account_id, namespace))

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Property], int]:
        """Return a page of definitions and the total number of matches."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [property_of(row) for row in rows], total

    async def create(
        self, actor: Actor, name: str, namespace: str = STATIC, datatype: Datatype = Datatype.STR
    ) -> Property:
        """Define a property. Raises `TakenError`, or `RefusedError` for an invalid name."""
        made = Property(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            name=checked_name(name),
            namespace=namespace,
            datatype=datatype,
            created_ms=self._clock.now_ms(),
        )

        def unit() -> Unit[None]:
            if not (yield from records.add(_row(made))):
                raise _taken(made.namespace, made.name)
            yield from sandbox.mark(actor.account_id, [made.id], is_sandboxed=actor.is_sandboxed)

        await self._database.write(unit)
        return made

    async def change(self, actor: Actor, property_id: int, values: Mapping[str, Any]) -> Property:
        """Change a property's name or datatype; contacts keep their values.

        Raises `TakenError`, `NotFoundError`, or `RefusedError` for an invalid name.
        """
        changes = dict(values)
        if "name" in changes:
            changes["name"] = checked_name(changes["name"])
        if "datatype" in changes:
            changes["datatype"] = Datatype(changes["datatype"]).value
        return property_of(await self._database.write(lambda: _change(actor, property_id, changes)))

    async def remove(self, actor: Actor, property_id: int) -> None:
        """Remove a definition; its values can no longer be read. Raises `NotFoundError`.

        Its history is deleted at once. Its value in a contact's row stays until the contact's values are
        cleared or the contact is erased, because rewriting a million rows would delay all mail.
        """

        def unit() -> Unit[bool]:
            yield from sandbox.touch(actor.account_id, [property_id], is_sandboxed=actor.is_sandboxed)
            yield from sandbox.leave(actor.account_id, [property_id])
            return (yield from records.remove(actor.account_id, property_id))

        if not await self._database.write(unit):
            raise _unknown()


def checked_name(name: str) -> str:
    """Return a property's name in its stored form. Raises `RefusedError` for an invalid name."""
    lowered = name.strip().lower()
    if not 0 < len(lowered) <= MAX_NAME or not lowered.isprintable():
        raise RefusedError(f"A property's name has 1 to {MAX_NAME} printable characters.")
    return lowered


def property_of(row: Mapping[str, Any]) -> Property:
    """Read a row of the store."""
    return Property(**{**row, "datatype": Datatype(row["datatype"])})


def _row(own: Property) -> dict[str, Any]:
    return msgspec.structs.asdict(own) | {"datatype": own.datatype.value}


def _change(actor: Actor, property_id: int, changes: Mapping[str, Any]) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    row = yield from records.find(account_id, property_id)
    if row is None:
        raise _unknown()
    yield from sandbox.touch(account_id, [property_id], is_sandboxed=actor.is_sandboxed)
    changed = {**row, **changes}
    if (yield from records.is_taken(changed)):
        raise _taken(changed["namespace"], changed["name"])
    yield from records.change(changed)
    return changed


def _taken(namespace: str, name: str) -> TakenError:
    sentence = f'The account has a property "{name}" of the namespace {namespace} already.'
    return TakenError("property", f"{namespace}|{name.lower()}", sentence)


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such property.")

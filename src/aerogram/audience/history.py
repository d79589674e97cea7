"""Values of historic properties: each has its time, and later values do not replace earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.properties import HISTORIC, Property, property_of
from aerogram.audience.property_values import WrongTypeError, shown, typed
from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import history as records
from aerogram.store.records.contacts import properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


class HistoricValue(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a contact's property at a point in time; ``data`` is the text that clients see."""

    id: int
    contact_id: int
    name: str
    at_ms: int
    data: str


class UndefinedError(RefusedError):
    """The account has no historic property of this name."""


class WrongValueError(RefusedError):
    """The value does not fit the property's datatype."""


class History:
    """The historic values of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[HistoricValue], int]:
        """Return a page of values and the total number of matches. Raises `TooSlowError`."""
        return await self._database.scan(lambda: _page(actor.account_id, wanted))

    async def add(
        self, actor: Actor, contact_id: int, name: str, data: str, at_ms: int | None = None
    ) -> HistoricValue:
        """Add a value to a contact's history, dated ``at_ms`` or else now.

        Raises `UndefinedError`, `WrongValueError` or `ForbiddenError`.
        """
        value_id = self._ids.next_id()
        at_ms = self._clock.now_ms() if at_ms is None else at_ms

        def unit() -> Unit[HistoricValue]:
            own = yield from _properties(actor.account_id)
            named = next((each for each in own.values() if each.name == name.lower()), None)
            if named is None:
                raise UndefinedError(f'The account has no historic property "{name}".')
            value = _typed(named, data)
            row = {
                "id": value_id,
                "account_id": actor.account_id,
                "contact_id": contact_id,
                "property_id": named.id,
                "at_ms": at_ms,
                "value": _encode(value).decode(),
            }
            yield from sandbox.touch(actor.account_id, [contact_id], is_sandboxed=actor.is_sandboxed)
            if not actor.is_sandboxed:
                yield from sandbox.leave(actor.account_id, [named.id])
            yield from records.add(row)
            return _value(row, own)

        return await self._database.write(unit)

    async def remove(self, actor: Actor, value_id: int) -> None:
        """Delete a value. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.remove(actor.account_id, value_id)):
            raise NotFoundError("There is no such value.")


def _page(account_id: int, wanted: PageRequest) -> Unit[tuple[list[HistoricValue], int]]:
    rows, total = yield from records.LISTING.page(account_id, wanted)
    own = yield from _properties(account_id)
    return [_value(row, own) for row in rows], total


def _properties(account_id: int) -> Unit[dict[int, Property]]:
    rows = yield from properties.of_account(account_id, HISTORIC)
    return {row["id"]: property_of(row) for row in rows}


def _typed(own: Property, data: str) -> Any:
    try:
        value = typed(own.datatype, data)
    except WrongTypeError:
        value = None
    if value is None:
        raise WrongValueError(f"The value must be of the type {own.datatype.value}")
    return value


def _value(row: Mapping[str, Any], own: Mapping[int, Property]) -> HistoricValue:
    named = own[row["property_id"]]
    return HistoricValue(
        id=row["id"],
        contact_id=row["contact_id"],
        name=named.name,
        at_ms=row["at_ms"],
        data=shown(named.datatype, _decode(row["value"])),
    )

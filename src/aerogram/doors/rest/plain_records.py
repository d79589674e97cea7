"""Resources that are only kept and given back: all there is of one is its declaration.

Where its rows lie, what they are found by and what they may name follows from its fields. A property that
was never given is the nothing of its kind: "", 0, false; a reference is left out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aerogram.doors.rest import faults
from aerogram.doors.rest.fields import Flag, Integer, Moment, Text
from aerogram.doors.rest.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.references import Reference
from aerogram.doors.rest.resource import ChangeableResource
from aerogram.store.records.plain_records import RecordKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.doors.rest.fields import Field
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit

_OF_RECORD: Final = frozenset({"id", "account_id", "created_ms", "updated_ms"})
"""What every record has besides its properties."""
_NOTHING: Final[Mapping[str, Any]] = {"string": "", "integer": 0, "number": 0, "boolean": False}


class PlainResource(ChangeableResource):
    """A resource of plain records."""

    unique: ClassVar[tuple[str, ...]] = ()
    """The properties that no two objects of an account share together. The last one unset, there is no key."""
    owns: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Kinds of record that go with an object, each with the source of the property that names it."""

    kept: ClassVar[tuple[Field, ...]] = ()
    """Properties that filters look at and no answer shows; `derived` or nobody sets them."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.unique_key = "|".join(cls.unique)

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        super().__init__(PlainRecords(type(self), database, ids, clock))

    @classmethod
    @cache
    def kind(cls) -> RecordKind:
        """Tell the store how objects are found. Its statements are made once in a process."""
        own = cls._own_fields()
        texts = {field.source for field in own if isinstance(field, Text)}
        numbers = {field.source for field in own if isinstance(field, Integer | Flag | Reference)}
        return RecordKind(cls.name, sorted(texts), sorted(numbers))

    @classmethod
    def unset(cls) -> dict[str, Any]:
        """Give what the properties of an object are while nobody has set them."""
        return {field.source: _unset(field) for field in cls._own_fields()}

    @classmethod
    def derived(cls, row: Row) -> Row:  # noqa: ARG003 - for subclasses
        """Give what follows from an object's properties and is kept with them."""
        return {}

    @classmethod
    def unique_value(cls, row: Row) -> str | None:
        """Give what is unique of an object, as it stands in a path; None when it has nothing of that sort."""
        sources = [cls.by_lower_name[name.lower()].source for name in cls.unique]
        if not sources or not row[sources[-1]]:
            return None
        return "|".join(str(row[source]) for source in sources)

    @classmethod
    def _own_fields(cls) -> list[Field]:
        fields = (*cls.fields, *cls.kept)
        return [field for field in fields if field.source and field.source not in _OF_RECORD]


def by_unique_key(text: str) -> Condition | None:
    """Read a key that is no ID: the values of the unique properties, with bars between them."""
    return None if "\0" in text else Condition("unique_key", text)


def by_owner_and_name(text: str) -> Condition | None:
    """Read ``OwnerType|Name``, as ``apikey|Letters``."""
    owner_type, bar, name = text.partition("|")
    return by_unique_key(f"{owner_type.lower()}|{name}") if bar else None


class PlainRecords:
    """The records of one resource as a collection."""

    def __init__(
        self, declared: type[PlainResource], database: Database, ids: IdGenerator, clock: Clock
    ) -> None:
        self._declared = declared
        self._kind = declared.kind()
        self._unset = declared.unset()
        self._owned = [(RecordKind(name), source) for name, source in declared.owns]
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give records."""
        conditions = combined(query.conditions)
        rows, total = await self._database.read(
            lambda: self._kind.page(actor.account_id, query.request(conditions))
        )
        return Page([self._unset | row for row in rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Make a record."""
        now = self._clock.now_ms()
        row = {
            **self._unset,
            **values,
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "created_ms": now,
            "updated_ms": now,
        }
        row |= self._declared.derived(row)
        if actor.is_sandboxed:
            # What it sends later, as a form's confirmation, is sandboxed then.
            row["is_sandboxed"] = True
        await self._database.write(lambda: self._adding(row))
        return row

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a record."""
        stamped = {**values, "updated_ms": self._clock.now_ms()}
        return await self._database.write(lambda: self._changing(actor.account_id, row["id"], stamped))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a record with what belongs to it."""
        await self._database.write(lambda: self._removing(actor.account_id, row["id"]))

    def _adding(self, row: Row) -> Unit[None]:
        if not (yield from self._kind.add(row, self._declared.unique_value(row))):
            raise self._taken(row)

    def _changing(self, account_id: int, record_id: int, values: Row) -> Unit[Row]:
        found = yield from self._kind.claim(account_id, record_id)
        if found is None:
            raise faults.not_found()
        row = {**self._unset, **found, **values}
        row |= self._declared.derived(row)
        unique_key = self._declared.unique_value(row)
        if unique_key is not None:
            holder = yield from self._kind.id_of(account_id, unique_key)
            if holder not in (None, record_id):
                raise self._taken(row)
        yield from self._kind.change(row, unique_key)
        return row

    def _removing(self, account_id: int, record_id: int) -> Unit[None]:
        for kind, source in self._owned:
            yield from kind.remove_owned(account_id, source, record_id)
        if not (yield from self._kind.remove(account_id, record_id)):
            raise faults.not_found()

    def _taken(self, row: Row) -> faults.RestError:
        declared = self._declared
        return faults.taken(declared.class_name, declared.unique_value(row) or "", declared.unique_key)


def _unset(field: Field) -> Any:
    if field.default is not None or isinstance(field, Reference | Moment):
        return field.default
    return _NOTHING.get(field.schema_type)

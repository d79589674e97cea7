"""Resources that are only kept and given back: all there is of one is its declaration.

Where its rows lie, what they are found by and what they may name follows from its fields. A property that
was never given is the nothing of its kind: "", 0, false; a reference is left out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aerogram.content.plain_records import PlainKind
from aerogram.doors.rest.fields.kinds import Flag, Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.content.plain_records import PlainRecords
    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.model.actor import Actor

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

    def __init__(self, records: PlainRecords) -> None:
        super().__init__(PlainRows(self.kind(), records))

    @classmethod
    @cache
    def kind(cls) -> PlainKind:
        """Say how objects are kept and found."""
        own = cls._own_fields()
        return PlainKind(
            name=cls.name,
            texts=tuple(sorted({field.source for field in own if isinstance(field, Text)})),
            numbers=tuple(
                sorted({field.source for field in own if isinstance(field, Integer | Flag | Reference)})
            ),
            unset={field.source: _unset(field) for field in own},
            unique=tuple(cls.by_lower_name[name.lower()].source for name in cls.unique),
            owns=cls.owns,
            derived=cls.derived,
        )

    @classmethod
    def derived(cls, row: Row) -> Row:  # noqa: ARG003 - for subclasses
        """Give what follows from an object's properties and is kept with them."""
        return {}

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


class PlainRows:
    """The records of one resource as a collection."""

    def __init__(self, kind: PlainKind, records: PlainRecords) -> None:
        self._kind = kind
        self._records = records

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give records."""
        request = query.request(combined(query.conditions))
        rows, total = await self._records.page(actor, self._kind, request)
        return Page([*rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Make a record."""
        return await self._records.add(actor, self._kind, values)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a record."""
        return await self._records.change(actor, self._kind, row["id"], values)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a record with what belongs to it."""
        await self._records.remove(actor, self._kind, row["id"])


def _unset(field: Field) -> Any:
    if field.default is not None or isinstance(field, Reference | Moment):
        return field.default
    return _NOTHING.get(field.schema_type)

"""Resources without rules of their own: a declaration is all that one needs.

The table, the filters and the references follow from its fields. A property that was never set has the empty
value of its type: "", 0 or false; a reference is left out.
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
"""The sources that every record has in addition to its properties."""
_NOTHING: Final[Mapping[str, Any]] = {"string": "", "integer": 0, "number": 0, "boolean": False}


class PlainResource(ChangeableResource):
    """A resource of plain records."""

    unique: ClassVar[tuple[str, ...]] = ()
    """The properties that form a unique key within an account. If the last one is unset, there is no key."""
    owns: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The kinds of record that are removed with an object, each with the source of the reference to it."""

    works_on: ClassVar[tuple[str, ...]] = ()
    """The sources of references to records that an object changes when it works."""
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    kept: ClassVar[tuple[Field, ...]] = ()
    """Properties that filters use and no response shows; set by `derived`, or never."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.unique_key = "|".join(cls.unique)

    def __init__(self, records: PlainRecords) -> None:
        super().__init__(PlainRows(self.kind(), records))

    @classmethod
    @cache
    def kind(cls) -> PlainKind:
        """Return how objects are stored and found."""
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
            works_on=cls.works_on,
            derived=cls.derived,
        )

    @classmethod
    def derived(cls, row: Row) -> Row:  # noqa: ARG003 - for subclasses
        """Return the values that are derived from an object's properties and stored with them."""
        return {}

    @classmethod
    def _own_fields(cls) -> list[Field]:
        fields = (*cls.fields, *cls.kept)
        return [field for field in fields if field.source and field.source not in _OF_RECORD]


def by_unique_key(text: str) -> Condition | None:
    """Read the values of the unique properties, joined by ``|``."""
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
        """Return records."""
        request = query.request(combined(query.conditions))
        rows, total = await self._records.page(actor, self._kind, request)
        return Page([*rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a record."""
        return await self._records.add(actor, self._kind, values)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a record."""
        return await self._records.change(actor, self._kind, row["id"], values)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a record and the records that depend on it."""
        await self._records.remove(actor, self._kind, row["id"])


def _unset(field: Field) -> Any:
    if field.default is not None or isinstance(field, Reference | Moment):
        return field.default
    return _NOTHING.get(field.schema_type)

"""``/v3/REST/contactmetadata``: definitions of contact properties (compatibility: contacts#properties)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.audience.properties import HISTORIC, STATIC
from aerogram.audience.property_values import MAX_NAME, Datatype
from aerogram.base.errors import ForbiddenError, RefusedError, TakenError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Choice, Integer, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.properties import Properties, Property
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor

_DATATYPES = tuple(datatype.value for datatype in Datatype)


def by_namespace_and_name(text: str) -> Condition | None:
    """Read ``Namespace|Name``, as ``static|country``."""
    namespace, bar, name = text.partition("|")
    return Condition("key", (namespace.lower(), name.lower())) if bar else None


class ContactMetadata(ChangeableResource):
    """The definition of a contact property."""

    name = "contactmetadata"
    class_name = "ContactMetadata"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    unique_properties = "Namespace|Name"
    keys = (by_id, by_namespace_and_name)
    sortable = ("ID", "Name")
    fields = (
        Choice("Datatype", "datatype", _DATATYPES, default=Datatype.STR.value),
        Integer("ID", "id", read_only=True),
        Text("Name", "name", required=True, max_length=MAX_NAME),
        Choice("NameSpace", "namespace", (STATIC, HISTORIC), default=STATIC),
    )
    filters = (
        Filter("DataType", "datatype", filters.lowered, ", ".join(_DATATYPES)),
        Filter("Namespace", "namespace", filters.lowered, f"{STATIC} or {HISTORIC}"),
    )


class StoredProperties:
    """The definitions as a collection."""

    def __init__(self, properties: Properties) -> None:
        self._properties = properties

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return definitions as rows."""
        conditions = combined(tuple(part for one in query.conditions for part in _stored(one)))
        found, total = await self._properties.page(actor, query.request(conditions))
        return Page([_row(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Define a property."""
        try:
            made = await self._properties.create(
                actor, values["name"], values["namespace"], Datatype(values["datatype"])
            )
        except (TakenError, ForbiddenError):
            raise
        except RefusedError as error:
            raise errors.invalid_properties({"Name": str(error)}) from None
        return _row(made)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the name or datatype of a property."""
        if "namespace" in values:
            raise errors.read_only("NameSpace")
        try:
            return _row(await self._properties.change(actor, row["id"], values))
        except (TakenError, ForbiddenError):
            raise
        except RefusedError as error:
            raise errors.invalid_properties({"Name": str(error)}) from None

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a property with its values."""
        await self._properties.remove(actor, row["id"])


def contactmetadata(audience: Audience) -> ContactMetadata:
    """Bind the resource to the definitions."""
    return ContactMetadata(StoredProperties(audience.properties))


def _stored(condition: Condition) -> tuple[Condition, ...]:
    if condition.name == "key":
        namespace, name = condition.value
        return (Condition("namespace", namespace), Condition("name", name))
    return (condition,)


def _row(own: Property) -> Row:
    return msgspec.structs.asdict(own) | {"datatype": own.datatype.value}

"""``/v3/REST/contactdata``: property values of contacts (compatibility: contacts#contact-data)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.audience.properties import NOT_DEFINED, Catalogue
from aerogram.audience.property_values import merged_values
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Field, Integer, InvalidValueError
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, Inert
from aerogram.doors.rest.queries.listing import Page, Query, Row
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.doors.rest.resources.contacts.contact import (
    CONTACT_FILTERS,
    ContactResource,
    address,
    by_email,
    contacts_page,
)
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.contacts import Contact
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor


class PackedValues(msgspec.Struct, frozen=True):
    """A contact's packed values, and the catalogue that reads them; ``only`` limits the shown names."""

    packed: str
    catalogue: Catalogue
    only: frozenset[str] = frozenset()


class PropertyValues(Field):
    """An array of ``{"Name": "age", "Value": 30}``; values are shown as strings."""

    schema_type = "array"

    def read(self, value: Any) -> dict[str, Any]:
        """Read values by name; the last value of a name wins."""
        if isinstance(value, dict):
            raise errors.unknown_key(_first_key(value))
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise InvalidValueError("The value must be an array of objects with Name and Value")
        read: dict[str, Any] = {}
        for each in value:
            pair = {name.lower(): part for name, part in each.items()}
            name = pair.get("name")
            if not isinstance(name, str) or not name:
                raise errors.unknown_key(_first_key(each))
            read[name] = pair.get("value")
        return read

    def show(self, value: PackedValues) -> list[dict[str, str]]:
        """Return the set values, sorted by name."""
        found = value.catalogue.shown(value.packed)
        return [{"Name": name, "Value": text} for name, text in found if not value.only or name in value.only]

    def is_same(self, value: Any, own: Any) -> bool:
        """Return whether the contact already has these values."""
        typing = own.catalogue.typed(value)
        return not typing.errors and merged_values(own.packed, typing.values) == merged_values(own.packed, {})

    def schema(self) -> dict[str, Any]:
        """Describe the pairs."""
        value = {"type": ["string", "number", "boolean", "null"]}
        pair = {"type": "object", "properties": {"Name": {"type": "string"}, "Value": value}}
        return super().schema() | {"items": pair}


class ContactData(ChangeableResource):
    """The values of a contact's static properties."""

    name = "contactdata"
    class_name = "ContactData"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    posts_to_one = True
    keys = (by_id, by_email)
    fields = (
        Reference("ContactID", "contact_id", "contact"),
        PropertyValues("Data", "data", required=True),
        Integer("ID", "id", read_only=True),
        Constant("MethodCollection", ""),
    )
    filters = (
        *CONTACT_FILTERS,
        Filter("ContactEmail", "email", address, "address of the contact"),
        Inert("DateFormat"),
        Filter("Fields", "fields", filters.lowered, "names of the properties to show, comma-separated"),
        Inert("TimeZone"),
    )

    def unknown_property(self, name: str) -> errors.RestError:
        """Return the error for values outside ``Data``, in recorded words.

        (compatibility: contacts#contact-data)
        """
        return errors.unknown_key(name)


ContactData.sortable_fields = ContactResource.sortable_fields
"""Rows are sorted by properties of their contacts, which they do not show."""


class StoredValues:
    """The values of contacts as a collection."""

    def __init__(self, audience: Audience) -> None:
        self._contacts = audience.contacts
        self._properties = audience.properties

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return contacts with their values."""
        only = frozenset(
            name.strip() for one in query.conditions if one.name == "fields" for name in one.value.split(",")
        )
        conditions = tuple(one for one in query.conditions if one.name != "fields")
        found, total = await contacts_page(
            self._contacts, actor, msgspec.structs.replace(query, conditions=conditions)
        )
        catalogue = await self._properties.catalogue(actor)
        return Page([_row(one, catalogue, only) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Merge values into those of a contact."""
        if values.get("contact_id") is None:
            raise errors.invalid_properties({"Contact": "MJ03 A non-empty value is required"})
        return await self.change(actor, {"id": values["contact_id"]}, {"data": values["data"]})

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Merge values into those of a contact; null removes one."""
        if values.get("contact_id", row["id"]) != row["id"]:
            raise errors.read_only("ContactID")
        catalogue = await self._properties.catalogue(actor)
        typing = catalogue.typed(values.get("data", {}))
        for name, reason in typing.errors:
            if reason == NOT_DEFINED:
                raise errors.unknown_key(name)
        if typing.errors:
            wrong = [{name: reason} for name, reason in typing.errors]
            raise errors.RestError(400, errors.INVALID, {"Properties": wrong})
        changed = await self._contacts.change_values(actor, row["id"], typing.values)
        return _row(changed, catalogue)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove all values of a contact."""
        await self._contacts.clear_values(actor, row["id"])


def contactdata(audience: Audience) -> ContactData:
    """Bind the resource to contacts and properties."""
    return ContactData(StoredValues(audience))


def _row(own: Contact, catalogue: Catalogue, only: frozenset[str] = frozenset()) -> Row:
    return {"id": own.id, "contact_id": own.id, "data": PackedValues(own.properties, catalogue, only)}


def _first_key(entry: dict[str, Any]) -> str:
    """Return the name that a client used instead of Name and Value."""
    return next((name for name in entry if name.lower() not in ("name", "value")), "")

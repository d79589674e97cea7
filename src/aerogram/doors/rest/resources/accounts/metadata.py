"""``/v3/REST/metadata``: descriptions of all resources (compatibility: rest#metadata)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Flag, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, page_of
from aerogram.doors.rest.resource import Resource
from aerogram.model.account import Area

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.resource import Action
    from aerogram.model.actor import Actor

API_VERSION: Final = "v3"
_VERBS: Final = ("GET", "PUT", "POST", "DELETE")
"""In Mailjet's order."""


def by_name(text: str) -> Condition | None:
    """Read a resource's name in any case."""
    return Condition("key", text.lower())


class _Listed(Json):
    """An array of objects; read-only."""

    schema_type = "array"


class Metadata(Resource):
    """The description of a resource."""

    name = "metadata"
    class_name = "Metadata"
    area = Area.ACCOUNT
    unique_key = "Name"
    keys = (by_name,)
    sortable = ()
    fields = (
        _Listed("Actions", "actions", read_only=True),
        Text("APIVersion", "version", read_only=True),
        Text("Description", "description", read_only=True),
        _Listed("Filters", "filters", read_only=True),
        Flag("IsReadOnly", "is_read_only", read_only=True),
        Text("Name", "name", read_only=True),
        _Listed("Properties", "properties", read_only=True),
        Text("PublicOperations", "operations", read_only=True),
        _Listed("SortInfo", "sorts", read_only=True),
        Text("UniqueKey", "unique_key", read_only=True),
    )
    filters = (
        Filter("PublicResources", "is_public", filters.flag, "true: all; false: none"),
        Filter(
            "ReadOnlyResources",
            "is_read_only",
            filters.flag,
            "true: resources without POST, PUT and DELETE; false: the others",
        ),
        Filter("ResourceName", "key", filters.lowered, "name of the resource"),
    )


class Descriptions:
    """The resources as a collection: all of them on one page, regardless of Limit.

    (compatibility: rest#metadata)
    """

    _MATCHES: Final = {name: name for name in ("key", "is_public", "is_read_only")}

    def __init__(self, resources: Iterable[Resource]) -> None:
        described = sorted((*resources, Metadata(self)), key=lambda each: each.name)
        self._rows = [_row(resource) for resource in described]

    async def page(self, _: Actor, query: Query) -> Page:
        """Return the descriptions as rows."""
        if query.limit:
            query = msgspec.structs.replace(query, limit=len(self._rows))
        return page_of(self._rows, query, self._MATCHES)


def metadata(resources: Iterable[Resource]) -> Metadata:
    """Bind the resource to all others; it also describes itself."""
    return Metadata(Descriptions(resources))


def _row(resource: Resource) -> dict[str, Any]:
    return {
        "key": resource.name,
        "name": resource.name,
        "version": API_VERSION,
        "description": (resource.__doc__ or "").partition("\n")[0],
        "unique_key": resource.unique_key,
        "is_public": True,
        "is_read_only": resource.methods <= {"GET"},
        "operations": _operations(resource.methods),
        "properties": [_property(field) for field in resource.shown],
        "filters": [
            {
                "DataType": "string",
                "DefaultValue": "",
                "Description": each.meaning,
                "IsRequired": False,
                "Name": each.name,
                "ReadOnly": False,
            }
            for each in resource.filters
        ],
        "sorts": [
            {"AllowDescending": True, "PropertyName": field.name}
            for field in resource.sortable_fields.values()
        ],
        "actions": [
            _action(name, resource.actions) for name in dict.fromkeys(a.name for a in resource.actions)
        ],
    }


def _property(field: Field) -> dict[str, Any]:
    return {
        "DataType": field.schema_type,
        "DefaultValue": "" if field.default is None else str(field.default),
        "Description": "",
        "IsRequired": field.is_required,
        "Name": field.name,
        "ReadOnly": field.is_read_only,
    }


def _action(name: str, actions: Iterable[Action]) -> dict[str, Any]:
    own = [action for action in actions if action.name == name]
    body_fields = {field.name: field for action in own for field in action.body_fields}
    query_fields = {each.name: each for action in own for each in action.query_fields}
    return {
        "Description": own[0].summary,
        "IsGlobalAction": own[0].is_keyless,
        "Name": name,
        "Parameters": [{"Description": each.meaning, "Name": each.name} for each in query_fields.values()],
        "Properties": [_property(field) for field in body_fields.values()],
        "PublicOperations": _operations({action.method for action in own}),
    }


def _operations(methods: Iterable[str]) -> str:
    return ", ".join(verb.capitalize() for verb in _VERBS if verb in methods)

"""Replace the references in a body with the ids of existing objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.references import Alternate, Reference
from aerogram.doors.rest.queries.listing import Condition, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.resource import Resource
    from aerogram.model.actor import Actor


async def resolve(
    values: dict[str, Any], fields: Iterable[Field], resources: Mapping[str, Resource], actor: Actor
) -> None:
    """Replace the references in ``values`` with the ids of existing objects. Raises `RestError`."""
    for field in fields:
        if isinstance(field, Reference) and values.get(field.source) is not None:
            target = resources.get(field.resource)
            if target is not None or isinstance(values[field.source], Alternate):
                values[field.source] = await _id_of(values[field.source], field, target, actor)


async def _id_of(named: int | Alternate, field: Reference, target: Resource | None, actor: Actor) -> int:
    if target is not None:
        condition = target.alternate(named.text) if isinstance(named, Alternate) else Condition("id", named)
        if condition is not None:
            page = await target.collection.page(actor, Query(conditions=(condition,), limit=1))
            if page.rows:
                found: int = page.rows[0]["id"]
                return found
    if isinstance(named, Alternate):
        raise errors.unresolved(field.title, named.text)
    raise errors.invalid_properties({field.title: f"There is no {field.resource} with the ID {named}"})

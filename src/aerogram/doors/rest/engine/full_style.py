"""``Style=Full``: show referenced objects inline, one level deep.

(compatibility: rest#full-style)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest.engine.showing import shown
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries.listing import Condition, Query
from aerogram.identity.gate import may
from aerogram.model.account import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.doors.rest.queries.listing import Row
    from aerogram.doors.rest.resource import Resource
    from aerogram.model.actor import Actor

PARAMETER: Final = "Style"
FULL: Final = "full"


def has_full_style(resource: Resource) -> bool:
    """Return whether ``Style=Full`` changes what a resource shows."""
    return any(field.full_as or isinstance(field, Reference) for field in resource.fields)


def is_requested(parameters: Mapping[str, str]) -> bool:
    """Return whether a query requests it."""
    return parameters.get(PARAMETER.lower(), "").strip().lower() == FULL


async def expanded(
    rows: Sequence[Row], resource: Resource, resources: Mapping[str, Resource], actor: Actor
) -> list[dict[str, Any]]:
    """Return for each row the properties to add to it or to replace in it.

    A reference ``XID`` stays, and ``X`` is the object with its own properties. ``X`` is left out if the
    caller may not read objects of its kind.
    """
    additions: list[dict[str, Any]] = [_wrapped(resource, row) for row in rows]
    for field in resource.shown:
        target = resources.get(field.resource) if isinstance(field, Reference) else None
        if target is None or not isinstance(field, Reference) or not may(actor, target.area, Level.READ):
            continue
        ids = {row.get(field.source) for row in rows} - {None}
        objects = await _objects(target, sorted(ids), actor)
        for row, addition in zip(rows, additions, strict=True):
            if row.get(field.source) in objects:
                addition[field.base] = objects[row.get(field.source)]
    return additions


def _wrapped(resource: Resource, row: Row) -> dict[str, Any]:
    """Return the properties that become objects in full style, as an Email that holds an Email."""
    return {
        field.name: {field.full_as: field.show(row.get(field.source))}
        for field in resource.fields
        if field.full_as
    }


async def _objects(target: Resource, ids: Sequence[Any], actor: Actor) -> dict[Any, dict[str, Any]]:
    if target.ids_condition:
        conditions = [Condition(target.ids_condition, tuple(ids))] if ids else []
    else:
        conditions = [Condition("id", each) for each in ids]
    found: dict[Any, dict[str, Any]] = {}
    for condition in conditions:
        page = await target.collection.page(actor, Query(conditions=(condition,), limit=len(ids)))
        found |= {row["id"]: shown(target.shown, row, {}) | _wrapped(target, row) for row in page.rows}
    return found

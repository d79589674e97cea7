"""The reference page of the management API, from the declarations that serve it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.engine import full_style
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries.filters import with_companions
from aerogram.doors.rest.registry import declared_resources, declared_routes
from aerogram.doors.rest.resource import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.resource import Action, Resource
    from aerogram.doors.rest.route import Route

_HEAD: Final = """\
# REST resources

Everything below `/v3/REST/`, and the paths beside it. A running server describes the same for programs in
`/openapi.json`.

- A list has 10 rows by default. `Limit` sets another number (0 and more than 1000 mean 1000), `Offset` skips
  rows, and `Sort=Property DESC` sorts them. `Total` is the number of all matching rows; `countOnly=1` returns it
  without rows.
- Names of resources, actions, parameters and properties ignore case. Unknown parameters are ignored; unknown
  properties are refused.
- A filter on a time takes RFC 3339 (UTC if it has no zone) or Unix seconds; a filter on a boolean takes `true` or
  `false`.
- Set a reference by its ID, or by the unique key of its object, as `…ALT`. `Style=Full` shows the objects that
  references point to.
- PUT changes only the properties that it names. If it changes nothing, the answer is 304.
- Callers need the given level in the resource's area: read, write, or full for what cannot be undone."""

_CONTENT_HEAD: Final = """\
Templates with drafts and published versions, labels and images. Authenticate with an API key, or with a token from
`/v1/REST/tokens` (`Authorization: Bearer …`). A token may do what its permissions allow; for a template with purposes it
needs the permission of each purpose, as `read_template_marketing`. Errors have an `ErrorCode`, and `Details` for each
invalid property. See [templates](../howto/templates.md) and [images](../howto/images.md)."""


def rest_page() -> Iterator[str]:
    """Write the page, paragraph by paragraph."""
    yield _HEAD
    for resource in sorted(declared_resources(), key=_name):
        yield from _resource(resource)
    routes = declared_routes()
    yield "## Other paths"
    yield _routes([route for route in routes if not route.is_content])
    yield "## Content API"
    yield _CONTENT_HEAD
    yield _routes([route for route in routes if route.is_content])


def _routes(routes: Sequence[Route]) -> str:
    return _table(
        ("path", "needs", "what it does"),
        [
            (
                f"`{route.method} {route.path}`",
                f"{route.area.value}: {route.level.name.lower()}"
                + (f"; token: `{route.permissions[0]}`" if route.permissions else ""),
                route.summary,
            )
            for route in routes
        ],
    )


def _resource(resource: Resource) -> Iterator[str]:
    yield f"## {resource.name}"
    yield " ".join((inspect.getdoc(type(resource)) or resource.class_name).split())
    verbs = ", ".join(f"{verb} ({LEVELS[verb].name.lower()})" for verb in LEVELS if verb in resource.methods)
    sortable = ", ".join(field.name for field in resource.sortable_fields.values()) or "nothing"
    yield "\n".join(
        (
            f"- Area: {resource.area.value}. Verbs: {verbs}.",
            f"- Found by: {'; '.join(_key(each) for each in resource.keys)}.",
            f"- Sorted by: {sortable}.{' Has `Style=Full`.' if full_style.has_full_style(resource) else ''}",
        )
    )
    yield _table(("property", "type", "notes"), [_property(field) for field in resource.shown])
    if resource.filters:
        yield _table(
            ("filter", "selects by"),
            [(f"`{one.name}`", one.meaning) for one in with_companions(resource.filters)],
        )
    if resource.actions:
        yield _table(
            ("action", "needs", "what it does"), [_action(resource, action) for action in resource.actions]
        )


def _property(field: Field) -> tuple[str, str, str]:
    kind = field.schema()["type"]
    notes = [
        "read-only" if field.is_read_only else "",
        "required" if field.is_required else "",
        f"ID of a {field.resource}" if isinstance(field, Reference) else "",
        f"shown with `{field.shown_with}`" if field.shown_with else "",
        _default(field.default),
    ]
    return (
        f"`{field.name}`",
        " or ".join(kind) if isinstance(kind, list) else kind,
        ", ".join(filter(None, notes)),
    )


def _default(value: Any) -> str:
    return "" if value in (None, "") else f"default {msgspec.json.encode(value).decode()}"


def _action(resource: Resource, action: Action) -> tuple[str, str, str]:
    level = action.level.name.lower() if action.level is not None else "never allowed"
    return f"`{action.method} {action.path(resource.name)}`", level, action.summary


def _key(read: object) -> str:
    """Describe a key, from the docstring of the function that reads it."""
    text = (inspect.getdoc(read) or "a key.").splitlines()[0]
    return text.removeprefix("Read ").rstrip(".").replace("``", "`")


def _name(resource: Resource) -> str:
    return resource.name


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

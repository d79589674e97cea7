"""Mailjet's resources and actions beside ours: what is there, and what is missing."""

import json
import re
from pathlib import Path

from aerogram.doors.http.send.v3.version import PATHS as SEND_V3
from aerogram.doors.rest.registry import declared_resources, declared_routes
from aerogram.doors.rest.route import Router

FACTS = Path(__file__).parents[1] / "data" / "mailjet"
RESOURCES = json.loads((FACTS / "resources.json").read_text())
ACTIONS = json.loads((FACTS / "actions.json").read_text())
_SEND = {("POST", path) for path in (*SEND_V3, "/v3.1/send")}


def declared():
    """Our resources that Mailjet has too."""
    return [resource for resource in declared_resources() if resource.name in RESOURCES]


def properties(resource):
    """What Mailjet's objects have, as names of a gap, and whether ours have it."""
    own = {field.name for field in resource.fields}
    return {f"{resource.name}.{name}": name in own for name in _names(RESOURCES[resource.name]["properties"])}


def filters(resource):
    own = set(resource.filters_by_lower_name) | {field.shown_with.lower() for field in resource.fields}
    own |= {one.name.lower() for each in resource.filters for one in each.companions}
    facts = RESOURCES[resource.name].get("filters", ())
    return {f"{resource.name}?{name}": name.lower() in own for name in _names(facts)}


def sort_fields(resource):
    facts = RESOURCES[resource.name].get("sort_fields") or ()
    return {f"{resource.name}~{name}": name.lower() in resource.sortable_fields for name in facts}


def verbs(resource):
    base = f"/v3/REST/{resource.name}"
    facts = {_verb(name, base) for name in RESOURCES[resource.name]["methods"]}
    refused = {f"{method} {base}/{{}}" for method in resource.refused_methods}
    own = {f"{method} {path}" for method, path in _served(resource)}
    return {name: name in own for name in sorted(facts - refused)}


def actions():
    """All documented paths that are no plain verb of a resource, and whether ours answer."""
    served = _SEND | {one for resource in declared_resources() for one in _served(resource)}
    router = Router(declared_routes())
    found = {}
    for fact in ACTIONS:
        method, path = fact["method"], _normal(fact["path"])
        found[f"{method} {path}"] = (method, path) in served or _is_routed(router, method, path)
    return found


def _names(facts):
    return [fact["name"] for fact in facts]


def _verb(name, base):
    method, _, what = name.partition(" ")
    is_one = what == "one" or method in ("PUT", "DELETE")
    return f"{method} {base}/{{}}" if is_one else f"{method} {base}"


def _normal(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def _served(resource):
    base = f"/v3/REST/{resource.name}"
    for method in resource.methods:
        if method in ("GET", "POST"):
            yield method, base
        if method != "POST":
            yield method, f"{base}/{{}}"
    for action in resource.actions:
        yield action.method, _normal(f"/v3/REST/{action.path(resource.name)}")


def _is_routed(router, method, path):
    segments = tuple(path.replace("{}", "1").split("/")[1:])
    return any(
        route.method == method and router.find(method, segments) is not None
        for route in router.routes
        if len(route.path.split("/")) == len(segments) + 1
    )

"""Permissions of Content API tokens, under Mailjet's names.

A permission is a verb and an object, such as ``read_template``. A template with purposes needs the permission of
each purpose, such as ``read_template_marketing``; one without purposes needs ``read_template``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.model.template import PURPOSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_VERBS: Final = ("read", "create", "update", "delete")
_TEMPLATE_VERBS: Final = (*_VERBS, "lock", "publish")
_THINGS: Final = ("token_auth", "image", "image_label", "resource_label")


def of_template(verb: str, purposes: Iterable[str]) -> tuple[str, ...]:
    """Return the permissions that an action on a template needs; all are required."""
    own = tuple(f"{verb}_template_{purpose.replace('-', '_')}" for purpose in purposes)
    return own or (f"{verb}_template",)


def of_some_template(verb: str) -> tuple[str, ...]:
    """Return the permissions that allow an action on at least some templates."""
    return (f"{verb}_template", *of_template(verb, PURPOSES))


def of_label(verb: str, used_for: str) -> str:
    """Return the permission that an action on a label needs; ``used_for`` is ``resource`` or ``image``."""
    return f"{verb}_{used_for}_label"


def readable_purposes(permissions: Iterable[str]) -> Sequence[str]:
    """Return the purposes whose templates the permissions allow to read."""
    own = set(permissions)
    return [purpose for purpose in PURPOSES if own.issuperset(of_template("read", (purpose,)))]


PERMISSIONS: Final[tuple[str, ...]] = (
    *(permission for verb in _TEMPLATE_VERBS for permission in of_some_template(verb)),
    *(f"{verb}_{thing}" for thing in _THINGS for verb in _VERBS),
)
"""All permissions."""

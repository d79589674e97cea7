"""What tokens of the Content API may be permitted, in Mailjet's words.

A permission is a verb and a thing, as ``read_template``. A template that has purposes is opened by the permissions of
each of its purposes, as ``read_template_marketing``; one without purposes by ``read_template``.
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
    """Give the permissions that something done to a template needs, all of them."""
    own = tuple(f"{verb}_template_{purpose.replace('-', '_')}" for purpose in purposes)
    return own or (f"{verb}_template",)


def of_some_template(verb: str) -> tuple[str, ...]:
    """Give the permissions of which each opens some template."""
    return (f"{verb}_template", *of_template(verb, PURPOSES))


def of_label(verb: str, used_for: str) -> str:
    """Give the permission that something done to a label needs; ``used_for`` is ``resource`` or ``image``."""
    return f"{verb}_{used_for}_label"


def readable_purposes(permissions: Iterable[str]) -> Sequence[str]:
    """Give the purposes whose templates can be read."""
    own = set(permissions)
    return [purpose for purpose in PURPOSES if own.issuperset(of_template("read", (purpose,)))]


PERMISSIONS: Final[tuple[str, ...]] = (
    *(permission for verb in _TEMPLATE_VERBS for permission in of_some_template(verb)),
    *(f"{verb}_{thing}" for thing in _THINGS for verb in _VERBS),
)
"""All of them."""

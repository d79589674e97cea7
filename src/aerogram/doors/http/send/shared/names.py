"""Normalise the property names of an object.

Clients write ``SandBoxMode``, ``ContentId`` or ``variables``, and Mailjet's guide to version 3 disagrees
with its own samples (``Text-part``, ``Text-Part``), so names are compared ignoring case. Most
requests use the documented names, and then nothing is copied. Unknown names stay, and those who read the object
report them (compatibility: send-v31#unknown-properties).
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]

_MAX_COMPARED: Final = 64
"""Characters of a name for which a similar one is looked up; the longest documented name has 25."""


class Names:
    """The documented property names of one kind of object; ``also`` are other names, each with the one it means."""

    def __init__(self, *names: str, also: Mapping[str, str] = {}) -> None:
        self._exact = frozenset(names)
        documented = {name.lower(): name for name in names}
        self._by_lower: Mapping[str, str] = documented | {name.lower(): known for name, known in also.items()}

    def spelled(self, given: JsonObject) -> JsonObject:
        """Return ``given`` with documented names; the exact spelling overrides other spellings.

        The same object is returned when all its names are documented.
        """
        if self._exact.issuperset(given):
            return given
        spelled: JsonObject = {}
        for name, value in given.items():
            known = self._by_lower.get(name.lower(), name)
            if known not in spelled or name == known:
                spelled[known] = value
        return spelled

    def unknown(self, spelled: JsonObject) -> list[str]:
        """Return the names in a spelled object that do not exist; a null counts as absent."""
        return [name for name, value in spelled.items() if name not in self._exact and value is not None]

    def nearest(self, name: str) -> str:
        """Return the documented name that was probably meant; "" if none is near."""
        if len(name) > _MAX_COMPARED:
            return ""
        near = difflib.get_close_matches(name.lower(), self._by_lower, 1)
        return self._by_lower[near[0]] if near else ""

"""Normalise the property names of an object.

Clients write ``SandBoxMode``, ``ContentId`` or ``variables``, and Mailjet's guide to version 3 disagrees
with its own samples (``Text-part``, ``Text-Part``), so names are compared ignoring case. Most
requests use the documented names, and then nothing is copied. Unknown names are ignored, because
clients send some that never existed (compatibility: send-v31#call, send-v3#properties).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]


class Names:
    """The documented property names of one kind of object."""

    def __init__(self, *names: str) -> None:
        self._exact = frozenset(names)
        self._by_lower: Mapping[str, str] = {name.lower(): name for name in names}

    def spelled(self, given: JsonObject) -> JsonObject:
        """Return ``given`` with documented names only; the exact spelling overrides other spellings."""
        if self._exact.issuperset(given):
            return given
        spelled: JsonObject = {}
        for name, value in given.items():
            known = self._by_lower.get(name.lower())
            if known is not None and (known not in spelled or name == known):
                spelled[known] = value
        return spelled

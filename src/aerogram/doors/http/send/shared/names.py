"""The names of the properties of an object, and how another spelling of one is understood.

Clients write ``SandBoxMode``, ``ContentId`` or ``variables``, and Mailjet's guide to version 3 disagrees
with its own samples (``Text-part``, ``Text-Part``), so names are compared ignoring case. The ordinary
request has every name as documented, and then nothing is copied. Unknown names are ignored, because
clients send some that never existed (compatibility: send-v31#call, send-v3#properties).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]


class Names:
    """The documented names of one kind of object."""

    def __init__(self, *names: str) -> None:
        self._exact = frozenset(names)
        self._by_lower: Mapping[str, str] = {name.lower(): name for name in names}

    def spelled(self, given: JsonObject) -> JsonObject:
        """Give ``given`` with documented names only; the exact spelling wins over another of the same name."""
        if self._exact.issuperset(given):
            return given
        spelled: JsonObject = {}
        for name, value in given.items():
            known = self._by_lower.get(name.lower())
            if known is not None and (known not in spelled or name == known):
                spelled[known] = value
        return spelled

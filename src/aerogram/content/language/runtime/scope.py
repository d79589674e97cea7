"""Everything that a template can access: JSON values, and three functions about the recipient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Source = Mapping[str, Any] | Callable[[str], Any]


def never(_: object) -> bool:
    """Return False: there is no profile of the recipient."""
    return False


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one rendering: decoded JSON; None means undefined.

    ``var:`` reads ``variables``; ``data:`` reads ``data`` (contact properties).

    ``mj`` has the predefined values by first name: ``contact`` (an object with ID, email, local_part, domain,
    name), ``sender``, ``template``, ``unsub_link``, ``unsub_link_fr``, ``permalink``, ``share_twitter`` and so on.
    It is a mapping, or a function that returns None for undefined names, so that links are minted only when
    printed. A language without its own link uses ``unsub_link``.

    ``segments`` returns whether the recipient is in a segment, by name or id; ``opened_since`` and
    ``clicked_since`` return whether they opened or clicked a message in the last days.
    """

    variables: Mapping[str, Any] = {}
    data: Mapping[str, Any] = {}
    mj: Source = {}
    segments: Callable[[str], bool] = never
    opened_since: Callable[[int], bool] = never
    clicked_since: Callable[[int], bool] = never


class Predefined:
    """Reads ``mj:`` names like a mapping."""

    __slots__ = ("_read",)

    def __init__(self, source: Source) -> None:
        self._read = source if callable(source) else source.get

    def get(self, name: str) -> Any:
        """Return a value; None when undefined."""
        value = self._read(name)
        if value is None and name.startswith("unsub_link"):
            value = self._read("unsub_link_en" if name == "unsub_link" else "unsub_link")
        return value

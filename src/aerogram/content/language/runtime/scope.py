"""All that a template can reach: values of JSON, and three questions about the recipient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

Source = Mapping[str, Any] | Callable[[str], Any]


def never(_: object) -> bool:
    """Answer a question about a recipient of whom nothing is known."""
    return False


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one rendering. All are JSON as Python decodes it; None means undefined.

    ``variables`` are read by ``var:``, ``data`` (contact properties) by ``data:``.

    ``mj`` gives the predefined values by their first name: ``contact`` (an object with ID, email,
    local_part, domain, name), ``sender``, ``template``, ``unsub_link``, ``unsub_link_fr``, ``permalink``,
    ``share_twitter`` and so on. It is a mapping, or a function that gives None for what there is not, so that
    a link costs nothing unless it is printed. A language without a link of its own gets ``unsub_link``.

    ``segments`` tells whether the recipient is in a segment, by its name or id; ``opened_since`` and
    ``clicked_since`` whether he opened or clicked a message in the last days.
    """

    variables: Mapping[str, Any] = {}
    data: Mapping[str, Any] = {}
    mj: Source = {}
    segments: Callable[[str], bool] = never
    opened_since: Callable[[int], bool] = never
    clicked_since: Callable[[int], bool] = never


class Predefined:
    """Reads ``mj:`` names as a mapping does."""

    __slots__ = ("_read",)

    def __init__(self, source: Source) -> None:
        self._read = source if callable(source) else source.get

    def get(self, name: str) -> Any:
        """Give a value, or None when there is none."""
        value = self._read(name)
        if value is None and name.startswith("unsub_link"):
            value = self._read("unsub_link_en" if name == "unsub_link" else "unsub_link")
        return value

"""A page of rows, as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class PageRequest(msgspec.Struct, frozen=True):
    """Which rows of an account are wanted, in which order, and how many of them.

    ``conditions`` are values by the names that the records of the kind give to what they can be selected by;
    a row fulfils all of them. ``orders`` are names that it can be sorted by, the first one first, each with
    whether it descends. A ``limit`` of 0 asks for the number of rows alone.
    """

    conditions: Mapping[str, Any]
    limit: int
    offset: int = 0
    orders: tuple[tuple[str, bool], ...] = ()

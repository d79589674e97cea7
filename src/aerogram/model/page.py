"""Requests for a page of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class PageRequest(msgspec.Struct, frozen=True):
    """The filters, order and bounds of a page of an account's rows.

    ``conditions`` are values by filter name, as the store's listing defines them; a row must match all.
    ``orders`` are sort names, the most significant first, each with True for descending. A ``limit`` of 0 requests
    only the total number of rows.
    """

    conditions: Mapping[str, Any]
    limit: int
    offset: int = 0
    orders: tuple[tuple[str, bool], ...] = ()

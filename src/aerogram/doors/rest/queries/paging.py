"""Limit, Offset, Sort, countOnly: the page and the order of a list.

(compatibility: rest#paging)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.rest.errors import invalid_query
from aerogram.doors.rest.fields.kinds import flag_of, integer_of
from aerogram.doors.rest.queries.listing import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.rest.fields.kinds import Field

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 1_000
"""Also used for ``Limit=0`` and larger limits."""
MAX_OFFSET: Final = 2**31
"""Longer than any list; a larger offset also returns an empty page."""


def limit_of(parameters: Mapping[str, str]) -> int:
    """Return the size of the page; 0 if only the count is requested."""
    if flag_of(parameters.get("countonly", "0").strip()):
        return 0
    limit = _number(parameters, "limit", DEFAULT_LIMIT)
    return limit if 0 < limit <= MAX_LIMIT else MAX_LIMIT


def offset_of(parameters: Mapping[str, str]) -> int:
    """Return the index of the first row, from zero."""
    return min(max(_number(parameters, "offset", 0), 0), MAX_OFFSET)


def orders_of(parameters: Mapping[str, str], sortable: Mapping[str, Field]) -> tuple[Order, ...]:
    """Parse ``Sort=Field DESC, Other``; ``sortable`` are the allowed fields by lower-case name.

    A percent-encoded plus is part of the field's name, and is therefore refused, as by Mailjet.
    """
    text = parameters.get("sort", "").strip()
    if not text:
        return ()
    orders = []
    for element in text.split(","):
        name, _, direction = element.strip().partition(" ")
        field = sortable.get(name.lower())
        direction = direction.strip().lower()
        if field is None or direction not in ("", "asc", "desc"):
            refused = element.strip().lower()[:80]
            raise invalid_query(f"Invalid sort specification: Cannot sort on field {refused}")
        orders.append(Order(field.source, direction == "desc"))
    return tuple(orders)


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, "").strip()
    if not text:
        return default
    number = integer_of(text)
    if number is None:
        raise invalid_query(f'Invalid value "{text[:80]}" for {name}')
    return number

"""Load the templates that a call names.

A template provides the lowest layer of defaults of a message. Its values are validated like the client's own, so
nothing is accepted that cannot be composed later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.ids import MAX_ID
from aerogram.doors.http.send.shared.values import whole_number

if TYPE_CHECKING:
    from aerogram.content.templates.templates import StoredTemplate, Templates

Key = int | str
"""The key of a template: an id, a name, or digits that may be either. In v3.1 always an id."""


Found = dict[Key, "StoredTemplate | None"]
"""The templates of a call by key; None for one that the account does not have."""


async def find(templates: Templates, account_id: int, key: Key) -> StoredTemplate | None:
    """Find the template of a key, by id or else by name (compatibility: send-v3#properties)."""
    number = whole_number(key)
    found = await templates.find(account_id, number) if 0 < number <= MAX_ID else None
    if found is None and isinstance(key, str):
        return await templates.find_by_name(account_id, key)
    return found


def chosen(key: Key | None, templates: Found) -> StoredTemplate | None:
    """Return the template of ``key``; None if the message names none or an unknown one."""
    return None if key is None else templates.get(key)

"""Finding the templates that a call names.

A template is the lowest layer of defaults below a message. What it brings is read and checked like the
caller's own values, so nothing is accepted that cannot be composed later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aerogram.base.ids import MAX_ID
from aerogram.doors.http.send.shared.values import whole_number

if TYPE_CHECKING:
    from aerogram.content.templates import StoredTemplate

Key = int | str
"""What names a template: an id, a name, or digits that may be either. In v3.1 it is always an id."""


class Templates(Protocol):
    """What is asked of `aerogram.content.templates.Templates`."""

    async def find(self, account_id: int, template_id: int) -> StoredTemplate | None:
        """Give a template that the account may use; None when there is none with this id."""
        ...

    async def find_by_name(self, account_id: int, name: str) -> StoredTemplate | None:
        """Give a template that the account may use; None when there is none of this name."""
        ...


Found = dict[Key, "StoredTemplate | None"]
"""The templates of a call by the keys that it names them with; None where the account has no such template."""


async def find(templates: Templates, account_id: int, key: Key) -> StoredTemplate | None:
    """Find the template that a key means: by its id, else by its name (compatibility: send-v3#properties)."""
    number = whole_number(key)
    found = await templates.find(account_id, number) if 0 < number <= MAX_ID else None
    if found is None and isinstance(key, str):
        return await templates.find_by_name(account_id, key)
    return found


def chosen(key: Key | None, templates: Found) -> StoredTemplate | None:
    """Give the template that a message names by ``key``; None when it names none that is known."""
    return None if key is None else templates.get(key)

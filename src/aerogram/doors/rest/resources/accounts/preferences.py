"""``/v3/REST/preferences``: key-value pairs that a program stores for a user.

(compatibility: accounts#access)

They are writable because Mailjet's Ruby SDK writes them. An account reads only its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.kinds import Integer, Text
from aerogram.doors.rest.preference_rows import MAX_KEY, MAX_VALUE, PreferenceRows, by_name
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import EVERYTHING, Filter
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.identity.preferences import USER
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.doors.rest.queries.listing import Condition
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.preferences import Preferences as Stored
    from aerogram.model.actor import Actor


class _AllUsers(Filter):
    """A parameter without effect."""

    def condition(self, text: str) -> Condition:
        """Check the value, and match every row."""
        filters.flag(text)
        return EVERYTHING


class Preferences(ChangeableResource):
    """A stored value."""

    name = "preferences"
    class_name = "Preferences"
    area = Area.ACCOUNT
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_key = "Key"
    keys = (by_id, by_name)
    fields = (
        Integer("ID", "id", read_only=True),
        Text("Key", "name", required=True, max_length=MAX_KEY),
        Integer("UserID", "owner_id", read_only=True),
        Text("Value", "value", default="", max_length=MAX_VALUE),
    )
    filters = (
        *filters.likes("Key", "name"),
        _AllUsers("ShowAllUsers", "", filters.flag, "no effect: the one user is always shown"),
        Filter("User", "owner_id", filters.integer, "ID of the user"),
        Filter("Value", "value", filters.words, "value"),
    )


def preferences(stored: Stored, accounts: Accounts) -> Preferences:
    """Bind the resource to the preferences of users."""

    async def owner_of(_: Actor) -> int:
        return await accounts.owner_id()

    return Preferences(PreferenceRows(stored, USER, owner_of))

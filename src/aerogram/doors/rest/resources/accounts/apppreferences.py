"""``/v3/REST/apppreferences``: values that a program stores for an account (compatibility: accounts#access).

Mailjet documents only reading, because its own pages write them; here clients may write them too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.kinds import Integer, Text
from aerogram.doors.rest.preference_rows import MAX_KEY, MAX_VALUE, PreferenceRows
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.identity.preferences import APP
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.preferences import Preferences as Stored
    from aerogram.model.actor import Actor


class AppPreferences(ChangeableResource):
    """A stored value."""

    name = "apppreferences"
    class_name = "AppPreferences"
    area = Area.ACCOUNT
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_properties = "Key"
    keys = (by_id,)
    fields = (
        Integer("APIKeyID", "owner_id", read_only=True),
        Integer("ID", "id", read_only=True),
        Text("PrefKey", "name", required=True, max_length=MAX_KEY),
        Text("PrefValue", "value", default="", max_length=MAX_VALUE),
    )
    filters = (
        Filter("APIKey", "owner_id", filters.integer, "ID of the account"),
        *filters.likes("Key", "name"),
    )


def apppreferences(stored: Stored) -> AppPreferences:
    """Bind the resource to the preferences of accounts."""

    async def owner_of(actor: Actor) -> int:
        return actor.account_id

    return AppPreferences(PreferenceRows(stored, APP, owner_of))

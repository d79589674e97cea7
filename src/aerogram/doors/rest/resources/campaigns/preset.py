"""``/v3/REST/preset``: styles of an editor, which copies them into templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.kinds import Choice, Integer, Text
from aerogram.doors.rest.plain_records import PlainResource, by_owner_and_name
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import by_id
from aerogram.doors.rest.resources.campaigns.template import MAX_PRESETS
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.doors.rest.queries.listing import Row

_USER = "user"


class Preset(PlainResource):
    """A style. Like templates, presets are not shared between accounts, so none is ``global``."""

    name = "preset"
    class_name = "Preset"
    area = Area.TEMPLATES
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id, by_owner_and_name)
    unique = ("OwnerType", "Name")
    fields = (
        Text("Author", "author"),
        Text("Copyright", "copyright"),
        Text("Description", "description"),
        Integer("ID", "id", read_only=True),
        Text("Name", "name", max_length=255),
        Integer("OwnerID", "account_id", read_only=True),
        Choice("OwnerType", "owner_type", ("apikey", _USER), default="apikey"),
        Text("Preset", "preset", max_length=MAX_PRESETS),
    )
    kept = (Integer("User", "user_id"),)
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("Name", "name", filters.words, "name"),
        Filter("OwnerType", "owner_type", filters.lowered, "apikey, user or global"),
        Filter("User", "user_id", filters.integer, "OwnerID of presets with OwnerType user"),
    )

    @classmethod
    def derived(cls, row: Row) -> Row:
        """Return the ``user_id``: the account if the owner type is ``user``, else 0."""
        return {"user_id": row["account_id"] if row["owner_type"] == _USER else 0}

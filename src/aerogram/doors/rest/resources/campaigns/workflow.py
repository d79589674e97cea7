"""``/v3/REST/workflow``: the names of automations. Running them is not supported."""

from __future__ import annotations

from aerogram.doors.rest.fields.kinds import Flag, Integer, Moment, Text
from aerogram.doors.rest.plain_records import PlainResource, by_unique_key
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area


class Workflow(PlainResource):
    """A named automation. None can be active."""

    name = "workflow"
    class_name = "Workflow"
    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id, by_unique_key)
    unique = ("Name",)
    fields = (
        Moment("CreatedAt", "created_ms", read_only=True),
        Integer("ID", "id", read_only=True),
        Flag("IsDeleted", "is_deleted", read_only=True),
        Moment("ModifiedAt", "updated_ms", read_only=True),
        Text("Name", "name", max_length=255),
        Text("Status", "status", read_only=True, default="draft"),
    )
    kept = (Flag("IsActive", "is_active"),)
    filters = (
        Filter("IsActive", "is_active", filters.flag, "true: active only; false: the others"),
        Filter("IsDeleted", "is_deleted", filters.flag, "true: deleted only; false: the others"),
        *filters.likes("Name", "name", ("", "CI", "Like", "LikeCI")),
        Filter("Status", "status", filters.words, "status"),
    )

"""``/v3/REST/axtesting``: tests of several versions of one campaign (compatibility: campaigns#tests)."""

from __future__ import annotations

from aerogram.doors.rest.fields.kinds import Choice, Constant, Flag, Integer, Moment, Number, Text
from aerogram.doors.rest.fields.percentages import Percentage
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.plain_records import PlainResource
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area


class AxTesting(PlainResource):
    """The settings of a test: its recipients, and how the winner is chosen.

    Its versions are drafts that refer to it.
    """

    name = "axtesting"
    class_name = "AXTesting"
    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id,)
    fields = (
        Reference("ContactListID", "list_id", "contactslist"),
        Moment("CreatedAt", "created_ms", read_only=True),
        Flag("Deleted", "is_deleted"),
        Integer("ID", "id", read_only=True),
        Choice("Mode", "mode", ("automatic", "manual"), default="automatic"),
        Text("Name", "name"),
        Percentage("Percentage", "percentage"),
        Moment("RemainderAt", "remainder_ms"),
        Reference("SegmentationID", "segment_id", "contactfilter"),
        Flag("Starred", "is_starred"),
        Moment("StartAt", "start_ms"),
        Text("Status", "status"),
        Constant("StatusCode", 0),
        Constant("StatusString", ""),
        Number("WinnerClickRate", "winner_click_rate"),
        Integer("WinnerID", "winner_id"),
        Choice(
            "WinnerMethod",
            "winner_method",
            ("OpenRate", "ClickRate", "SpamRate", "UnsubRate", "MJScore"),
            default="OpenRate",
        ),
        Number("WinnerOpenRate", "winner_open_rate"),
        Number("WinnerSpamRate", "winner_spam_rate"),
        Number("WinnerUnsubRate", "winner_unsub_rate"),
    )
    filters = (
        Filter("ContactsList", "list_id", filters.integer, "ID of the list"),
        Filter("IsDeleted", "is_deleted", filters.flag, "true: deleted only; false: the others"),
        Filter("IsStarred", "is_starred", filters.flag, "true: starred only; false: the others"),
        Filter("Segmentation", "segment_id", filters.integer, "ID of the segment"),
    )

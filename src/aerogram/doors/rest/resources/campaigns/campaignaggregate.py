"""``/v3/REST/campaignaggregate``: sets of campaigns for combined statistics.

(compatibility: campaigns#aggregates)
"""

from __future__ import annotations

from aerogram.doors.rest.fields.kinds import Constant, Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.plain_records import PlainResource
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area


class CampaignAggregate(PlainResource):
    """A set of campaigns."""

    name = "campaignaggregate"
    class_name = "CampaignAggregate"
    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id,)
    sortable = ("ID",)
    fields = (
        Text("CampaignIDS", "campaign_ids"),
        Reference("ContactFilterID", "segment_id", "contactfilter"),
        Reference("ContactsListID", "list_id", "contactslist"),
        Constant("Final", False),
        Moment("FromDate", "from_ms"),
        Integer("ID", "id", read_only=True),
        Text("Keyword", "keyword"),
        Text("Name", "name"),
        Reference("SenderID", "sender_id", "sender"),
        Moment("ToDate", "to_ms"),
    )
    filters = (
        Filter("ContactFilter", "segment_id", filters.integer, "ID of the segment"),
        Filter("ContactsList", "list_id", filters.integer, "ID of the list"),
        Filter("Sender", "sender_id", filters.integer, "ID of the sender"),
    )

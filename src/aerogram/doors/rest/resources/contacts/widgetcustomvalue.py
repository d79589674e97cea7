"""``/v3/REST/widgetcustomvalue``: custom texts of signup forms.

(compatibility: contacts#signup-forms)
"""

from __future__ import annotations

from aerogram.doors.rest.fields.kinds import Flag, Integer, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.plain_records import PlainResource, by_unique_key
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area


class WidgetCustomValue(PlainResource):
    """A named value of a widget, removed with it."""

    name = "widgetcustomvalue"
    class_name = "WidgetCustomValue"
    area = Area.LISTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id, by_unique_key)
    unique = ("WidgetID", "Name")
    works_on = ("widget_id",)
    fields = (
        Integer("APIKeyID", "account_id", read_only=True),
        Flag("Display", "display"),
        Integer("ID", "id", read_only=True),
        Text("Name", "name", required=True, max_length=255),
        Text("Value", "value"),
        Reference("WidgetID", "widget_id", "widget", required=True),
    )
    filters = (
        Filter("Name", "name", filters.words, "name"),
        Filter("Widget", "widget_id", filters.integer, "ID of the widget"),
    )

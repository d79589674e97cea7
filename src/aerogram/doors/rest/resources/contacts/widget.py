"""``/v3/REST/widget``: signup forms (compatibility: contacts#signup-forms)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.addresses import OptionalAddress
from aerogram.doors.rest.fields.kinds import Field, Flag, Integer, Text, UnixTime
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.plain_records import PlainResource
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area
from aerogram.model.widget import CUSTOM_VALUE, WIDGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.plain_records import PlainRecords
    from aerogram.doors.rest.queries.listing import Changeable, Query, Row
    from aerogram.model.actor import Actor


class Widget(PlainResource):
    """A form for one list, with a sender for the confirmation mail.

    ``SignupUrl`` is our own: the URL of the form, for links and for the ``action`` of a custom form.
    """

    name = WIDGET
    class_name = "Widget"
    area = Area.LISTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    keys = (by_id,)
    owns = ((CUSTOM_VALUE, "widget_id"),)
    works_on = ("list_id",)
    fields = (
        UnixTime("CreatedAt", "created_ms", read_only=True),
        Reference("FromID", "sender_id", "sender", required=True),
        Integer("ID", "id", read_only=True),
        Flag("IsActive", "is_active", default=True),
        Flag("IsStarred", "is_starred"),
        Reference("ListID", "list_id", "contactslist", required=True),
        Text("Locale", "locale", required=True, max_length=32),
        UnixTime("ModifiedAt", "updated_ms", read_only=True),
        Text("Name", "name", max_length=255),
        OptionalAddress("Replyto", "reply_to", is_omitted=True),
        Text("Sendername", "sender_name", max_length=255),
        Field("SignupUrl", "signup_url", read_only=True),
        Text("Status", "status", max_length=255),
        Text("Subject", "subject", max_length=255),
        Reference("TemplateID", "template_id", "template"),
    )
    filters = (
        Filter("active", "is_active", filters.flag, "true: active only; false: the others"),
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("ContactsList", "list_id", filters.integer, "ID of the list"),
        Filter("IsStarred", "is_starred", filters.flag, "true: starred only; false: the others"),
        Filter("Locale", "locale", filters.words, "locale, as en_US"),
        Filter("MessageTemplate", "template_id", filters.integer, "ID of the template"),
        *filters.likes("Name", "name"),
        Filter("Sender", "sender_id", filters.integer, "ID of the sender"),
        Filter("Status", "status", filters.words, "status"),
        Filter("TemplateID", "template_id", filters.integer, "ID of the template"),
    )


def widget(records: PlainRecords, signup_url: Callable[[int], str]) -> Widget:
    """Bind the resource to its records; ``signup_url`` gives the URL of a form."""
    resource = Widget(records)
    resource.collection = _Located(resource.collection, signup_url)
    return resource


class _Located:
    """Widgets, each with the URL of its form."""

    def __init__(self, widgets: Changeable, signup_url: Callable[[int], str]) -> None:
        self._widgets = widgets
        self._signup_url = signup_url

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return widgets."""
        page = await self._widgets.page(actor, query)
        return Page([self._located(row) for row in page.rows], page.total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a widget."""
        return self._located(await self._widgets.add(actor, values))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a widget."""
        return self._located(await self._widgets.change(actor, row, values))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a widget with its custom values."""
        await self._widgets.remove(actor, row)

    def _located(self, row: Row) -> Row:
        return {**row, "signup_url": self._signup_url(row["id"])}

"""``/v3/REST/contactslist``: lists of contacts (compatibility: contacts#lists)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.lists import MAX_NAME
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.doors.rest.resources.contacts.managecontact import managecontact
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.lists import Lists
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor

_is_address: Final = re.compile(r"[0-9A-Za-z]{9}\Z").match


def by_address(text: str) -> Condition | None:
    """Read a list's Address."""
    return Condition("address", text.lower()) if _is_address(text) else None


class ContactsList(ChangeableResource):
    """A list of contacts. Deleting it is soft: it stays readable and can be restored."""

    name = "contactslist"
    class_name = "ContactsList"
    area = Area.LISTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    unique_properties = "Name"
    keys = (by_id, by_address)
    ids_condition = "ids"
    sortable = ("ID", "IsDeleted", "Name", "CreatedAt")
    fields = (
        Text("Address", "address"),
        Moment("CreatedAt", "created_ms", read_only=True),
        Integer("ID", "id", read_only=True),
        Flag("IsDeleted", "is_deleted", default=False),
        Text("Name", "name", required=True, max_length=MAX_NAME),
        Integer("SubscriberCount", "subscriber_count", read_only=True),
    )
    filters = (
        Filter("Address", "address", filters.lowered, "generated address of the list"),
        Filter("ExcludeID", "not_id", filters.integer, "ID of a list to leave out"),
        Filter("ID", "id", filters.integer, "ID"),
        Filter("IsDeleted", "is_deleted", filters.flag, "true: deleted lists only; false: the others"),
        Filter("Name", "name", filters.words, "name"),
    )

    def alternate(self, key: str) -> Condition | None:
        """Read a ``ListALT``: the Address, or the name of a live list.

        (compatibility: contacts#memberships)
        """
        return None if "\0" in key else Condition("alternate", key)


class StoredLists:
    """The lists as a collection."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return lists as rows."""
        conditions = combined(query.conditions)
        if "is_deleted" in conditions:
            conditions["is_deleted"] = int(conditions["is_deleted"])
        found, total = await self._lists.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a list."""
        _refuse_address(values)
        made = await self._lists.create(actor, values["name"], is_deleted=values["is_deleted"])
        return msgspec.structs.asdict(made)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Rename, delete or restore a list."""
        _refuse_address(values)
        return msgspec.structs.asdict(await self._lists.change(actor, row["id"], values))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Delete a list softly; a deleted one is not found.

        (compatibility: rest#changing-and-deleting)
        """
        if row["is_deleted"]:
            raise errors.not_found()
        await self._lists.remove(actor, row["id"])


def contactslist(audience: Audience, *actions: Action) -> ContactsList:
    """Bind the resource to the lists, with further actions."""
    return ContactsList(StoredLists(audience.lists), (managecontact(audience), *actions))


def _refuse_address(values: Row) -> None:
    if values.get("address"):
        reason = "List address is automatically generated and can't be changed"
        raise errors.RestError(401, f"Internal error: {reason}")

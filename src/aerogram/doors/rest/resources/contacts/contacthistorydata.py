"""``/v3/REST/contacthistorydata``: values of historic properties (compatibility: contacts#contact-data)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.audience.history import UndefinedError, WrongValueError
from aerogram.audience.property_values import MAX_VALUE
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, references
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.history import History
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor


class ContactHistoryData(ChangeableResource):
    """A value of a contact at a point in time."""

    name = "contacthistorydata"
    class_name = "ContactHistoryData"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "DELETE"})
    in_sandbox = frozenset({"POST"})
    keys = (by_id,)
    sortable = ("ID", "CreatedAt")
    fields = (
        Reference("ContactID", "contact_id", "contact", required=True),
        Moment("CreatedAt", "at_ms"),
        Text("Data", "data", default="", max_length=MAX_VALUE),
        Integer("ID", "id", read_only=True),
        Text("Name", "name", required=True),
    )
    filters = (
        *references("Contact", "contact_id", "contact"),
        Filter("Last", "is_newest", filters.flag, "true: only the newest value of each contact and name"),
        Filter("MaxCreatedAt", "before_ms", filters.start_moment, "CreatedAt earlier than this"),
        Filter("MinCreatedAt", "from_ms", filters.start_moment, "CreatedAt not earlier than this"),
        Filter("Name", "name", filters.lowered, "name of the property"),
    )


class StoredHistory:
    """The values as a collection."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return values as rows."""
        conditions = combined(tuple(one for one in query.conditions if one != Condition("is_newest", False)))
        if "is_newest" in conditions:
            conditions["is_newest"] = 1
        found, total = await self._history.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Add a value."""
        try:
            made = await self._history.add(
                actor, values["contact_id"], values["name"], values["data"], values.get("at_ms")
            )
        except UndefinedError:
            raise errors.RestError(400, f'Invalid key name: "{values["name"][:80]}"') from None
        except WrongValueError as error:
            raise errors.invalid_properties({"Data": str(error)}) from None
        return msgspec.structs.asdict(made)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:  # noqa: ARG002 - of the protocol
        """Refuse: past values do not change."""
        raise errors.operation_not_allowed()

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a value."""
        await self._history.remove(actor, row["id"])


def contacthistorydata(audience: Audience) -> ContactHistoryData:
    """Bind the resource to the history."""
    return ContactHistoryData(StoredHistory(audience.history))

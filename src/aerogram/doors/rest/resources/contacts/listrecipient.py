"""``/v3/REST/listrecipient``: memberships, the contacts on lists (compatibility: contacts#memberships)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.audience.memberships import AlreadyOnListError
from aerogram.audience.subscriptions import UnknownListsError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Flag, Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, Inert, references
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.doors.rest.resources.contacts.contact import address
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.memberships import Memberships
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor


class ListRecipient(ChangeableResource):
    """A membership: a contact on a list."""

    name = "listrecipient"
    class_name = "ListRecipient"
    area = Area.LISTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    keys = (by_id,)
    fields = (
        Reference("ContactID", "contact_id", "contact", required=True),
        Integer("ID", "id", read_only=True),
        Flag("IsActive", "is_active", default=True),
        Flag("IsUnsubscribed", "is_unsubscribed", default=False),
        Reference("ListID", "list_id", "contactslist", required=True),
        Text("ListName", "list_name", read_only=True),
        Moment("SubscribedAt", "subscribed_ms", read_only=True),
        Moment("UnsubscribedAt", "unsubscribed_ms", read_only=True),
    )
    filters = (
        Filter("Active", "is_active", filters.flag, "true: active memberships only; false: the others"),
        Inert("Blocked", filters.flag),
        *references("Contact", "contact_id", "contact"),
        Filter("ContactEmail", "contact_email", address, "address of the contact"),
        *references("ContactsList", "list_id", "list"),
        Filter("IgnoreDeleted", "list_is_live", filters.flag, "true: without memberships of deleted lists"),
        Filter(
            "IsExcludedFromCampaigns",
            "is_excluded",
            filters.flag,
            "true: memberships of excluded contacts only; false: the others",
        ),
        Filter("LastActivityAt", "active_at", filters.start_moment, "time of the contact's last activity"),
        Filter("ListName", "list_name", filters.words, "name of the list"),
        Filter("Opened", "opened", filters.flag, "true: contacts that opened a mail only; false: the others"),
        Inert("Status"),
        Filter(
            "Unsub", "is_unsubscribed", filters.flag, "true: unsubscribed memberships only; false: the others"
        ),
    )


class StoredMemberships:
    """The memberships as a collection."""

    def __init__(self, memberships: Memberships) -> None:
        self._memberships = memberships

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return memberships as rows."""
        conditions = stored_conditions(query.conditions)
        found, total = await self._memberships.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Add a contact to a list."""
        try:
            made = await self._memberships.create(
                actor,
                values["contact_id"],
                values["list_id"],
                is_unsubscribed=values["is_unsubscribed"],
                is_active=values["is_active"],
            )
        except AlreadyOnListError:
            raise errors.RestError(400, "A duplicate ListRecipient already exists.") from None
        except UnknownListsError as error:
            raise errors.invalid_properties({"List": str(error)}) from None
        return msgspec.structs.asdict(made)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Unsubscribe or resubscribe a contact; contact and list of a membership never change."""
        for source, name in (("contact_id", "ContactID"), ("list_id", "ListID")):
            if source in values:
                raise errors.read_only(name)
        return msgspec.structs.asdict(await self._memberships.change(actor, row["id"], values))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a contact from a list."""
        await self._memberships.remove(actor, row["id"])


def listrecipient(audience: Audience, *actions: Action) -> ListRecipient:
    """Bind the resource to the memberships."""
    return ListRecipient(StoredMemberships(audience.memberships), actions)


def stored_conditions(given: tuple[Condition, ...]) -> dict[str, Any]:
    """Return the store's conditions for those of the resource."""
    return combined(tuple(part for one in given for part in _stored(one)))


def _stored(condition: Condition) -> tuple[Condition, ...]:
    """Return the store's conditions for a condition of the resource."""
    match condition.name, condition.value:
        case "everything", _:
            return ()
        case "list_is_live", ignores_deleted:
            return (Condition("list_is_live", 1),) if ignores_deleted else ()
        case "opened", has_opened:
            return (Condition("has_opened" if has_opened else "has_not_opened", 1),)
        case name, bool(flag):
            return (Condition(name, int(flag)),)
    return (condition,)

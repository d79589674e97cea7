"""``/v3/REST/contact``: the contacts of an account (compatibility: contacts#contact)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.audience.contacts import BadAddressError, address_of
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Address, Flag, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import LIKES, Filter, Inert, likes, references
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.doors.rest.resources.contacts.contact_lists_actions import lists_actions
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.audience.contacts import Contact, Contacts
    from aerogram.audience.services import Audience
    from aerogram.model.actor import Actor


class ContactAddress(Address):
    """An address, read in the form that contacts use."""

    def read(self, value: Any) -> str:
        """Read an address."""
        text = super().read(value)
        try:
            return address_of(text)
        except BadAddressError as error:
            raise InvalidValueError(str(error)) from None


def by_email(text: str) -> Condition | None:
    """Read an address.

    Text that is neither an address nor a number is refused with a reason.
    (compatibility: rest#urls)
    """
    if text.isdigit():
        return None
    if "@" not in text:
        raise errors.RestError(400, f'Invalid email address "{text[:320]}", reason: "No @ character in mail"')
    return Condition("email", address(text))


def address(text: str) -> str:
    """Read a text to compare with addresses."""
    try:
        return address_of(text)
    except BadAddressError:
        return filters.lowered(text)


CONTACT_FILTERS = (
    *references("Campaign", "campaign_id", "campaign sent to the contact"),
    *references("ContactsList", "list_id", "list that the contact is on"),
    Filter("Email", "email", address, "address, ignoring case"),
    *likes("Email", "email", tuple(LIKES)[1:]),
    Filter("IncludeAnonymized", "includes_anonymized", filters.flag, "true: erased contacts too"),
    Filter(
        "IsExcludedFromCampaigns",
        "is_excluded",
        filters.flag,
        "true: excluded contacts only; false: the others",
    ),
    Filter(
        "IsUnsubscribed",
        "is_unsubscribed",
        filters.flag,
        "true: contacts unsubscribed from a list; false: from none",
    ),
    Filter("LastActivityAt", "active_at", filters.start_moment, "time of the last activity"),
    Inert("Status"),
)
"""The filters of contacts, also used where their property values are listed."""


class ContactResource(ChangeableResource):
    """A person or mailbox that an account sends mail to."""

    name = "contact"
    class_name = "Contact"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "PUT"})
    in_sandbox = frozenset({"POST", "PUT"})
    refused_methods = frozenset({"DELETE"})
    unique_properties = "Email"
    keys = (by_id, by_email)
    ids_condition = "ids"
    sortable = ("ID", "Email", "DeliveredCount", "CreatedAt")
    fields = (
        Moment("CreatedAt", "created_ms", read_only=True),
        Integer("DeliveredCount", "delivered_count", read_only=True),
        ContactAddress("Email", "email", required=True),
        Moment("ExclusionFromCampaignsUpdatedAt", "excluded_ms", read_only=True),
        Integer("ID", "id", read_only=True),
        Flag("IsExcludedFromCampaigns", "is_excluded", default=False),
        Flag("IsOptInPending", "is_optin_pending", read_only=True),
        Flag("IsSpamComplaining", "is_spam_complaining", read_only=True),
        Moment("LastActivityAt", "last_activity_ms", read_only=True),
        Moment("LastUpdateAt", "updated_ms", read_only=True),
        Text("Name", "name", default=""),
        Moment("UnsubscribedAt", "unsubscribed_ms", read_only=True),
        Text("UnsubscribedBy", "unsubscribed_by", read_only=True),
    )
    filters = CONTACT_FILTERS


_OF_THEIR_OWN = frozenset({"id", "ids", "list_id"})
"""With these conditions erased contacts are not hidden: a query by id asks for them, and no list has any."""


class StoredContacts:
    """The contacts as a collection."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return contacts as rows."""
        found, total = await contacts_page(self._contacts, actor, query)
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a contact."""
        made = await self._contacts.create(
            actor, values["email"], name=values["name"], is_excluded=values["is_excluded"]
        )
        return msgspec.structs.asdict(made)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a contact."""
        return msgspec.structs.asdict(await self._contacts.change(actor, row["id"], values))

    async def remove(self, actor: Actor, row: Row) -> None:  # noqa: ARG002 - of the protocol
        """Refuse: contacts are erased through another path."""
        raise errors.operation_not_allowed()


async def contacts_page(contacts: Contacts, actor: Actor, query: Query) -> tuple[list[Contact], int]:
    """Return the contacts that a query selects; erased ones only by id or with IncludeAnonymized."""
    return await contacts.page(actor, query.request(stored_conditions(query.conditions)))


def stored_conditions(given: tuple[Condition, ...]) -> dict[str, Any]:
    """Return the store's conditions for the resource's; erased contacts are hidden unless requested."""
    conditions = combined(tuple(_stored(one) for one in given if one != filters.EVERYTHING))
    if not conditions.pop("includes_anonymized", False) and not conditions.keys() & _OF_THEIR_OWN:
        conditions["is_anonymized"] = 0
    return conditions


def contact(audience: Audience, *actions: Action) -> ContactResource:
    """Bind the resource to the contacts, with further actions."""
    return ContactResource(
        StoredContacts(audience.contacts), (*lists_actions(audience.memberships), *actions)
    )


def _stored(condition: Condition) -> Condition:
    """Return the store's condition for a condition of the resource."""
    match condition.name, condition.value:
        case "is_unsubscribed", has_left:
            return Condition("has_left" if has_left else "has_not_left", 1)
        case "is_excluded", is_excluded:
            return Condition("is_excluded", int(is_excluded))
    return condition

"""``/v3/REST/contactslistsignup``: signups through widgets, and their confirmation.

(compatibility: contacts#signup-forms)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.kinds import Constant, Integer, Text, UnixTime
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, Query, combined
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area
from aerogram.model.widget import SIGNUP_SOURCE

if TYPE_CHECKING:
    from aerogram.audience.signups import Signups
    from aerogram.model.actor import Actor


class ContactsListSignup(Resource):
    """A signup: an address entered in a form."""

    name = "contactslistsignup"
    class_name = "ContactsListSignup"
    area = Area.LISTS
    keys = (by_id,)
    fields = (
        UnixTime("ConfirmAt", "confirm_ms", read_only=True),
        Text("ConfirmIp", "confirm_ip", read_only=True),
        Constant("ConsentID", 0),
        Reference("ContactID", "contact_id", "contact", read_only=True),
        Text("Email", "email", read_only=True),
        Integer("ID", "id", read_only=True),
        Reference("ListID", "list_id", "contactslist", read_only=True),
        Constant("Properties", ""),
        UnixTime("SignupAt", "signup_ms", read_only=True),
        Text("SignupIp", "signup_ip", read_only=True),
        Text("SignupKey", "signup_key", read_only=True),
        Constant("Source", SIGNUP_SOURCE),
        Integer("SourceId", "widget_id", read_only=True),
        Constant("ValidationResponse", ""),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("Contact", "contact_id", filters.integer, "ID of the contact"),
        Filter("ContactsList", "list_id", filters.integer, "ID of the list"),
        Filter("Domain", "domain", filters.lowered, "domain of the address"),
        Filter("Email", "email", filters.lowered, "address"),
        Filter("LocalPart", "local_part", filters.lowered, "local part of the address"),
        Filter("MaxConfirmAt", "confirm_before", filters.start_moment, "confirmed before this"),
        Filter("MaxSignupAt", "signup_before", filters.start_moment, "signed up before this"),
        Filter("MinConfirmAt", "confirm_after", filters.end_moment, "confirmed after this"),
        Filter("MinSignupAt", "signup_after", filters.end_moment, "signed up after this"),
        Filter("SignupIp", "signup_ip", filters.words, "IP address of the signup"),
        Filter("SignupKey", "signup_key", filters.words, "key"),
        Filter("Source", "source", filters.words, "source of the signup"),
        Filter("SourceID", "widget_id", filters.integer, "ID of the widget"),
    )


class SignupRows:
    """The signups as a collection."""

    def __init__(self, signups: Signups) -> None:
        self._signups = signups

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return signups."""
        request = query.request(combined(query.conditions))
        rows, total = await self._signups.page(actor, request)
        return Page([*rows], total)

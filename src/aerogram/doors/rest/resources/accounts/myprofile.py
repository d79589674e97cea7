"""``/v3/REST/myprofile``: the profile of the person who owns the accounts.

(compatibility: accounts#access)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Integer, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, PartlyChangeable, Query, Row, page_of
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.profiles import Person, Profiles
    from aerogram.model.actor import Actor

_TEXTS: Final = (
    *("AddressCity", "AddressCountry", "AddressPostalCode", "AddressState", "AddressStreet", "BillingEmail"),
    *("BirthdayAt", "CompanyName", "CompanyNumOfEmployees", "ContactPhone", "Features", "Firstname"),
    *("Industry", "JobTitle", "Lastname", "VATNumber", "Website"),
)
"""Stored unchanged; only the person who wrote them reads them."""
_VOLUME: Final = "EstimatedVolume"
MAX_WORDS: Final = 500


class MyProfile(ChangeableResource):
    """The profile of the owner. Every account shows it; only the first account's key changes it."""

    name = "myprofile"
    class_name = "MyProfile"
    area = Area.ACCOUNT
    is_singular = True
    methods = frozenset({"GET", "PUT"})
    keys = (by_id,)
    fields = (
        *(Text(name, name, max_length=MAX_WORDS) for name in _TEXTS),
        Integer(_VOLUME, _VOLUME),
        Integer("ID", "id", read_only=True),
        Integer("UserID", "id", read_only=True),
        Constant("VAT", 0),
    )
    filters = (Filter("User", "id", filters.integer, "ID of the user"),)


class Profile(PartlyChangeable):
    """The profile as a collection."""

    def __init__(self, profiles: Profiles, accounts: Accounts) -> None:
        self._profiles = profiles
        self._accounts = accounts

    async def page(self, _: Actor, query: Query) -> Page:
        """Return the profile as the one row."""
        owner = await self._profiles.owner()
        return page_of([_row(owner)] if owner else [], query, {"id": "id"})

    async def change(self, actor: Actor, _: Row, values: Row) -> Row:
        """Change the profile."""
        if not await self._accounts.is_master(actor):
            raise errors.master_only()
        return _row(await self._profiles.change(profile=values))


def myprofile(profiles: Profiles, accounts: Accounts) -> MyProfile:
    """Bind the resource to the profile."""
    return MyProfile(Profile(profiles, accounts))


def _row(person: Person) -> dict[str, Any]:
    return {**dict.fromkeys(_TEXTS, ""), _VOLUME: 0, **person.profile, "id": person.id}

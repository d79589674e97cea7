"""``/v3/REST/user``: the person who owns the accounts (compatibility: accounts#access)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, AlwaysIs, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, PartlyChangeable, Query, Row, page_of
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.profiles import Person, Profiles
    from aerogram.model.actor import Actor

DEFAULT_USERNAME: Final = "Undefined"
DEFAULT_LOCALE: Final = "en_US"
DEFAULT_TIMEZONE: Final = "etc/UTC"
"""Mailjet's values for a user who set none."""
MAX_ALLOWED_KEYS: Final = 2**31 - 1
"""The number of accounts is not limited; this is the maximum of the property."""


def by_email(text: str) -> Condition | None:
    """Read an address."""
    return Condition("email", text.strip().lower()) if "@" in text else None


class User(ChangeableResource):
    """The person created at the first set-up. Every account shows them; the first account's key changes them.

    They sign in with the address, so the API cannot change it.
    """

    name = "user"
    class_name = "User"
    area = Area.ACCOUNT
    is_singular = True
    methods = frozenset({"GET", "PUT"})
    unique_key = "Email"
    keys = (by_id, by_email)
    fields = (
        Constant("ACL", ""),
        Moment("CreatedAt", "created_ms", read_only=True),
        Text("Email", "email", read_only=True),
        Constant("FirstIp", ""),
        Integer("ID", "id", read_only=True),
        Constant("LastIp", ""),
        Constant("LastLoginAt", ""),
        Text("Locale", "locale", max_length=20),
        Constant("MaxAllowedAPIKeys", MAX_ALLOWED_KEYS),
        Text("Timezone", "timezone", max_length=100),
        Text("Username", "username", max_length=255),
        Constant("WarnedRatelimitAt", ""),
    )
    filters = (
        AlwaysIs("IsActivated", True, "true: active users (all are); false: none"),
        Absent("NewEmail", "a new address that is not yet confirmed"),
        Filter("UserName", "username", filters.words, "user name"),
    )


class Owner(PartlyChangeable):
    """The person as a collection."""

    _MATCHES: Final = {name: name for name in ("id", "email", "username")}

    def __init__(self, profiles: Profiles, accounts: Accounts) -> None:
        self._profiles = profiles
        self._accounts = accounts

    async def page(self, _: Actor, query: Query) -> Page:
        """Return the person as the one row."""
        owner = await self._profiles.owner()
        return page_of([_row(owner)] if owner else [], query, self._MATCHES)

    async def change(self, actor: Actor, _: Row, values: Row) -> Row:
        """Change the person's properties."""
        if not await self._accounts.is_master(actor):
            raise errors.master_only()
        return _row(await self._profiles.change(words=values))


def user(profiles: Profiles, accounts: Accounts) -> User:
    """Bind the resource to the person."""
    return User(Owner(profiles, accounts))


def _row(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "email": person.email,
        "created_ms": person.created_ms,
        "username": person.username or DEFAULT_USERNAME,
        "locale": person.locale or DEFAULT_LOCALE,
        "timezone": person.timezone or DEFAULT_TIMEZONE,
    }

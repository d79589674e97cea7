"""``/v3/REST/apikeyaccess``: the people with access to the account (compatibility: accounts#access).

The rows are the members of the account. The API does not change them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter
from aerogram.doors.rest.queries.listing import Page, Query, page_of
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.profiles import Profiles, UserRow
    from aerogram.model.actor import Actor


class ApiKeyAccess(Resource):
    """A person with access to the account."""

    name = "apikeyaccess"
    class_name = "ApiKeyAccess"
    area = Area.ACCOUNT
    keys = (by_id,)
    fields = (
        Constant("AllowedAccess", ""),
        Integer("APIKeyID", "account_id", read_only=True),
        Moment("CreatedAt", "created_ms", read_only=True),
        Constant("CustomName", ""),
        Integer("ID", "id", read_only=True),
        Flag("IsActive", "is_active", read_only=True),
        Constant("LastActivityAt", ""),
        Integer("RealUserID", "id", read_only=True),
        Integer("UserID", "id", read_only=True),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("Email", "email", filters.lowered, "address of the person"),
        Filter("IsActive", "is_active", filters.flag, "true: people with access; false: none"),
        Filter("RealUser", "id", filters.integer, "ID of the user"),
        Absent("SubAccount", "ID of a sub-account"),
        Absent("Token", "token"),
        Filter("User", "id", filters.integer, "ID of the user"),
    )


class PeopleWithAccess:
    """The people as a collection."""

    _MATCHES: Final = {name: name for name in ("id", "account_id", "email", "is_active")}

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return the people as rows."""
        rows = [_row(actor.account_id, user) for user in await self._profiles.people(actor)]
        return page_of(rows, query, self._MATCHES)


def apikeyaccess(profiles: Profiles) -> ApiKeyAccess:
    """Bind the resource to the people of this installation."""
    return ApiKeyAccess(PeopleWithAccess(profiles))


def _row(account_id: int, user: UserRow) -> dict[str, Any]:
    return {
        "id": user.id,
        "account_id": account_id,
        "email": user.email,
        "created_ms": user.created_ms,
        "is_active": True,
    }

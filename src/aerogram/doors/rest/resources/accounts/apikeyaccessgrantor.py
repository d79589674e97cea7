"""``/v3/REST/apikeyaccessgrantor``: the accounts that the actor may access, with their senders.

(compatibility: accounts#access)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter
from aerogram.doors.rest.queries.listing import Page, Query, page_of
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts, Listed
    from aerogram.model.actor import Actor
    from aerogram.senders.claims import SenderClaims


class ApiKeyAccessGrantor(Resource):
    """An account. The first account sees all accounts; any other sees only itself."""

    name = "apikeyaccessgrantor"
    class_name = "ApiKeyAccessGrantor"
    area = Area.ACCOUNT
    keys = (by_id,)
    sortable = ()
    fields = (
        Integer("APIKeyID", "id", read_only=True),
        Flag("IsMaster", "is_master", read_only=True),
        Constant("IsQuarantined", False),
        Text("Name", "name", read_only=True),
        Text("Senders", "senders", read_only=True),
    )
    filters = (
        Filter("APIKey", "id", filters.integer, "ID of the account"),
        Filter("Name", "name", filters.words, "name of the account"),
        Filter("RealUserID", "user_id", filters.integer, "ID of the user"),
        Absent("SubAccountID", "ID of a sub-account"),
    )


class Grantors:
    """The accounts as a collection; senders are read only for the rows of the page."""

    _MATCHES: Final = {name: name for name in ("id", "name", "user_id")}

    def __init__(self, accounts: Accounts, senders: SenderClaims) -> None:
        self._accounts = accounts
        self._senders = senders

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return the accounts as rows."""
        master_id = await self._accounts.master_id()
        owner_id = await self._accounts.owner_id()
        listed = [
            each for each in await self._accounts.every() if actor.account_id in {master_id, each.account.id}
        ]
        rows = [_row(each, master_id, owner_id) for each in listed]
        page = page_of(rows, query, self._MATCHES)
        shown = [{**row, "senders": await self._emails(row["id"])} for row in page.rows]
        return msgspec.structs.replace(page, rows=shown)

    async def _emails(self, account_id: int) -> str:
        return ",".join(await self._senders.active(account_id))


def apikeyaccessgrantor(accounts: Accounts, senders: SenderClaims) -> ApiKeyAccessGrantor:
    """Bind the resource to the accounts and their senders."""
    return ApiKeyAccessGrantor(Grantors(accounts, senders))


def _row(listed: Listed, master_id: int | None, owner_id: int) -> dict[str, Any]:
    account = listed.account
    return {
        "id": account.id,
        "name": account.name,
        "is_master": account.id == master_id,
        "user_id": owner_id,
    }

"""``/v3/REST/apikey``: the accounts of this installation (compatibility: accounts#api-keys).

An API key of Mailjet is an account here, with its own contacts, senders and statistics. Only the response
that creates it shows its secret, because the store keeps nothing but a digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, PartlyChangeable, Query, Row, page_of
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts, Listed
    from aerogram.model.actor import Actor

MAX_NAME: Final = 255
RUNLEVEL: Final = "Normal"


def by_key(text: str) -> Condition | None:
    """Read the public half of a key pair.

    A public key of digits only is longer than any ID, so that the two cannot be confused.
    """
    return Condition("key", text)


class ApiKey(ChangeableResource):
    """An account with its key pair. The first is the master: only it creates, changes and sees the others."""

    name = "apikey"
    class_name = "ApiKey"
    area = Area.ACCOUNT
    methods = frozenset({"GET", "POST", "PUT"})
    unique_key = "APIKey"
    keys = (by_id, by_key)
    sortable = ("ID", "IsMaster", "IsActive", "CreatedAt", "Name")
    fields = (
        Constant("ACL", ""),
        Text("APIKey", "key", read_only=True),
        Moment("CreatedAt", "created_ms", read_only=True),
        Integer("ID", "id", read_only=True),
        Flag("IsActive", "is_active", default=True),
        Flag("IsMaster", "is_master", read_only=True),
        Text("Name", "name", required=True, max_length=MAX_NAME),
        Constant("QuarantineValue", 0),
        Constant("RegionID", 0),
        Constant("Runlevel", RUNLEVEL),
        Text("SecretKey", "secret", read_only=True),
        Constant("Skipspamd", 0),
        Text("TrackHost", "track_host", read_only=True),
        Integer("UserID", "user_id", read_only=True),
    )
    filters = (
        Filter("APIKey", "key", filters.words, "the public key"),
        Absent("ConfirmKey", "confirmation key"),
        Absent("CustomStatus", "status of the key"),
        Filter("IsActive", "is_active", filters.flag, "true: active accounts only; false: the others"),
        Filter("IsMaster", "is_master", filters.flag, "true: the master only; false: the others"),
        Absent("KeyType", "type of the key"),
        Filter("Name", "name", filters.words, "name"),
        Filter("User", "user_id", filters.integer, "ID of the user"),
    )


class Keys(PartlyChangeable):
    """The accounts as a collection."""

    _MATCHES: Final = {name: name for name in ("id", "is_active", "is_master", "name", "user_id")}

    def __init__(self, accounts: Accounts, public_url: str) -> None:
        self._accounts = accounts
        self._public_url = public_url

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return the account of the actor; the first account gets all accounts."""
        is_master = await self._accounts.is_master(actor)
        listed = await self._accounts.every() if is_master else await self._own(actor.account_id)
        conditions = []
        for condition in query.conditions:
            if condition.name == "key":
                listed = [each for each in listed if condition.value in {own.key for own in each.credentials}]
            else:
                conditions.append(condition)
        owner_id = await self._accounts.owner_id()
        master_id = await self._accounts.master_id()
        rows = [self._row(each, owner_id, master_id) for each in listed]
        rest = msgspec.structs.replace(query, conditions=tuple(conditions))
        return page_of(rows, rest, self._MATCHES)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create an account with a key pair; only this response shows the secret."""
        await self._permit(actor)
        opened = await self._accounts.create(actor, values["name"])
        if not values["is_active"]:
            await self._accounts.change(actor, opened.account.id, is_active=False)
        [listed] = await self._own(opened.account.id)
        row = self._row(listed, await self._accounts.owner_id(), actor.account_id)
        return row | {"secret": opened.keys.secret_key}

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Rename an account, or deactivate its keys."""
        await self._permit(actor)
        if row["is_master"] and not values.get("is_active", True):
            raise errors.RestError(400, "The master API key cannot be deactivated")
        await self._accounts.change(
            actor, row["id"], name=values.get("name"), is_active=values.get("is_active")
        )
        return {**row, **values}

    async def _permit(self, actor: Actor) -> None:
        if not await self._accounts.is_master(actor):
            raise errors.master_only()

    async def _own(self, account_id: int) -> list[Listed]:
        try:
            return [await self._accounts.show(account_id)]
        except NotFoundError:
            return []

    def _row(self, listed: Listed, owner_id: int, master_id: int | None) -> dict[str, Any]:
        account = listed.account
        # The first key that is not a sandbox key identifies the account.
        keys = [each.key for each in sorted(listed.credentials, key=lambda one: (one.is_sandboxed, one.id))]
        return {
            "id": account.id,
            "name": account.name,
            "created_ms": account.created_ms,
            "is_active": bool(account.is_active),
            "is_master": account.id == master_id,
            "key": next(iter(keys), ""),
            "secret": "",
            "track_host": urlsplit(self._public_url).hostname or "",
            "user_id": owner_id,
        }


def apikey(accounts: Accounts, public_url: str) -> ApiKey:
    """Bind the resource to the accounts; links in mails use ``public_url`` unless a domain has its own."""
    return ApiKey(Keys(accounts, public_url))

"""``/v3/REST/metasender``: senders that are valid for all accounts (compatibility: senders#metasenders)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter
from aerogram.doors.rest.queries.listing import Page, PartlyChangeable, Query, Row, page_of
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.doors.rest.sender_fields import SenderAddress, by_sender
from aerogram.model.account import Area
from aerogram.senders.metasenders import MetasenderRow

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts
    from aerogram.model.actor import Actor
    from aerogram.senders.metasenders import Metasenders


class Metasender(ChangeableResource):
    """An address, or ``*@domain``, that the first account requests; an operator enables it by command."""

    name = "metasender"
    class_name = "Metasender"
    area = Area.SENDERS
    methods = frozenset({"GET", "POST", "PUT"})
    unique_key = "Email"
    keys = (by_id, by_sender())
    fields = (
        Moment("CreatedAt", "created_ms", read_only=True),
        Text("Description", "description", default=""),
        SenderAddress("Email", "email", required=True),
        Constant("Filename", ""),
        Integer("ID", "id", read_only=True),
        Flag("IsEnabled", "is_enabled", read_only=True),
    )
    filters = (
        Absent("DNS", "ID of the domain's DNS"),
        Filter("User", "user_id", filters.integer, "ID of the user"),
    )


class MetasenderRows(PartlyChangeable):
    """The metasenders as a collection: only the first account has and requests any."""

    _MATCHES: Final = {name: name for name in ("id", "email", "user_id")}

    def __init__(self, metasenders: Metasenders, accounts: Accounts) -> None:
        self._metasenders = metasenders
        self._accounts = accounts

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return metasenders as rows."""
        user_id = await self._accounts.owner_id()
        rows = [_row(each) | {"user_id": user_id} for each in await self._metasenders.of_account(actor)]
        return page_of(rows, query, self._MATCHES)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Request a metasender."""
        if not await self._accounts.is_master(actor):
            raise errors.master_only()
        added = await self._metasenders.add(actor, values["email"], values["description"])
        return _row(added)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the description of a metasender."""
        if "email" in values:
            raise errors.RestError(400, "Not allowed to change email address")
        stored = MetasenderRow(**{name: row[name] for name in MetasenderRow._fields})
        return _row(await self._metasenders.describe(actor, stored, values["description"]))


def metasender(metasenders: Metasenders, accounts: Accounts) -> Metasender:
    """Bind the resource to the metasenders."""
    return Metasender(MetasenderRows(metasenders, accounts))


def _row(stored: MetasenderRow) -> dict[str, object]:
    return stored._asdict()

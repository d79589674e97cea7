"""``/v3/REST/parseroute``: URLs that receive inbound mail (compatibility: events#parse-routes)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Integer, InvalidValueError, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.doors.rest.resources.messages.eventcallbackurl import CallbackUrl
from aerogram.model.account import Area
from aerogram.senders.parse_routes import ForeignDomainError, ParseRoute
from aerogram.wire.address import is_email, normalised

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.senders.parse_routes import ParseRoutes


class MailAddress(Text):
    """An address, in lower case with the domain in ASCII."""

    def read(self, value: Any) -> str:
        """Read an address and return its stored form."""
        text = super().read(value).strip().lower()
        if not is_email(text):
            raise InvalidValueError("The value must be an email address")
        return normalised(text)


def by_email(text: str) -> Condition | None:
    """Read an address."""
    lowered = text.strip().lower()
    return Condition("email", normalised(lowered)) if is_email(lowered) else None


class ParseRouteResource(ChangeableResource):
    """An address and the URL that its mail is posted to. A missing address is generated, once per account."""

    name = "parseroute"
    class_name = "ParseRoute"
    area = Area.WEBHOOKS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_key = "Email"
    keys = (by_id, by_email)
    fields = (
        Integer("APIKeyID", "account_id", read_only=True),
        MailAddress("Email", "email"),
        Integer("ID", "id", read_only=True),
        CallbackUrl("Url", "url", required=True),
    )
    filters = (Filter("APIKey", "account_id", filters.integer, "ID of the account"),)


class Routes:
    """The routes as a collection."""

    def __init__(self, routes: ParseRoutes) -> None:
        self._routes = routes

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return routes as rows."""
        conditions = combined(query.conditions)
        found, total = await self._routes.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(route) for route in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a route."""
        try:
            added = await self._routes.add(actor, values["url"], values.get("email", ""))
        except ForeignDomainError as error:
            raise _refused(error) from None
        return msgspec.structs.asdict(added)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the URL or the address of a route."""
        try:
            changed = await self._routes.change(actor, ParseRoute(**row), values)
        except ForeignDomainError as error:
            raise _refused(error) from None
        return msgspec.structs.asdict(changed)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a route."""
        await self._routes.remove(actor, row["id"])


def parseroute(routes: ParseRoutes) -> ParseRouteResource:
    """Bind the resource to the routes."""
    return ParseRouteResource(Routes(routes))


def _refused(error: ForeignDomainError) -> errors.RestError:
    return errors.invalid_properties({"Email": str(error)})

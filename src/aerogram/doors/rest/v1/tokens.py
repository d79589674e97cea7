"""``/v1/REST/tokens``: bearer tokens with a part of an API key's permissions.

A caller with a token can create and change only tokens whose permissions it has itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.clock import DAY
from aerogram.base.errors import TooManyError
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT
from aerogram.doors.rest.fields.kinds import Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, combined
from aerogram.doors.rest.v1 import errors
from aerogram.doors.rest.v1.fields import Permissions
from aerogram.doors.rest.v1.serving import NOTHING, Lists, content_route, found_by_id, one
from aerogram.identity.content_permissions import PERMISSIONS
from aerogram.identity.content_tokens import ExpiredError
from aerogram.identity.gate import require
from aerogram.model.account import Area, Level

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.doors.rest.route import Route
    from aerogram.doors.rest.v1.serving import ContentCall
    from aerogram.identity.content_tokens import ContentTokens

COLLECTION: Final = "/v1/REST/tokens"
ONE: Final = f"{COLLECTION}/{{token_id}}"
MAX_NAME: Final = 255
MAX_DAYS: Final = 36_500


class Days(Integer):
    """A number of days from now."""

    def read(self, value: Any) -> int:
        """Read a positive number."""
        days = super().read(value)
        if not 0 < days <= MAX_DAYS:
            raise InvalidValueError(f"The value must be between 1 and {MAX_DAYS}")
        return days


_NAME: Final = Text("Name", "name", required=True, max_length=MAX_NAME)
_PERMISSIONS: Final = Permissions("Permissions", "permissions", PERMISSIONS, required=True)
_EXPIRES: Final = Moment("ExpiresAt", "expires_ms")
FIELDS: Final = (
    Integer("ID", "id", read_only=True),
    Integer("UserID", "account_id", read_only=True),
    Integer("OrganisationID", "account_id", read_only=True),
    Text("AccessToken", "access_token", read_only=True, nullable=True),
    _NAME,
    _PERMISSIONS,
    _EXPIRES,
    Moment("CreatedAt", "created_ms", read_only=True),
    Moment("UpdatedAt", "updated_ms", read_only=True),
)
_NEW_FIELDS: Final = (_NAME, _PERMISSIONS, _EXPIRES, Days("ExpiresInDays", "days"))


class TokenRoutes:
    """The routes of tokens."""

    def __init__(self, tokens: ContentTokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    def routes(self) -> list[Route]:
        """Return all routes. Every write needs the full level, because tokens give access to the account."""
        return [
            content_route(
                "GET",
                COLLECTION,
                self._list,
                summary="List tokens, without their secrets.",
                area=Area.ACCOUNT,
                permissions=("read_token_auth",),
                response_fields=FIELDS,
                lists=Lists(
                    (Filter("Name", "name", filters.words, "name"),),
                    sortable=("ID", "Name"),
                ),
            ),
            content_route(
                "POST",
                COLLECTION,
                self._create,
                summary="Create a token. Only this response shows its AccessToken.",
                area=Area.ACCOUNT,
                level=Level.FULL,
                permissions=("create_token_auth",),
                status=CREATED,
                body_fields=_NEW_FIELDS,
                is_new=True,
                response_fields=FIELDS,
            ),
            content_route(
                "PUT",
                ONE,
                self._change,
                summary="Change the name, permissions or expiry of a token.",
                area=Area.ACCOUNT,
                level=Level.FULL,
                permissions=("update_token_auth",),
                body_fields=FIELDS,
                response_fields=FIELDS,
            ),
            content_route(
                "DELETE",
                ONE,
                self._remove,
                summary="Revoke a token; it takes effect at once.",
                area=Area.ACCOUNT,
                permissions=("delete_token_auth",),
                status=NO_CONTENT,
            ),
        ]

    async def _list(self, call: ContentCall) -> Page:
        found, total = await self._tokens.page(
            call.actor, call.query.request(combined(call.query.conditions))
        )
        return Page([msgspec.structs.asdict(token) for token in found], total)

    async def _create(self, call: ContentCall) -> Page:
        values = call.values()
        require(call.actor, values["permissions"])
        expires_ms = values.get("expires_ms")
        if "days" in values:
            expires_ms = self._clock.now_ms() + values["days"] * DAY
        try:
            made = await self._tokens.create(call.actor, values["name"], values["permissions"], expires_ms)
        except TooManyError as error:
            raise errors.invalid_value("Name", errors.UNEXPECTED_VALUE, str(error)) from None
        except ExpiredError as error:
            raise _expired(error) from None
        return one(msgspec.structs.asdict(made))

    async def _change(self, call: ContentCall) -> Page:
        found = await found_by_id(call, "token_id", self._tokens.page)
        values = call.values()
        values = {name: value for name, value in values.items() if value is not None}
        require(call.actor, values.get("permissions", found.permissions))
        try:
            return one(msgspec.structs.asdict(await self._tokens.change(call.actor, found, values)))
        except ExpiredError as error:
            raise _expired(error) from None

    async def _remove(self, call: ContentCall) -> Page:
        found = await found_by_id(call, "token_id", self._tokens.page)
        await self._tokens.remove(call.actor, found.id)
        return NOTHING


def _expired(error: ExpiredError) -> errors.ContentError:
    return errors.invalid_value("ExpiresAt", errors.UNEXPECTED_VALUE, str(error))

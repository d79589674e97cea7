"""``/v3/REST/apitoken``: tokens that shop plugins request before they show a page.

(compatibility: accounts#access)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, AlwaysIs, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.identity.api_tokens import ApiToken
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.identity.api_tokens import ApiTokens
    from aerogram.model.actor import Actor

FULL_ACCESS: Final = "Full access"
URL: Final = "url"
MAX_TOKEN: Final = 255


def by_token(text: str) -> Condition | None:
    """Read a Token."""
    return Condition("token", text)


class ApiTokenResource(ChangeableResource):
    """A token. It gives no access to anything: it exists for programs that require one."""

    name = "apitoken"
    class_name = "ApiToken"
    area = Area.ACCOUNT
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_key = "Token"
    keys = (by_id, by_token)
    fields = (
        Constant("ACL", ""),
        Text("AllowedAccess", "allowed_access", default=FULL_ACCESS),
        Reference("APIKeyID", "account_id", "apikey"),
        Constant("CatchedIp", ""),
        Moment("CreatedAt", "created_ms", read_only=True),
        Constant("FirstUsedAt", ""),
        Integer("ID", "id", read_only=True),
        Flag("IsActive", "is_active", default=False),
        Text("Lang", "lang"),
        Constant("LastUsedAt", ""),
        Text("SentData", "sent_data"),
        Text("Timezone", "timezone"),
        Text("Token", "token", max_length=MAX_TOKEN),
        Text("TokenType", "token_type", default=URL),
        Integer("ValidFor", "valid_for"),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Absent("CatchedIp", "IP address of the caller"),
        Filter("IsActive", "is_active", filters.bit, "true: active ones only; false: the others"),
        AlwaysIs(
            "IsAPIKeyActive",
            True,
            "true: tokens of an active key (the caller's always is); false: the others",
        ),
        Filter("Token", "token", filters.words, "the token"),
    )


class Tokens:
    """The tokens as a collection."""

    def __init__(self, tokens: ApiTokens) -> None:
        self._tokens = tokens

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return tokens as rows."""
        conditions = combined(query.conditions)
        found, total = await self._tokens.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(token) for token in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a token."""
        added = await self._tokens.add(actor, _own(actor.account_id, values))
        return msgspec.structs.asdict(added)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the properties of a token."""
        if "token" in values:
            raise errors.read_only("Token")
        written = _own(actor.account_id, values)
        if not written:
            return row
        changed = await self._tokens.change(actor, ApiToken(**row), written)
        return msgspec.structs.asdict(changed)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a token."""
        await self._tokens.remove(actor, row["id"])


def apitoken(tokens: ApiTokens) -> ApiTokenResource:
    """Bind the resource to the tokens."""
    return ApiTokenResource(Tokens(tokens))


def _own(account_id: int, values: Row) -> dict[str, Any]:
    """Return the values without the account, which must be the caller's own."""
    if values.get("account_id") not in {None, account_id}:
        raise errors.invalid_properties({"APIKey": "The value must be the API key that makes the call"})
    return {name: value for name, value in values.items() if name != "account_id"}

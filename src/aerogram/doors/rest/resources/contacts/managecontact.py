"""``contactslist/{list}/managecontact``: create or change one contact and their membership.

(compatibility: contacts#one-contact-and-one-list)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.actions import action_of
from aerogram.audience.contacts import BadAddressError, address_of
from aerogram.audience.subscriptions import Entry, ListAction, UnknownListsError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Integer, InvalidValueError, Text
from aerogram.doors.rest.resource import Action
from aerogram.model.account import Level

if TYPE_CHECKING:
    from aerogram.audience.services import Audience
    from aerogram.doors.rest.queries.listing import Row
    from aerogram.model.actor import Actor

_NO_EMAIL: Final = "MJ08 Property email is invalid: MJ03 A non-empty value is required"


class Values(Json):
    """Property values: an object, or a JSON string of one, which old SDKs send; "" is an empty object."""

    def read(self, value: Any) -> dict[str, Any]:
        """Read the object."""
        if isinstance(value, str):
            try:
                value = msgspec.json.decode(value) if value.strip() else {}
            except (ValueError, RecursionError):
                raise InvalidValueError("The value must be an object") from None
        read: dict[str, Any] = super().read(value)
        return read


_BODY_FIELDS: Final = (
    Text("Email", "email"),
    Text("Action", "action"),
    Text("Name", "name"),
    Values("Properties", "properties"),
)
_RESPONSE_FIELDS: Final = (Integer("ContactID", "contact_id"), *_BODY_FIELDS)


def managecontact(audience: Audience) -> Action:
    """Return the action of a list."""

    async def run(actor: Actor, row: Row, values: Row) -> list[Row]:
        entry, action = await _read(audience, actor, values)
        try:
            contact_id = await audience.memberships.manage(actor, entry, ListAction(row["id"], action))
        except UnknownListsError as error:
            raise errors.RestError(400, str(error)) from None
        shown = {"name": "", "properties": {}, **values}
        return [shown | {"contact_id": contact_id, "email": entry.email}]

    return Action(
        "managecontact",
        "Create or change a contact, and add them to the list or remove them from it.",
        run,
        level=Level.WRITE,
        in_sandbox=True,
        status=201,
        body_fields=_BODY_FIELDS,
        response_fields=_RESPONSE_FIELDS,
    )


async def _read(audience: Audience, actor: Actor, values: Row) -> tuple[Entry, Any]:
    """Read the body; all errors are reported together."""
    wrong: dict[str, Any] = {}
    email, patch = "", None
    action = action_of(values.get("action", ""))
    try:
        email = address_of(values.get("email", ""))
    except BadAddressError as error:
        wrong["Email"] = f"MJ08 Property email is invalid: {error}" if values.get("email") else _NO_EMAIL
    if action is None:
        wrong["Action"] = f"Invalid action: {values.get('action', '')[:80]}"
    if values.get("properties"):
        typing = (await audience.properties.catalogue(actor)).typed(values["properties"])
        patch = typing.values
        if typing.errors:
            wrong["Properties"] = [{name: reason} for name, reason in typing.errors]
    if wrong:
        raise errors.RestError(400, errors.INVALID, wrong)
    return Entry(email, values.get("name"), patch), action

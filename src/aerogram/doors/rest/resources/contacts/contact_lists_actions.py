"""``contact/{contact}/managecontactslists`` and ``getcontactslists``.

(compatibility: contacts#one-contact-and-several-lists)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.audience.actions import action_of
from aerogram.audience.subscriptions import ListAction, UnknownListsError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Field, Flag, Integer, InvalidValueError, Moment, integer_of
from aerogram.doors.rest.resource import Action
from aerogram.model.account import Level

if TYPE_CHECKING:
    from aerogram.audience.memberships import Memberships
    from aerogram.doors.rest.queries.listing import Row
    from aerogram.model.actor import Actor

MAX_ACTIONS: Final = 1_000
"""Maximum number of lists in a call; our choice."""
_NO_LIST: Final = "listID missing or not valid"
_NO_ACTION: Final = "action missing or not valid"


class RequestedActions:
    """Actions on lists, and the entries as the client wrote them, which the response repeats."""

    def __init__(self, given: list[dict[str, Any]], actions: list[ListAction]) -> None:
        self.given = given
        self.actions = actions


class ListActions(Field):
    """An array of ``{"ListID": 1, "Action": "addforce"}``."""

    schema_type = "array"

    def read(self, value: Any) -> RequestedActions:
        """Read the array. Raises `RestError` with the invalid entries."""
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise InvalidValueError("The value must be an array of objects")
        if len(value) > MAX_ACTIONS:
            raise InvalidValueError(f"The value may have at most {MAX_ACTIONS} objects")
        given = [_shown({name.lower(): part for name, part in each.items()}) for each in value]
        if wrong := [each | {"Error": error} for each in given if (error := _error_of(each))]:
            raise refused(wrong)
        actions = [ListAction(each["ListID"], _action(each)) for each in given]
        return RequestedActions(given, actions)

    def schema(self) -> dict[str, Any]:
        """Describe the entries."""
        properties = {"ListID": {"type": "integer", "format": "int64"}, "Action": {"type": "string"}}
        return super().schema() | {"items": {"type": "object", "properties": properties}}


LISTS_FIELD: Final = ListActions("ContactsLists", "list_actions", required=True)
_MEMBERSHIPS: Final = (
    Flag("IsActive", "is_active"),
    Flag("IsUnsub", "is_unsubscribed"),
    Integer("ListID", "list_id"),
    Moment("SubscribedAt", "subscribed_ms"),
)


def lists_actions(memberships: Memberships) -> tuple[Action, ...]:
    """Return both actions of a contact."""

    async def manage(actor: Actor, row: Row, values: Row) -> list[Row]:
        requested: RequestedActions = values["list_actions"]
        try:
            await memberships.act(actor, row["id"], requested.actions)
        except UnknownListsError as error:
            wrong = [
                each | {"Error": f"List ID {each['ListID']} is invalid or deleted"}
                for each in requested.given
                if each["ListID"] in error.list_ids
            ]
            raise refused(wrong) from None
        return [{"list_actions": requested.given}]

    async def read(actor: Actor, row: Row, _: Row) -> list[Row]:
        found = await memberships.of_contact(actor, row["id"])
        return [
            {
                "is_active": one.is_active,
                "is_unsubscribed": one.is_unsubscribed,
                "list_id": one.list_id,
                "subscribed_ms": one.subscribed_ms,
            }
            for one in found
        ]

    return (
        Action(
            "managecontactslists",
            "Add the contact to lists, or remove them from lists.",
            manage,
            level=Level.WRITE,
            in_sandbox=True,
            status=201,
            body_fields=(LISTS_FIELD,),
            response_fields=(LISTS_FIELD,),
        ),
        Action(
            "getcontactslists",
            "List the contact's memberships, including those of deleted lists.",
            read,
            method="GET",
            level=Level.READ,
            response_fields=_MEMBERSHIPS,
        ),
    )


def refused(wrong: list[dict[str, Any]]) -> errors.RestError:
    """Return the error with the invalid entries; none of the actions ran."""
    return errors.RestError(400, errors.INVALID, {"ContactsLists": wrong})


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    list_id = integer_of(entry.get("listid"))
    return {"Action": entry.get("action"), "ListID": entry.get("listid") if list_id is None else list_id}


def _error_of(entry: dict[str, Any]) -> str:
    if integer_of(entry["ListID"]) is None:
        return _NO_LIST
    return "" if action_of(entry["Action"]) else _NO_ACTION


def _action(entry: dict[str, Any]) -> Any:
    return action_of(entry["Action"])

"""An example of every resource and route: how the tests of all of them get objects to ask for.

A resource that clients create has a ``body``; another one is ``made`` in some other way. What an object
needs beforehand (a list of its contacts) is made by the same functions, through the same door.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from support.calls import a_call, a_message

Made = Mapping[str, Any]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """How to get objects of a resource, each different by a number."""

    body: Callable[[Any, int], Awaitable[dict]] | None = None
    """Takes the client and the number; gives what is posted."""
    made: Callable[[Any, Any, int], Awaitable[Made]] | None = None
    """Takes the door, the client and the number, makes an object without POST, and gives it as shown."""
    change: Mapping[str, Any] = {}
    """A body of PUT that changes every one of them."""
    keys: Callable[[Made], list[str]] = lambda _: []
    """The other keys of an object, besides its ID."""
    identity: str = "ID"
    """The property that paths name it by."""
    actions: Mapping[str, Mapping[str, Any]] = {}
    """Bodies of actions that need one, by name."""
    is_kept: bool = False
    """What was removed can still be read."""
    is_single: bool = False
    """There is one of it and no more."""
    is_everyones: bool = False
    """Every account sees the same objects."""


class RouteExample(msgspec.Struct, frozen=True, kw_only=True):
    """How to call a route."""

    parts: Callable[[Any, Any], Awaitable[Mapping[str, str]]]
    """Takes the door and the client; gives what stands in the path of a call that works."""
    body: bytes = b""
    strangers: int = 404
    """What another account is answered about the same objects."""


async def _callback(_, number):
    kinds = ("click", "bounce", "spam", "blocked", "unsub", "open", "sent")
    return {"EventType": kinds[number % len(kinds)], "Url": f"https://hooks.example.com/{number}"}


async def _template(_, number):
    return {"Name": f"Template {number}", "Author": "Ann"}


async def _message(_, client, number):
    answer = await client.post(
        "/v3.1/send", content=a_call(a_message(To=[{"Email": f"to{number}@example.net"}]))
    )
    message_id = answer.json()["Messages"][0]["To"][0]["MessageID"]
    [shown] = (await client.get(f"/v3/REST/message/{message_id}")).json()["Data"]
    return shown


async def _dns(_, client, number):
    await client.post("/v3/REST/sender", json={"Email": f"*@d{number}.example.net"})
    return await _first(client, f"dns/d{number}.example.net")


async def _grantor(_, client, number):
    answer = await client.post("/v3/REST/apikey", json={"Name": f"Shop {number}"})
    return await _first(client, f"apikeyaccessgrantor/{answer.json()['Data'][0]['ID']}")


async def _information(door, client, number):
    made = await _message(door, client, number)
    return await _first(client, f"messageinformation/{made['ID']}")


async def _campaign(_, client, number):
    call = a_call(a_message(CustomCampaign=f"Sale {number}"))
    assert (await client.post("/v3.1/send", content=call)).status_code == 200
    return await _first(client, f"campaign/Sale%20{number}")


def _given(**properties):
    """Post these properties, with the number in their texts."""

    async def body(_, number):
        return {name: text.format(number) for name, text in properties.items()}

    return body


def _there(path):
    """Take what is there without being made: the path may bear the number, which then counts from 1."""

    async def made(_, client, number):
        return await _first(client, path.format(number + 1))

    return made


async def _first(client, path):
    answer = await client.get(f"/v3/REST/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()["Data"][0]


EXAMPLES: dict[str, Example] = {
    "apikey": Example(
        body=_given(Name="Shop {}"), change={"Name": "Other"}, keys=lambda made: [made["APIKey"]]
    ),
    "apikeyaccess": Example(made=_there("apikeyaccess"), is_single=True, is_everyones=True),
    "apikeyaccessgrantor": Example(made=_grantor, identity="APIKeyID"),
    "apikeytotals": Example(made=_there("apikeytotals"), is_single=True),
    "apitoken": Example(
        body=_given(AllowedAccess="stats", SentData="{}"),
        change={"Lang": "fr"},
        keys=lambda made: [made["Token"]],
    ),
    "apppreferences": Example(body=_given(PrefKey="color{}", PrefValue="red"), change={"PrefValue": "blue"}),
    "campaign": Example(made=_campaign, change={"IsStarred": True}, keys=lambda made: [made["CustomValue"]]),
    "dns": Example(made=_dns, keys=lambda made: [made["Domain"], made["Domain"].upper()]),
    "messageinformation": Example(made=_information),
    "messagestate": Example(made=_there("messagestate/{}"), is_everyones=True),
    "metadata": Example(made=_there("metadata?Limit={}"), identity="Name", is_single=True, is_everyones=True),
    "metasender": Example(
        body=_given(Email="*@m{}.example.net"),
        change={"Description": "promo"},
        keys=lambda made: [made["Email"]],
    ),
    "myprofile": Example(
        made=_there("myprofile"), change={"Firstname": "Ann"}, is_single=True, is_everyones=True
    ),
    "parseroute": Example(
        body=_given(Url="https://hooks.example.com/{}", Email="in{}@example.com"),
        change={"Url": "https://other.example.com/x"},
        keys=lambda made: [made["Email"], made["Email"].upper()],
    ),
    "preferences": Example(
        body=_given(Key="color{}", Value="red"), change={"Value": "blue"}, keys=lambda made: [made["Key"]]
    ),
    "sender": Example(
        body=_given(Email="ann{}@example.net"),
        change={"Name": "Ann"},
        keys=lambda made: [made["Email"], made["Email"].upper()],
        is_kept=True,
    ),
    "user": Example(
        made=_there("user"),
        change={"Locale": "fr_FR"},
        keys=lambda made: [made["Email"]],
        is_single=True,
        is_everyones=True,
    ),
    "eventcallbackurl": Example(
        body=_callback,
        change={"Url": "https://other.example.com/x"},
        keys=lambda made: [f"{made['EventType']}|false", f"{made['EventType']}%7Cfalse"],
    ),
    "message": Example(made=_message, keys=lambda made: [made["UUID"]]),
    "messagehistory": Example(made=_message, keys=lambda made: [made["UUID"]]),
    "template": Example(
        body=_template,
        change={"Author": "Bob"},
        keys=lambda made: [f"apikey|{made['Name']}", f"APIKEY%7C{made['Name'].replace(' ', '%20')}"],
        actions={"detailcontent": {"Html-part": "<p>Hello</p>"}},
    ),
}
"""By the resource's name. A missing one fails a test."""

ROUTES: dict[str, RouteExample] = {}
"""By ``METHOD path`` of the route. A missing one fails a test."""

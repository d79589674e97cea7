"""An example of every resource and route: how the tests of all of them get objects to ask for.

A resource that clients create has a ``body``; another one is ``made`` in some other way. What an object
needs beforehand (a list of its contacts) is made by the same functions, through the same door.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import text

from aerogram.doors.rest.resources.contacts.contact_erasure import PATHS as ERASURE
from aerogram.store.records.templates.plain_records import RecordKind
from aerogram.store.sql import Sql
from support.calls import a_call, a_message
from support.http_door import ACCOUNT
from support.waiting import until

Made = Mapping[str, Any]
SENDER = 21
"""The account's active sender, ``*@example.com``."""


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
    is_unpaged: bool = False
    """All of them are on one page, whatever Limit says."""
    is_everyones: bool = False
    """Every account sees the same objects."""


class RouteExample(msgspec.Struct, frozen=True, kw_only=True):
    """How to call a route."""

    parts: Callable[[Any, Any], Awaitable[Mapping[str, str]]]
    """Takes the door and the client; gives what stands in the path of a call that works."""
    body: bytes = b""
    headers: Mapping[str, str] = {}
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


async def _contact(_, number):
    return {"Email": f"reader{number}@example.net", "Name": "Ann"}


async def _property(_, number):
    return {"Name": f"property{number}"}


async def _list(_, number):
    return {"Name": f"List {number}"}


async def _created(client, resource, body):
    answer = await client.post(f"/v3/REST/{resource}", json=body)
    return answer.json()["Data"][0]


async def _values(_, client, number):
    contact = await _created(client, "contact", await _contact(client, number))
    await client.post("/v3/REST/contactmetadata", json={"Name": "country"})
    values = {"ContactID": contact["ID"], "Data": [{"Name": "country", "Value": "FR"}]}
    made = await _created(client, "contactdata", values)
    _ADDRESSES[made["ID"]] = contact["Email"]
    return made


async def _historic_value(client, number):
    contact = await _created(client, "contact", await _contact(client, number))
    await client.post("/v3/REST/contactmetadata", json={"Name": "weight", "NameSpace": "historic"})
    return {"ContactID": contact["ID"], "Name": "weight", "Data": str(number)}


async def _membership(client, number):
    contact = await _created(client, "contact", await _contact(client, number))
    own = await _created(client, "contactslist", await _list(client, number))
    return {"ContactID": contact["ID"], "ListID": own["ID"]}


async def _erased(_, client):
    contact = await _created(client, "contact", await _contact(client, 0))
    return {"contact_id": str(contact["ID"])}


_ADDRESSES: dict[int, str] = {}
"""Of contacts whose values were made, by id."""


async def _list_id(client, number):
    return (await _created(client, "contactslist", await _list(client, number)))["ID"]


async def _upload(client, list_id, content=b"email,city\nann@example.org,Paris\n"):
    answer = await client.post(f"/v3/DATA/contactslist/{list_id}/CSVData/text:plain", content=content)
    return answer.json()["ID"]


async def _csvimport(client, number):
    list_id = await _list_id(client, number)
    return {"ContactsListID": list_id, "DataID": await _upload(client, list_id), "Method": "addforce"}


async def _batchjob(client, number):
    list_id = await _list_id(client, number)
    data_id = await _upload(client, list_id)
    return {"JobType": "Contact list import csv", "RefId": list_id, "DataID": data_id, "Method": "addforce"}


async def _parts_of_upload(_, client):
    return {"list_id": str(await _list_id(client, 0)), "mime": "text:plain"}


async def _parts_of_csv_errors(door, client):
    list_id = await _list_id(client, 0)
    data_id = await _upload(client, list_id, b"email\nann\n")
    body = {"ContactsListID": list_id, "DataID": data_id, "Method": "addforce"}
    answer = await client.post("/v3/REST/csvimport", json=body)
    return await _ended(door, client, answer.json()["Data"][0]["ID"], "text:csv")


async def _parts_of_json_errors(door, client):
    answer = await client.post("/v3/REST/contact/managemanycontacts", json={"Contacts": [{"Email": "ann"}]})
    return await _ended(door, client, answer.json()["Data"][0]["JobID"], "application:json")


async def _parts_of_export(door, client):
    answer = await client.post("/v3/REST/contact/export")
    return await _ended(door, client, answer.json()["Data"][0]["JobID"], "text:csv")


async def _ended(door, client, job_id, mime):
    """Have a job done, and give the parts of its file's path."""

    async def is_over():
        answer = await client.get(f"/v3/REST/batchjob/{job_id}")
        return answer.json()["Data"][0]["Status"] == "Completed"

    task = asyncio.create_task(door.job_runner.run())
    await until(is_over, "the end of the job")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return {"job_id": str(job_id), "mime": mime, "which": "LAST"}


async def _named(_, number):
    return {"Name": f"Name {number}"}


async def _localised(*_):
    return {"Locale": "en_US"}


async def _draft(client, number):
    return {"Locale": "en_US", "Subject": f"News {number}", "ContactsListID": await _list_id(client, number)}


async def _widget(client, number):
    return {
        "FromID": SENDER,
        "ListID": await _list_id(client, number),
        "Locale": "en_US",
        "Name": f"Form {number}",
    }


async def _custom_value(client, number):
    made = await client.post("/v3/REST/widget", json=await _widget(client, number))
    return {"WidgetID": made.json()["Data"][0]["ID"], "Name": "color", "Value": "red"}


async def _signup(door, client, number):
    def add_account():
        yield _ADD_ACCOUNT(ACCOUNT)

    await door.database.write(add_account)
    made = await client.post("/v3/REST/widget", json=await _widget(client, number))
    path = urlsplit(made.json()["Data"][0]["SignupUrl"]).path
    await client.post(path, data={"email": f"reader{number}@example.net"})
    return (await client.get("/v3/REST/contactslistsignup?Limit=0")).json()["Data"][-1]


async def _category(door, client, number):
    kind = RecordKind("newslettertemplatecategory")
    row = {"id": 900 + number, "account_id": ACCOUNT, "created_ms": 0, "updated_ms": 0, "value": "Shops"}
    await door.database.write(lambda: kind.add(row, None))
    answer = await client.get(f"/v3/REST/newslettertemplatecategory/{row['id']}")
    return answer.json()["Data"][0]


_ADD_ACCOUNT = Sql(
    text("INSERT INTO account (id, created_ms) VALUES (:account, 0) ON CONFLICT (id) DO NOTHING"), "account"
)


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
    "batchjob": Example(body=_batchjob, change={"Status": "Abort"}),
    "csvimport": Example(body=_csvimport, change={"ErrTreshold": 50}),
    "axtesting": Example(body=_named, change={"Mode": "manual"}),
    "campaignaggregate": Example(body=_named, change={"Keyword": "summer"}),
    "campaigndraft": Example(
        body=_draft, change={"Title": "June"}, actions={"detailcontent": {"Html-part": "<p>Hello</p>"}}
    ),
    "contactslistsignup": Example(made=_signup),
    "newsletter": Example(
        body=_draft, change={"Title": "June"}, actions={"detailcontent": {"Html-part": "<p>Hello</p>"}}
    ),
    "newslettertemplate": Example(body=_localised, change={"Name": "June"}),
    "newslettertemplatecategory": Example(made=_category),
    "preset": Example(
        body=_named,
        change={"Author": "Bob"},
        keys=lambda made: [f"apikey|{made['Name']}", f"APIKEY%7C{made['Name'].replace(' ', '%20')}"],
    ),
    "widget": Example(body=_widget, change={"Sendername": "Bob"}),
    "widgetcustomvalue": Example(
        body=_custom_value, change={"Value": "blue"}, keys=lambda made: [f"{made['WidgetID']}|{made['Name']}"]
    ),
    "workflow": Example(body=_named, change={"Name": "Another"}, keys=lambda made: [made["Name"]]),
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
    "metadata": Example(
        made=_there("metadata?ResourceName=message"),
        identity="Name",
        is_single=True,
        is_unpaged=True,
        is_everyones=True,
    ),
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
    "contact": Example(
        body=_contact,
        change={"Name": "Bob"},
        keys=lambda made: [made["Email"], made["Email"].upper().replace("@", "%40")],
        actions={
            "managecontactslists": {"ContactsLists": [{"ListID": 1, "Action": "addforce"}]},
            "managemanycontacts": {"Contacts": [{"Email": "ann@example.net"}]},
        },
    ),
    "contactdata": Example(
        made=_values,
        change={"Data": [{"Name": "country", "Value": "DE"}]},
        keys=lambda made: [_ADDRESSES[made["ID"]]],
        is_kept=True,
    ),
    "contactfilter": Example(
        body=_given(Name="Segment {}", Expression="(age>={})"),
        change={"Description": "adults"},
        keys=lambda made: [made["Name"]],
        is_kept=True,
    ),
    "contacthistorydata": Example(body=_historic_value),
    "contactmetadata": Example(
        body=_property,
        change={"Datatype": "int"},
        keys=lambda made: [f"static|{made['Name']}", f"Static%7C{made['Name'].upper()}"],
    ),
    "contactslist": Example(
        body=_list,
        change={"Name": "Another"},
        keys=lambda made: [made["Address"]],
        actions={
            "managecontact": {"Email": "ann@example.net", "Action": "addforce"},
            "managemanycontacts": {"Contacts": [{"Email": "ann@example.net"}], "Action": "addforce"},
            "importlist": {"ListID": 1, "Action": "addforce"},
        },
        is_kept=True,
    ),
    "listrecipient": Example(body=_membership, change={"IsUnsubscribed": True}),
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

ROUTES: dict[str, RouteExample] = {
    "POST /v3/DATA/contactslist/{list_id}/CSVData/{mime}": RouteExample(
        parts=_parts_of_upload, body=b"email\nann@example.org\n"
    ),
    **{
        f"GET /v3/DATA/batchjob/{{job_id}}/{kind}/{{mime}}{end}": RouteExample(parts=parts)
        for kind, parts in (
            ("CSVError", _parts_of_csv_errors),
            ("JSONError", _parts_of_json_errors),
            ("CSVData", _parts_of_export),
        )
        for end in ("", "/{which}")
    },
    **{f"DELETE {path}": RouteExample(parts=_erased, strangers=200) for path in ERASURE},
}
"""By ``METHOD path`` of the route. A missing one fails a test."""

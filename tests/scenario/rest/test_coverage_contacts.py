"""Mailjet's endpoints of contacts and lists: status, keys in their order and JSON types of every answer."""

import pytest

from support import wire_rows as wire
from support.endpoint_calls import INVALID, MISSING, REST, Call, assert_answers, taken
from support.wire_shapes import a_row, error_a, rows

NO_LIST = {"Action": "addforce", "ListID": 9, "Error": "List ID 9 is invalid or deleted"}
DONE_ON_LIST = {"Action": "addforce", "ListID": int}

CONTACTS = {
    "5 Contacts: list": [
        Call("GET", "/v3/REST/contact", 200, rows(wire.CONTACT, 0)),
        Call("GET", "/v3/REST/contact?ContactsList={list}", 200, rows(wire.CONTACT, 0)),
        Call("GET", "/v3/REST/contact?Unknown={contact}", 200, a_row(wire.CONTACT)),
    ],
    "6 Contacts: create": [
        Call("POST", f"{REST}/contact", 201, a_row(wire.CONTACT), {"Email": "ana@example.com"}),
        Call(
            *("POST", f"{REST}/contact", 400, taken("Contact", "ana@example.com", "Email")),
            {"Email": "ana@example.com"},
        ),
    ],
    "7 Contacts: read": [
        Call("GET", "/v3/REST/contact/{contact}", 200, a_row(wire.CONTACT)),
        Call("GET", "/v3/REST/contact/ana%40example.com", 200, a_row(wire.CONTACT)),
        Call("GET", "/v3/REST/contact/9", 404, MISSING),
    ],
    "8 Contacts: update": [
        Call("PUT", "/v3/REST/contact/{contact}", 200, a_row(wire.CONTACT), {"Name": "Bea"}),
        Call("PUT", "/v3/REST/contact/ana@example.com", 304, None, {"Name": "Bea"}),
        Call("PUT", "/v3/REST/contact/{contact}", 304, None, {}),
        Call(
            *("PUT", f"{REST}/contact/ana", 400),
            *(error_a(400, 'Invalid email address "ana", reason: "No @ character in mail"'), {"Name": "Bea"}),
        ),
        Call("PUT", "/v3/REST/contact/9", 404, MISSING, {"Name": "Bea"}),
        Call("DELETE", "/v3/REST/contact/{contact}", 401, error_a(401, "Operation not allowed")),
    ],
    "9 Contacts: bulk": [
        Call(
            *("POST", f"{REST}/contact/managemanycontacts", 201, a_row(wire.JOB_ID)),
            {
                "ContactsLists": [{"ListID": "{list}", "Action": "addforce"}],
                "Contacts": [{"Email": "bea@example.com", "Properties": {}}],
            },
        ),
        Call("GET", "/v3/REST/contact/managemanycontacts/{job}", 200, a_row(wire.MANY_JOB)),
        Call("GET", "/v3/REST/contact/managemanycontacts/9", 404, MISSING),
    ],
    "10 Property values": [
        Call(
            *("PUT", "/v3/REST/contactdata/{contact}", 400, error_a(400, 'Invalid key name: "age"')),
            {"Data": [{"Name": "age", "Value": 30}]},
        ),
        Call(
            "POST", f"{REST}/contactmetadata", 201, a_row(wire.PROPERTY), {"Name": "age", "Datatype": "int"}
        ),
        Call(
            *("PUT", f"{REST}/contactdata/ana@example.com", 200, a_row(wire.VALUES)),
            {"Data": [{"Name": "age", "Value": 30}]},
        ),
        Call(
            *("POST", "/v3/REST/contactdata/{contact}", 201, a_row(wire.VALUES)),
            {"Data": [{"Name": "age", "value": "31"}]},
        ),
        Call(
            "PUT", "/v3/REST/contactdata/{contact}", 400, error_a(400, 'Invalid key name: "age"'), {"age": 30}
        ),
        Call("PUT", f"{REST}/contactdata", 404, MISSING, {"Data": []}),
        Call("GET", f"{REST}/contactdata", 200, a_row(wire.VALUES)),
        Call("GET", "/v3/REST/contactdata/{contact}", 200, a_row(wire.VALUES)),
        Call("DELETE", "/v3/REST/contactdata/{contact}", 204),
    ],
    "11 Property definitions": [
        Call("POST", f"{REST}/contactmetadata", 201, a_row(wire.PROPERTY), {"Name": "city"}),
        Call("GET", f"{REST}/contactmetadata", 200, a_row(wire.PROPERTY)),
        Call("GET", f"{REST}/contactmetadata/static%7Ccity", 200, a_row(wire.PROPERTY)),
        Call("PUT", f"{REST}/contactmetadata/static|city", 200, a_row(wire.PROPERTY), {"Name": "town"}),
        Call("DELETE", f"{REST}/contactmetadata/static|town", 204),
        Call("DELETE", f"{REST}/contactmetadata/static|town", 404, MISSING),
    ],
}
LISTS = {
    "12 Lists: list": [
        Call("GET", f"{REST}/contactslist", 200, rows(wire.LIST, 0)),
        Call("GET", "/v3/REST/contactslist?ID={list}", 200, a_row(wire.LIST)),
    ],
    "13 Lists: create": [
        Call("POST", f"{REST}/contactslist/", 201, a_row(wire.LIST), {"Name": "News"}),
        Call("POST", f"{REST}/contactslist", 400, taken("ContactsList", "News", "Name"), {"Name": "News"}),
        Call(
            *("POST", f"{REST}/contactslist", 400),
            error_a(400, INVALID, "MJ08 Property Name is invalid: MJ04 Value must have at least length 1"),
            {"Name": ""},
        ),
        Call(
            *("POST", f"{REST}/contactslist", 401),
            error_a(401, "Internal error: List address is automatically generated and can't be changed"),
            {"Name": "Own", "Address": "abcdefghi"},
        ),
    ],
    "14 Lists: update": [
        Call("PUT", "/v3/REST/contactslist/{list}", 200, a_row(wire.LIST), {"Name": "Shop"}),
        Call("PUT", "/v3/REST/contactslist/{address}", 304, None, {"Name": "Shop"}),
    ],
    "15 Lists: delete": [
        Call("DELETE", "/v3/REST/contactslist/{list}", 204),
        Call("GET", "/v3/REST/contactslist/{list}", 200, a_row(wire.LIST | {"IsDeleted": True})),
        Call(
            "PUT",
            "/v3/REST/contactslist/{list}",
            200,
            a_row(wire.LIST | {"IsDeleted": False}),
            {"IsDeleted": False},
        ),
    ],
    "16 Lists: bulk": [
        Call(
            *("POST", "/v3/REST/contactslist/{list}/managemanycontacts", 201, a_row(wire.JOB_ID)),
            {"Action": "addnoforce", "Contacts": [{"Email": "bea@example.com"}]},
        ),
        Call("GET", "/v3/REST/contactslist/{list}/managemanycontacts/{list_job}", 200, a_row(wire.MANY_JOB)),
        Call("GET", "/v3/REST/contactslist/{list}/managemanycontacts/{job}", 404, MISSING),
    ],
    "17 Lists: subscriptions of one contact": [
        Call(
            *("POST", "/v3/REST/contact/{contact}/managecontactslists", 201),
            a_row({"ContactsLists": [DONE_ON_LIST]}),
            {"ContactsLists": [{"ListID": "{list}", "Action": "addforce"}]},
        ),
        Call(
            *("POST", "/v3/REST/contact/{contact}/managecontactslists", 400),
            error_a(400, INVALID, {"ContactsLists": [NO_LIST]}),
            {"ContactsLists": [{"ListID": 9, "Action": "addforce"}]},
        ),
        Call("POST", f"{REST}/contact/9/managecontactslists", 404, MISSING, {"ContactsLists": []}),
    ],
}
ENDPOINTS = CONTACTS | LISTS


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_endpoint_answers_as_recorded(endpoint, door, client):
    await assert_answers(ENDPOINTS[endpoint], door, client)

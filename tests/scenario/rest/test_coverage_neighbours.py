"""What SDKs call beside the endpoints of the list: memberships, jobs and files, senders, domains, the account."""

import asyncio
import contextlib

import pytest

from support import wire_rows as wire
from support.endpoint_calls import INVALID, MISSING, REST, Call, assert_answers
from support.endpoint_objects import CSV
from support.wire_shapes import a_row, error_a, rows

NEIGHBOURS = {
    "getcontactslists": [
        Call("GET", "/v3/REST/contact/{contact}/getcontactslists", 200, rows(dict, 0)),
        Call("GET", "/v3/REST/listrecipient/{membership}", 200, a_row(wire.MEMBERSHIP)),
        Call(
            *("GET", "/v3/REST/contact/ana@example.com/getcontactslists", 200),
            a_row({"IsActive": True, "IsUnsub": False, "ListID": int, "SubscribedAt": str}),
        ),
        Call("GET", f"{REST}/contact/9/getcontactslists", 404, MISSING),
    ],
    "managecontact": [
        Call(
            "POST", f"{REST}/contactmetadata", 201, a_row(wire.PROPERTY), {"Name": "age", "Datatype": "int"}
        ),
        Call(
            *("POST", "/v3/REST/contactslist/{list}/ManageContact", 201),
            a_row({"ContactID": int, "Email": str, "Action": str, "Name": str, "Properties": {"age": 30}}),
            {"Email": "bea@example.com", "Name": "Bea", "Action": "addforce", "Properties": {"age": 30}},
        ),
        Call(
            *("POST", "/v3/REST/contactslist/{list}/managecontact", 400),
            error_a(
                400,
                INVALID,
                {
                    "Email": "MJ08 Property email is invalid: MJ03 A non-empty value is required",
                    "Action": "Invalid action: ",
                },
            ),
            {"Action": ""},
        ),
    ],
    "importlist": [
        Call(
            *("POST", "/v3/REST/contactslist/{list}/importlist", 201, a_row(wire.JOB_ID)),
            {"Action": "duplicate-override", "ListID": "{other}"},
        ),
        Call(
            *("GET", "/v3/REST/contactslist/{list}/importlist/{copy_job}", 200),
            a_row({"Action": str, "JobID": int, "ListID": int, **wire.JOB}),
        ),
    ],
    "listrecipient": [
        Call(
            *("POST", f"{REST}/listrecipient", 201, a_row(wire.MEMBERSHIP)),
            {"ContactID": "{contact}", "ListALT": "{address}"},
        ),
        Call(
            *(
                "POST",
                f"{REST}/listrecipient",
                400,
                error_a(400, "A duplicate ListRecipient already exists."),
            ),
            {"ContactALT": "ana@example.com", "ListID": "{list}"},
        ),
        Call(
            *("POST", f"{REST}/listrecipient", 400),
            error_a(400, INVALID, "MJ08 Property Contact is invalid: MJ03 A non-empty value is required"),
            {"ListID": "{list}"},
        ),
        Call(
            *("POST", f"{REST}/listrecipient", 400),
            error_a(
                400, 'Property "Contact", alternate key value "x@example.com" could not be resolved to an ID'
            ),
            {"ContactALT": "x@example.com", "ListID": "{list}"},
        ),
        Call("GET", f"{REST}/listrecipient", 200, a_row(wire.MEMBERSHIP)),
        Call(
            *("GET", f"{REST}/listrecipient?Blocked=perhaps", 400),
            error_a(
                400,
                'Unexpected error during GET: Invalid value "perhaps" for blocked: neither true nor false',
            ),
        ),
    ],
    "listrecipient of one": [
        Call(
            "PUT",
            "/v3/REST/listrecipient/{membership}",
            200,
            a_row(wire.MEMBERSHIP),
            {"IsUnsubscribed": True},
        ),
        Call(
            *("PUT", "/v3/REST/listrecipient/{membership}", 401),
            error_a(401, 'Internal error: MJ19 Setting a value for property "UnsubscribedAt" is not allowed'),
            {"UnsubscribedAt": "2015-01-01T00:00:00Z"},
        ),
        Call("POST", "/v3/REST/listrecipient/{membership}", 405, error_a(405, "Method not allowed"), {}),
        Call("DELETE", "/v3/REST/listrecipient/{membership}", 204),
    ],
    "CSVData, csvimport, batchjob, CSVError": [
        Call("POST", "/v3/DATA/contactslist/{list}/csvdata/text:plain", 200, {"ID": int}, CSV),
        Call(
            *("POST", f"{REST}/csvimport", 201, a_row(wire.IMPORT | {"Status": "Upload"})),
            {"ContactsListID": "{list}", "DataID": "{file}", "Method": "addforce"},
        ),
        Call(
            "GET",
            "/v3/REST/csvimport/{import}",
            200,
            a_row(wire.IMPORT | {"Errcount": 1, "Status": "Completed"}),
        ),
        Call("GET", "/v3/REST/batchjob/{import}", 200, a_row(wire.BATCH_JOB)),
        Call(
            "POST",
            "/v3/DATA/contactslist/9/CSVData/text:plain",
            404,
            error_a(404, "Source object not found"),
            CSV,
        ),
        Call("GET", "/v3/DATA/batchjob/9/CSVError/text:csv", 404, error_a(404, "Source object not found")),
        Call("GET", "/v3/DATA/unknown/9/CSVError/text:csv", 404, error_a(404, "Source object not found")),
    ],
    "erasure": [
        Call("DELETE", "/v4/contacts/{contact}", 200),
        Call("DELETE", "/v4/contacts/9", 200),
        Call("GET", "/v3/REST/contact/{contact}", 200, a_row(wire.CONTACT | {"Name": "Anonymized"})),
    ],
    "sender and validate": [
        Call(
            "POST",
            f"{REST}/sender/",
            201,
            a_row(wire.SENDER | {"Status": "Inactive"}),
            {"Email": "*@example.net"},
        ),
        Call(
            *("POST", f"{REST}/sender/*@example.net/validate", 200),
            a_row(wire.VALIDATION) | wire.VALIDATION,
        ),
        Call("GET", f"{REST}/sender/*@example.net", 200, a_row(wire.SENDER)),
        Call("DELETE", f"{REST}/sender/*@example.net", 204),
        Call("GET", f"{REST}/sender/*@example.net", 200, a_row(wire.SENDER | {"Status": "Deleted"})),
        Call(
            "PUT",
            f"{REST}/sender/*@example.net",
            200,
            a_row(wire.SENDER | {"Status": "Inactive"}),
            {"Name": ""},
        ),
    ],
    "dns and check": [
        Call("GET", "/v3/REST/sender/{sender}", 200, a_row(wire.SENDER)),
        Call("GET", f"{REST}/dns/example.net", 200, a_row(wire.DNS | {"SPFStatus": "Not checked"})),
        Call("POST", f"{REST}/dns/example.net/check", 200, a_row(wire.DNS_CHECK)),
    ],
    "apikey": [
        Call("GET", f"{REST}/apikey?IsMaster=true", 200, a_row(wire.API_KEY)),
        Call("POST", f"{REST}/apikey", 201, a_row(wire.API_KEY | {"IsMaster": False}), {"Name": "Shop"}),
    ],
    "user": [Call("GET", f"{REST}/user", 200, a_row(wire.USER))],
    "myprofile": [
        Call("GET", f"{REST}/myprofile", 200, a_row(wire.PROFILE)),
        Call(
            "PUT", f"{REST}/myprofile", 200, a_row(wire.PROFILE | {"Firstname": "Ann"}), {"Firstname": "Ann"}
        ),
    ],
    "contactfilter PUT and DELETE": [
        Call("PUT", "/v3/REST/contactfilter/{segment}", 200, a_row(wire.SEGMENT), {"Description": "adults"}),
        Call("DELETE", "/v3/REST/contactfilter/{segment}", 204),
        Call("GET", f"{REST}/contactfilter", 200, rows(wire.SEGMENT, 0)),
    ],
}


@pytest.fixture
async def working(door):
    """Somebody works on jobs."""
    task = asyncio.create_task(door.job_runner.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("endpoint", NEIGHBOURS)
async def test_an_endpoint_answers_as_recorded(endpoint, door, client):
    await assert_answers(NEIGHBOURS[endpoint], door, client)

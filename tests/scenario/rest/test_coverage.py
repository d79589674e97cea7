"""Mailjet's endpoints that its SDKs call: status, keys in their order and JSON types of every answer.

Where an answer of ours is another one than Mailjet's, a decision says so: ``Total`` counts all that match, a mail that
is refused by v3 has a reason in a body, and the secret of an API key is shown once.
"""

import pytest

from support import wire_rows as wire
from support.endpoint_calls import MISSING, REST, Call, assert_answers, taken
from support.http_door import a_client
from support.wire_shapes import a_row, error_a, error_c, rows

NO_SUCH = error_c(404, "The resource with the specified ID you are trying to reach does not exist.")


def mail(**properties):
    message = {
        "From": {"Email": "orders@example.com"},
        "To": [{"Email": "ann@example.net"}],
        "Subject": "Hi",
        "TextPart": "Hi",
    }
    return {"Messages": [message | properties]}


V31_ERROR = {
    "ErrorIdentifier": str,
    "ErrorCode": str,
    "StatusCode": int,
    "ErrorMessage": str,
    "ErrorRelatedTo": [str],
}
SENT = {"Status": "success", "CustomID": "", "To": [wire.SENT_TO], "Cc": [], "Bcc": []}
V3_MAIL = {"FromEmail": "orders@example.com", "Recipients": [{"Email": "ann@example.net"}], "Text-part": "Hi"}

SENDING = {
    "1 Send v3.1": [
        Call("POST", "/v3.1/send", 200, {"Messages": [SENT]}, mail()),
        Call(
            "POST", "/v3.1/send", 400, {"Messages": [{"Status": "error", "Errors": [V31_ERROR]}]}, mail(To=[])
        ),
        Call(
            *("POST", "/v3.1/send", 403, {"Messages": [{"Status": "error", "Errors": [V31_ERROR]}]}),
            mail(From={"Email": "ann@foreign.example"}),
        ),
    ],
    "2 Send v3": [
        Call(
            "POST", "/v3/send", 200, {"Sent": [{"Email": str, "MessageID": int, "MessageUUID": str}]}, V3_MAIL
        ),
        Call(
            "POST", "/v3/send", 400, error_a(400, 'Missing "FromEmail" property'), V3_MAIL | {"FromEmail": ""}
        ),
    ],
    "3 Message read": [
        Call("GET", "/v3/REST/message", 200, rows(wire.MESSAGE, 0)),
        Call("GET", "/v3/REST/message/{message}", 200, a_row(wire.MESSAGE)),
        Call("GET", "/v3/REST/message", 200, a_row(wire.MESSAGE)),
        Call("GET", "/v3/REST/message/9", 404, MISSING),
    ],
    "4 Message history": [
        Call("GET", "/v3/REST/messagehistory/{message}", 200, a_row(wire.EVENT)),
        Call("GET", "/v3/REST/messagehistory/9", 200, rows(wire.EVENT, 0)),
    ],
}
DRAFTS = {
    "18 Campaigns: draft": [
        Call(
            *("POST", f"{REST}/campaigndraft", 201, a_row(wire.DRAFT)),
            {"Locale": "en_US", "Subject": "Hi", "ContactsListALT": "{address}"},
        ),
        Call("GET", f"{REST}/campaigndraft", 200, a_row(wire.DRAFT)),
        Call("PUT", "/v3/REST/campaigndraft/{draft}", 200, a_row(wire.DRAFT), {"Title": "June"}),
        Call("PUT", "/v3/REST/campaigndraft/{draft}", 304, None, {"Title": "June"}),
        Call("GET", "/v3/REST/campaigndraft/{draft}/status", 200, a_row({"Status": "Draft"})),
    ],
    "19 Campaigns: content": [
        Call(
            *("POST", "/v3/REST/campaigndraft/{draft}/detailcontent", 201, a_row(wire.DRAFT_CONTENT)),
            {"Html-part": "<p>Hi</p>", "Text-part": "Hi", "Headers": {"Subject": "Hi"}},
        ),
        Call(
            *("PUT", "/v3/REST/campaigndraft/{draft}/detailcontent", 200),
            a_row(wire.DRAFT_CONTENT | {"Html-part": "<p>Hi</p>", "Text-part": "Hello"}),
            {"Text-part": "Hello"},
        ),
        Call(
            *("POST", "/v3/REST/campaigndraft/{draft}/detailcontent", 201),
            a_row(wire.DRAFT_CONTENT | {"Html-part": "", "Text-part": "Hello"}),
            {"Text-part": "Hello"},
        ),
        Call("GET", "/v3/REST/campaigndraft/{draft}/detailcontent", 200, a_row(wire.DRAFT_CONTENT)),
    ],
    "23 Campaigns: read": [
        Call("GET", f"{REST}/campaign", 200, rows(wire.CAMPAIGN, 0)),
        Call("GET", "/v3/REST/campaign/{campaign}", 200, a_row(wire.CAMPAIGN)),
        Call("GET", f"{REST}/campaign/mj.nl=123", 200, a_row(wire.CAMPAIGN)),
        Call("GET", f"{REST}/campaign", 200, a_row(wire.CAMPAIGN)),
        Call("PUT", "/v3/REST/campaign/{campaign}", 200, a_row(wire.CAMPAIGN), {"IsStarred": True}),
        Call("GET", f"{REST}/campaign/unknown", 404, MISSING),
    ],
}
TEMPLATES = {
    "24 Templates: read": [
        Call("GET", f"{REST}/template", 200, rows(wire.TEMPLATE, 0)),
        Call("GET", "/v3/REST/template/{template}", 200, a_row(wire.TEMPLATE)),
        Call("GET", f"{REST}/template/apikey%7CWelcome", 200, a_row(wire.TEMPLATE)),
        Call("GET", f"{REST}/template/9", 404, NO_SUCH),
        Call("GET", "/v3/REST/template/{template}/detailcontent", 200, a_row(wire.TEMPLATE_CONTENT)),
        Call("GET", f"{REST}/template/9/detailcontent", 404, NO_SUCH),
    ],
    "25 Templates: create": [
        Call(
            "POST",
            f"{REST}/template",
            201,
            a_row(wire.TEMPLATE),
            {"Name": "Order", "Purposes": ["transactional"]},
        ),
        Call(
            *("POST", f"{REST}/template", 400),
            error_c(
                400, 'MJ18 A Template resource with value "apikey|Order" for OwnerType|Name already exists.'
            ),
            {"Name": "Order"},
        ),
    ],
    "26 Templates: content": [
        Call(
            *("POST", "/v3/REST/template/{template}/detailcontent", 201),
            a_row(wire.TEMPLATE_CONTENT | {"Html-part": "<p>Hi</p>", "Text-part": None}),
            {"Html-part": "<p>Hi</p>"},
        ),
        Call(
            *("PUT", "/v3/REST/template/{template}/detailcontent", 200),
            a_row(wire.TEMPLATE_CONTENT | {"Html-part": "<p>Hi</p>", "Text-part": "Hi"}),
            {"Text-part": "Hi"},
        ),
    ],
    "27 Templates: delete": [
        Call("DELETE", "/v3/REST/template/{template}", 204),
        Call("DELETE", "/v3/REST/template/{template}", 404, NO_SUCH),
    ],
    "28 Segments: create": [
        Call(
            *("POST", f"{REST}/contactfilter", 201, a_row(wire.SEGMENT | {"Status": "unused"})),
            {"Name": "Paris adults", "Expression": '(age>=18) AND (city="Paris")'},
        ),
        Call(
            *("POST", f"{REST}/contactfilter", 400, taken("ContactFilter", "Paris adults", "Name")),
            {"Name": "Paris adults", "Expression": "(age>=18)"},
        ),
    ],
    "29 Segments: read": [
        Call("GET", f"{REST}/contactfilter", 200, rows(wire.SEGMENT, 0)),
        Call("GET", "/v3/REST/contactfilter/{segment}", 200, a_row(wire.SEGMENT)),
        Call("GET", f"{REST}/contactfilter/Adults", 200, a_row(wire.SEGMENT)),
        Call("GET", f"{REST}/contactfilter/9", 404, MISSING),
    ],
}
WEBHOOKS = {
    "33 Callbacks: list": [
        Call("GET", f"{REST}/eventcallbackurl", 200, rows(wire.CALLBACK, 0)),
        Call("GET", "/v3/REST/eventcallbackurl/{callback}", 200, a_row(wire.CALLBACK)),
        Call("GET", f"{REST}/eventcallbackurl/open%7Cfalse", 200, a_row(wire.CALLBACK)),
    ],
    "34 Callbacks: create": [
        Call(
            *("POST", f"{REST}/eventcallbackurl", 201, a_row(wire.CALLBACK)),
            {"EventType": "bounce", "Url": "https://hooks.example.com/", "isBackup": "false"},
        ),
        Call(
            *("POST", f"{REST}/eventcallbackurl", 400),
            taken("EventCallbackUrl", "bounce|false", "EventType|Backup"),
            {"EventType": "bounce", "Url": "https://hooks.example.com/"},
        ),
        Call("PUT", f"{REST}/eventcallbackurl/bounce|false", 200, a_row(wire.CALLBACK), {"Version": 2}),
    ],
    "35 Callbacks: delete": [
        Call("DELETE", "/v3/REST/eventcallbackurl/{callback}", 204),
        Call("DELETE", "/v3/REST/eventcallbackurl/{callback}", 404, MISSING),
    ],
    "36 Routes: create": [
        Call("POST", f"{REST}/parseroute", 201, a_row(wire.ROUTE), {"Url": "https://hooks.example.com/in"}),
        Call("GET", "/v3/REST/parseroute/{route}", 200, a_row(wire.ROUTE)),
        Call(
            *("POST", f"{REST}/parseroute", 400, taken("ParseRoute", "in@example.com", "Email")),
            {"Url": "https://hooks.example.com/in", "Email": "in@example.com"},
        ),
        Call(
            "PUT",
            "/v3/REST/parseroute/{route}",
            200,
            a_row(wire.ROUTE),
            {"Url": "https://hooks.example.com/2"},
        ),
    ],
    "37 Routes: delete": [Call("DELETE", "/v3/REST/parseroute/{route}", 204)],
}
ENDPOINTS = SENDING | DRAFTS | TEMPLATES | WEBHOOKS


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_endpoint_answers_as_recorded(endpoint, door, client):
    await assert_answers(ENDPOINTS[endpoint], door, client)


@pytest.mark.parametrize(
    "path", ["/v3/REST/contact", "/v3/REST/template", "/v3/DATA/batchjob/9/CSVError/text:csv"]
)
async def test_wrong_credentials_are_answered_401_without_a_body_below_v3(path, url):
    for auth in (None, ("x", "y")):
        async with a_client(url, auth) as nobody:
            answer = await nobody.get(path)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (401, b"", "text/html")
        assert answer.headers["www-authenticate"] == 'Basic realm="Provide an apiKey and secretKey"'


async def test_wrong_credentials_are_answered_with_json_elsewhere(url):
    async with a_client(url, ("x", "y")) as nobody:
        for method, path in (("POST", "/v3.1/send"), ("DELETE", "/v4/contacts/9")):
            answer = await nobody.request(method, path)
            assert answer.status_code == 401
            assert answer.json()["ErrorMessage"].startswith("API key authentication/authorization failure.")

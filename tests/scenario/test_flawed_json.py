"""Broken texts and misspelt properties over HTTP: each costs its own message alone, and is named."""

from __future__ import annotations

import json

import pytest

from support.calls import a_message
from support.v3_calls import a_v3_message

CUT = "half of a surrogate pair, which is not a character"


@pytest.mark.parametrize(
    ("property_", "path"),
    [
        ({"Subject": "cut \ud83d"}, "Subject"),
        ({"TextPart": "\ud83d"}, "TextPart"),
        ({"To": [{"Email": "ann@example.net", "Name": "\ude00"}]}, "To[0].Name"),
        ({"Variables": {"a": [{"b": "\ud83d"}]}}, "Variables.a[0].b"),
        ({"Headers": {"X-A": "\ud83d"}}, "Headers.X-A"),
        ({"CustomID": "\ud83d\ud83d"}, "CustomID"),
        ({"EventPayload": float("nan")}, "EventPayload"),
        ({"Priority": 10**50}, "Priority"),
        ({"Subject": "a\0b"}, "Subject"),
        ({"HTMLPart": "a\0b"}, "HTMLPart"),
        ({"TextPart": "a\0b"}, "TextPart"),
        ({"Variables": {"a": "\0"}}, "Variables.a"),
        ({"CustomCampaign": "a\0b"}, "CustomCampaign"),
        ({"Subjet": "x"}, "Subjet"),
        ({"From": {"Email": "news@example.com", "Nme": "x"}}, "From.Nme"),
        ({"Cc": [{"Emial": "x@example.net"}]}, "Cc[0].Emial"),
        (
            {"Attachments": [{"ContentTyp": "text/plain", "Filename": "a", "Base64Content": "YQ=="}]},
            "Attachments[0].ContentTyp",
        ),
    ],
)
async def test_a_bad_value_in_v31_costs_only_its_own_message(client, property_, path):
    body = json.dumps(
        {"Messages": [a_message(CustomID="good"), a_message(**property_), a_message(CustomID="too")]}
    )
    answer = await client.post("/v3.1/send", content=body)
    assert answer.status_code == 400
    first, second, third = answer.json()["Messages"]
    assert [first["CustomID"], third["CustomID"]] == ["good", "too"]
    assert first["To"][0]["MessageID"] > 0
    assert path in [each["ErrorRelatedTo"][0] for each in second["Errors"]]
    assert all(each["ErrorCode"] != "mj-0002" for each in second["Errors"])


async def test_bytes_of_another_charset_cost_only_their_message_too(client):
    body = (
        json.dumps({"Messages": [a_message(), a_message(Subject="caf?")]})
        .encode()
        .replace(b"caf?", b"caf\xe9")
    )
    first, second = (await client.post("/v3.1/send", content=body)).json()["Messages"]
    assert (first["Status"], second["Errors"][0]["ErrorRelatedTo"]) == ("success", ["Subject"])


async def test_a_byte_order_mark_is_ignored(client):
    for path, call in (("/v3.1/send", {"Messages": [a_message()]}), ("/v3/send", a_v3_message())):
        answer = await client.post(path, content=b"\xef\xbb\xbf" + json.dumps(call).encode())
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("call", "text", "where"),
    [
        (a_v3_message(Subject="\ud83d"), f"Invalid characters detected: Subject must not hold {CUT}.", ""),
        (
            {"Messages": [a_v3_message(), a_v3_message(Vars={"a": ["\ud83d"]})]},
            f"Invalid characters detected: Vars.a[0] must not hold {CUT}.",
            "Messages[1]",
        ),
        (a_v3_message(Subjet="x"), 'Unexpected property "Subjet". Did you mean "Subject"?', ""),
        (
            {"Messages": [a_v3_message(), a_v3_message(Xyz=1)]},
            'Unexpected property "Xyz".',
            "Messages[1]",
        ),
        (
            {"Messages": [a_v3_message()], "Subject": "x"},
            'Unexpected property "Subject" beside "Messages"',
            "",
        ),
        (
            a_v3_message(To=..., Recipients=[{"Email": "ann@example.net", "Var": {}}]),
            'Recipients[0].Var: Unexpected property "Var". Did you mean "Vars"?',
            "",
        ),
    ],
)
async def test_v3_refuses_the_call_and_names_the_property(client, call, text, where):
    answer = await client.post("/v3/send", content=json.dumps(call))
    assert answer.json() == {"ErrorInfo": where, "ErrorMessage": text, "StatusCode": 400}


async def test_rest_names_the_property(client):
    answer = await client.post("/v3/REST/contactslist", content=b'{"Name":"cut \\ud83d"}')
    assert answer.json() == {
        "ErrorInfo": f"MJ08 Property Name is invalid: The value must not hold {CUT}",
        "ErrorMessage": "Object properties invalid",
        "StatusCode": 400,
    }
    answer = await client.post("/v3/REST/contactslist", json={"Nme": "x"})
    assert (answer.status_code, 'has no property "Nme"' in answer.json()["ErrorMessage"]) == (400, True)
    answer = await client.post("/v3/REST/contactslist", content=b'\xef\xbb\xbf{"Name":"x"}')
    assert answer.status_code == 201


async def test_the_content_api_names_the_property_too(client):
    answer = await client.post("/v1/REST/templates", content=b'{"Name":"cut \\ud83d","EditMode":2}')
    assert answer.status_code == 400
    assert answer.json()["ErrorMessage"] == f"Name: The value must not hold {CUT}"
    assert answer.json()["Details"][0]["Field"] == "Name"

"""Mailboxes whose local part has dots anywhere, as large providers gave them out, are people like others at every door."""

from __future__ import annotations

import pytest

from support.calls import a_message
from support.v3_calls import a_v3_message

ODD = [
    "a..b@docomo.example",
    ".a@docomo.example",
    "a.@docomo.example",
    "..a...b..@docomo.example",
    "jö..rg@docomo.example",
]


@pytest.mark.parametrize("address", ODD)
async def test_they_are_recipients_in_both_send_apis(client, address):
    people = [{"Email": address, "Name": "A"}]
    answer = await client.post(
        "/v3.1/send", json={"Messages": [a_message(To=people, Cc=[{"Email": "x@example.net"}])]}
    )
    assert answer.json()["Messages"][0]["To"][0]["Email"] == address
    for call in (a_v3_message(To=f"A <{address}>"), a_v3_message(To=..., Recipients=people)):
        answer = await client.post("/v3/send", json=call)
        assert [each["Email"] for each in answer.json()["Sent"]] == [address]


@pytest.mark.parametrize("address", ODD)
async def test_they_are_contacts_and_quotes_make_no_other_person(client, address):
    answer = await client.post("/v3/REST/contact", json={"Email": address})
    assert answer.status_code == 201
    assert answer.json()["Data"][0]["Email"] == address
    local, _, domain = address.partition("@")
    found = await client.get(f'/v3/REST/contact/"{local}"@{domain}')
    assert found.json()["Data"][0]["ID"] == answer.json()["Data"][0]["ID"]
    again = await client.post("/v3/REST/contact", json={"Email": f'"{local.upper()}"@{domain}'})
    assert again.status_code == 400


@pytest.mark.parametrize(
    "address", ["..@docomo.example", "a b..@docomo.example", "a..b@docomo..example", "@docomo.example"]
)
async def test_what_is_no_address_stays_refused(client, address):
    answer = await client.post("/v3.1/send", json={"Messages": [a_message(To=[{"Email": address}])]})
    assert answer.json()["Messages"][0]["Errors"][0]["ErrorCode"] == "mj-0013"
    assert (await client.post("/v3/REST/contact", json={"Email": address})).status_code == 400

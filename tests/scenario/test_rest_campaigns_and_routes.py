"""Campaigns, messages in other words, the tables of reasons and resources, and routes, over a real socket."""

import asyncio

import pytest

from aerogram.base.clock import SECOND
from support.calls import a_call, a_message
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

REST = "/v3/REST"
DAY = 24 * 3_600 * SECOND


@pytest.fixture
async def stranger(url):
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as connected:
        yield connected


def refused(answer, status, message, info=""):
    assert answer.json() == {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    assert answer.status_code == status


async def rows_of(client, path):
    answer = await client.get(f"{REST}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()["Data"]


async def sent(client, **properties):
    answer = await client.post("/v3.1/send", content=a_call(a_message(**properties)))
    [message] = answer.json()["Messages"]
    assert message["Status"] == "success", message
    return [each["MessageID"] for each in message["To"]]


TWO = [{"Email": "ann@example.net"}, {"Email": "bea@example.net"}]


async def test_a_campaign_is_made_by_the_first_mail_that_names_it(client, clock):
    first, _ = await sent(
        client, To=TWO, CustomCampaign="Spring sale", HTMLPart="<p>Hi</p>", TrackOpens="enabled"
    )
    clock.advance(5 * SECOND)
    await sent(client, CustomCampaign="Spring sale", To=[{"Email": "cy@example.net"}], Subject="Later")
    [row] = await rows_of(client, "campaign")
    created = row.pop("CreatedAt")
    assert row.pop("SendStartAt") == created
    assert row.pop("SendEndAt") > created
    assert row == {
        "CampaignType": 1,
        "ClickTracked": 0,
        "CustomValue": "Spring sale",
        "FirstMessageID": first,
        "FromEmail": "orders@example.com",
        "FromID": 21,
        "FromName": "",
        "HasHtmlCount": 2,
        "HasTxtCount": 3,
        "ID": row["ID"],
        "IsDeleted": False,
        "IsStarred": False,
        "NewsLetterID": 0,
        "OpenTracked": 2,
        "SpamassScore": 0,
        "Status": 0,
        "Subject": "Receipt 17",
        "UnsubscribeTrackedCount": 0,
    }
    [found] = await rows_of(client, f"message/{first}")
    assert (found["CampaignID"], found["IsOpenTracked"], found["IsClickTracked"]) == (row["ID"], True, False)
    assert len(await rows_of(client, "campaign/Spring%20sale")) == 1


async def test_campaigns_are_filtered(client, clock):
    await sent(client, CustomCampaign="old")
    begun = clock.now_ms() // SECOND
    clock.advance(400 * DAY)
    await sent(client, CustomCampaign="new", From={"Email": "News@example.com"})

    async def names(query):
        return [row["CustomValue"] for row in await rows_of(client, f"campaign?{query}")]

    for query in ("Period=Year", "FromTS=" + str(begun + 1), "From=news@example.com", "CustomCampaign=new"):
        assert await names(query) == ["new"], query
    assert await names(f"ToTS={begun}") == ["old"]
    assert await names("Sort=ID+DESC&FromDomain=EXAMPLE.com&FromID=21&FromType=1&CampaignStatus=0") == [
        "new",
        "old",
    ]
    for query in (
        "FromType=2",
        "FromID=22",
        "ContactsList=7",
        "IsStarred=true",
        "CampaignStatus=2",
        "FromDomain=ple.com",
    ):
        assert await names(query) == [], query
    assert (await client.get(f"{REST}/campaign?Period=Hour")).status_code == 400


async def test_a_campaign_is_starred_and_hidden_and_nothing_else(client, stranger):
    await sent(client, CustomCampaign="sale")
    path = f"{REST}/campaign/sale"
    [changed] = (await client.put(path, json={"IsStarred": True, "IsDeleted": "true"})).json()["Data"]
    assert (changed["IsStarred"], changed["IsDeleted"]) == (True, True)
    assert await rows_of(client, "campaign?IsStarred=1&IsDeleted=1") == [changed]
    assert await rows_of(client, "campaign?IsDeleted=false") == []
    assert (await client.put(path, json={"IsStarred": True})).status_code == 304
    answer = await client.put(path, json={"Subject": "x"})
    refused(answer, 401, 'Internal error: MJ19 Setting a value for property "Subject" is not allowed')
    assert (await client.post(f"{REST}/campaign", json={})).status_code == 405
    refused(await client.get(f"{REST}/campaign/mj.nl=7"), 404, "Object not found")
    assert await rows_of(stranger, "campaign") == []
    refused(
        await stranger.put(f"{REST}/campaign/{changed['ID']}", json={"IsStarred": False}),
        404,
        "Object not found",
    )


async def test_message_information_is_of_one_message(client, stranger):
    [tracked] = await sent(client, HTMLPart="<p>Hi</p>", TrackOpens="enabled", CustomCampaign="sale")
    [plain] = await sent(client)
    [campaign] = await rows_of(client, "campaign")
    [row] = await rows_of(client, f"messageinformation/{tracked}")
    assert row.pop("CreatedAt")
    assert row.pop("MessageSize") > 0
    assert row == {
        "CampaignID": campaign["ID"],
        "ClickTrackedCount": 0,
        "ID": tracked,
        "OpenTrackedCount": 1,
        "QueuedCount": 1,
        "SendEndAt": "",
        "SentCount": 0,
        "SpamAssassinRules": {"ALT": "", "ID": -1},
        "SpamAssassinScore": 0,
    }
    for query, found in (
        ("IsStarred=false", [tracked, plain]),
        ("IsDeleted=true", []),
        ("IsNewsletterTool=0&Period=Day&FromTS=1", [tracked, plain]),
        ("IsNewsletterTool=1", []),
        ("MessageStatus=queued&FromDomain=example.com&Sort=CreatedAt,ID+DESC", [plain, tracked]),
    ):
        rows = await rows_of(client, f"messageinformation?{query}")
        assert [row["ID"] for row in rows] == found, query
    [other] = await rows_of(client, f"messageinformation/{plain}")
    assert (other["CampaignID"], other["OpenTrackedCount"]) == (0, 0)
    assert [each["ID"] for each in await rows_of(client, "messageinformation?CustomCampaign=sale")] == [
        tracked
    ]
    refused(await stranger.get(f"{REST}/messageinformation/{plain}"), 404, "Object not found")


async def test_totals_are_of_the_account_alone(client, stranger):
    await sent(client, To=TWO)
    [row] = await rows_of(client, "apikeytotals")
    assert len(row) == 15
    assert (row["ProcessedCount"], row["DeliveredCount"], row["LastActivity"]) == (2, 0, 0)
    assert await rows_of(client, f"apikeytotals/{ACCOUNT}") == [row]
    assert [each["ProcessedCount"] for each in await rows_of(stranger, "apikeytotals")] == [0]
    refused(await stranger.get(f"{REST}/apikeytotals/{ACCOUNT}"), 404, "Object not found")


async def test_the_reasons_of_failures_are_a_table(client):
    assert await rows_of(client, "messagestate/1") == [
        {"ID": 1, "RelatedTo": "recipient", "State": "user unknown"}
    ]
    assert [row["ID"] for row in await rows_of(client, "messagestate?Limit=0")] == list(range(1, 22))
    refused(await client.get(f"{REST}/messagestate/0"), 404, "Object not found")


async def test_the_resources_describe_themselves_on_one_page(client):
    described = await rows_of(client, "metadata")
    by_name = {row["Name"]: row for row in described}
    assert {"apikey", "contact", "eventcallbackurl", "message", "metadata", "sender"} - by_name.keys() <= {
        "contact"
    }
    sender = by_name["sender"]
    assert sender["PublicOperations"] == "Get, Put, Post, Delete"
    assert [each["Name"] for each in sender["Actions"]] == ["validate"]
    email = next(each for each in sender["Properties"] if each["Name"] == "Email")
    assert (email["DataType"], email["IsRequired"], email["ReadOnly"]) == ("string", True, False)
    assert (
        await rows_of(client, "metadata/Sender")
        == await rows_of(client, "metadata?ResourceName=sender")
        == [sender]
    )
    assert by_name["messagestate"]["IsReadOnly"] is True
    refused(await client.get(f"{REST}/metadata/nothing"), 404, "Object not found")


async def test_a_route_has_a_generated_address_once_for_an_account(client, stranger):
    path = f"{REST}/parseroute"
    url = "https://user:secret@hooks.example.net:8443/in"
    answer = await client.post(path, json={"Url": url})
    assert answer.status_code == 201
    [made] = answer.json()["Data"]
    local_part, _, domain = made["Email"].partition("@")
    assert (len(local_part), domain) == (20, "parse.mail.example.com")
    assert made == {"APIKeyID": ACCOUNT, "Email": made["Email"], "ID": made["ID"], "Url": url}
    taken = f'MJ18 A ParseRoute resource with value "{made["Email"]}" for Email already exists.'
    refused(await client.post(path, json={"Url": url}), 400, taken)
    assert await rows_of(client, f"parseroute/{made['Email'].upper()}") == [made]
    assert (await client.put(f"{path}/{made['ID']}", json={"Url": url})).status_code == 304
    [changed] = (await client.put(f"{path}/{made['ID']}", json={"Url": "https://h.example.net/x"})).json()[
        "Data"
    ]
    assert await rows_of(client, f"parseroute?APIKey={ACCOUNT}") == [changed]
    assert await rows_of(stranger, "parseroute") == []
    refused(await stranger.put(f"{path}/{made['ID']}", json={"Url": url}), 404, "Object not found")
    refused(await stranger.delete(f"{path}/{made['ID']}"), 404, "Object not found")
    assert (await client.delete(f"{path}/{made['ID']}")).status_code == 204
    refused(await client.get(f"{path}/{made['ID']}"), 404, "Object not found")


async def test_a_route_of_ones_own_lies_in_a_domain_that_is_the_accounts(client, stranger):
    path = f"{REST}/parseroute"
    url = "https://hooks.example.net/in"
    answer = await client.post(path, json={"Url": url, "Email": "In@Example.com"})
    assert (answer.status_code, answer.json()["Data"][0]["Email"]) == (201, "in@example.com")
    for caller, email in (
        (client, "in@example.net"),
        (stranger, "in@example.com"),
        (stranger, "in@example.org"),
    ):
        reason = (
            f"MJ08 Property Email is invalid: The account has no active sender *@{email.partition('@')[2]}"
        )
        refused(
            await caller.post(path, json={"Url": url, "Email": email}),
            400,
            "Object properties invalid",
            reason,
        )
    taken = 'MJ18 A ParseRoute resource with value "in@example.com" for Email already exists.'
    refused(await client.post(path, json={"Url": url, "Email": "in@example.com"}), 400, taken)
    [other] = (await client.post(path, json={"Url": url, "Email": "b@example.com"})).json()["Data"]
    refused(await client.put(f"{path}/{other['ID']}", json={"Email": "in@example.com"}), 400, taken)
    refused(await client.post(path, json={"Email": "c@example.com"}), 400, "Object properties invalid",
            "MJ08 Property Url is invalid: MJ03 A non-empty value is required")  # fmt: skip


async def test_claims_at_once_of_one_address_make_one_sender(client):
    calls = [client.post(f"{REST}/sender", json={"Email": "ann@example.net"}) for _ in range(5)]
    statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
    assert sorted(statuses) == [201, 400, 400, 400, 400]

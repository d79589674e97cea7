"""``/v3/REST/sender``, ``dns`` and ``metasender`` over a real socket, a real store and a real name server."""

import contextlib

import pytest

from aerogram.net.dns import Resolver
from aerogram.senders.claims import MAX_SENDERS
from aerogram.store.records.senders import metasenders, senders
from scenario.zones import name_server
from support.calls import a_call, a_message
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

PATH = "/v3/REST/sender"


async def claimed(client, email, **properties):
    answer = await client.post(PATH, json={"Email": email} | properties)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


async def dns_of(client, domain):
    answer = await client.get(f"/v3/REST/dns/{domain}")
    assert answer.status_code == 200, answer.text
    return answer.json()["Data"][0]


def refused(answer, status, message, info=""):
    assert answer.json() == {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    assert answer.status_code == status


@contextlib.asynccontextmanager
async def zone_of(door, zone):
    """Let the door ask a name server with this zone."""
    async with name_server(zone) as server:
        door.names.resolver = Resolver(["127.0.0.1"], server.port, query_timeout=0.5, lookup_timeout=1.0)
        yield server


def is_sendable(answer):
    return answer.json()["Messages"][0]["Status"] == "success"


async def send_from(client, email):
    body = a_call(a_message(From={"Email": email}))
    return await client.post("/v3.1/send", content=body)


async def test_a_claimed_address_is_inactive_and_may_not_send(client):
    row = await claimed(client, "News@Example.NET", Name="News", EmailType="Bulk")
    assert row.pop("ID") > 0
    assert row.pop("CreatedAt")
    dns = await dns_of(client, "example.net")
    assert list(row.items()) == [
        ("DNSID", dns["ID"]),
        ("Email", "news@example.net"),
        ("EmailType", "bulk"),
        ("Filename", ""),
        ("IsDefaultSender", False),
        ("Name", "News"),
        ("Status", "Inactive"),
    ]
    assert not is_sendable(await send_from(client, "news@example.net"))


async def test_an_address_of_an_active_domain_is_active_at_once(client):
    assert (await claimed(client, "orders@example.com"))["Status"] == "Active"
    assert (await claimed(client, "orders@sub.example.com"))["Status"] == "Inactive"


async def test_a_sender_is_found_by_id_and_by_address(client):
    made = await claimed(client, "zoë@Exämple.net")
    for key in (made["ID"], "zoë@exämple.net", "ZO%C3%8B@xn--exmple-cua.net"):
        answer = await client.get(f"{PATH}/{key}")
        assert answer.json() == {"Count": 1, "Data": [made], "Total": 1}, key
    refused(await client.get(f"{PATH}/nobody@example.net"), 404, "Object not found")


async def test_a_second_claim_is_refused_in_words_that_tell_the_first_ones_status(client):
    async def again(email):
        return await client.post(PATH, json={"Email": email})

    told = (
        "There is an already existing {} sender with the same email."
        ' You can use "validate" action in order to activate it.'
    )
    await claimed(client, "orders@example.com")
    refused(
        await again("ORDERS@example.com"),
        400,
        'MJ18 A Sender resource with value "orders@example.com" for Email already exists.',
    )
    await claimed(client, "ann@example.net")
    refused(await again("ann@example.net"), 400, told.format("inactive"))
    assert (await client.delete(f"{PATH}/ann@example.net")).status_code == 204
    refused(await again("ann@example.net"), 400, told.format("deleted"))


async def test_what_is_no_sender_is_refused(client):
    for email in ("ann", "ann@", "a*b@example.net", "@", "ann@exa mple.net"):
        answer = await client.post(PATH, json={"Email": email})
        assert answer.status_code == 400, email
        assert answer.json()["ErrorInfo"].startswith("MJ08 Property Email is invalid: "), email
    reason = "MJ08 Property Email is invalid: MJ03 A non-empty value is required"
    refused(await client.post(PATH, json={}), 400, "Object properties invalid", reason)


async def test_an_address_and_a_status_are_not_changed_by_clients(client):
    made = await claimed(client, "ann@example.net")
    path = f"{PATH}/{made['ID']}"
    refused(
        await client.put(path, json={"Email": "x@example.net"}), 400, "Not allowed to change email address"
    )
    refused(
        await client.put(path, json={"Status": "Active"}),
        401,
        'Internal error: MJ19 Setting a value for property "Status" is not allowed',
    )
    echo = {"Email": "Ann@example.net", "Status": "Inactive", "ID": made["ID"], "DNSID": made["DNSID"]}
    assert (await client.put(path, json=echo)).status_code == 304


async def test_an_account_has_one_default_sender(client):
    first = await claimed(client, "ann@example.net", IsDefaultSender=True)
    second = await claimed(client, "bea@example.net")
    answer = await client.put(f"{PATH}/{second['ID']}", json={"IsDefaultSender": True, "Name": "Bea"})
    assert answer.json()["Data"] == [second | {"IsDefaultSender": True, "Name": "Bea"}]
    assert (await client.get(f"{PATH}/{first['ID']}")).json()["Data"][0]["IsDefaultSender"] is False


async def test_a_deleted_sender_is_hidden_from_lists_and_returns_with_a_put(client):
    made = await claimed(client, "ann@example.net")
    path = f"{PATH}/ann@example.net"
    assert (await client.delete(path)).status_code == 204
    refused(await client.delete(path), 404, "Object not found")
    assert (await client.get(path)).json()["Data"][0]["Status"] == "Deleted"

    async def listed(query=""):
        return [row["Email"] for row in (await client.get(f"{PATH}?{query}")).json()["Data"]]

    assert "ann@example.net" not in await listed()
    assert "ann@example.net" in await listed("ShowDeleted=true")
    assert await listed("Status=Deleted") == ["ann@example.net"]
    answer = await client.put(path, json={"Name": "", "EmailType": "unknown", "IsDefaultSender": False})
    assert (answer.status_code, answer.json()["Data"]) == (200, [made])


async def test_lists_are_filtered_and_sorted(client):
    for email in ("ann@example.net", "*@example.net", "ann@mail.example.net", "a_n@example.net"):
        await claimed(client, email)
    dns = await dns_of(client, "example.net")

    async def listed(query):
        body = (await client.get(PATH, params=query)).json()
        assert body["Total"] == body["Count"] == len(body["Data"])
        return [row["Email"] for row in body["Data"]]

    assert await listed({"Domain": "Example.net"}) == ["ann@example.net", "*@example.net", "a_n@example.net"]
    assert await listed({"DnsID": dns["ID"], "LocalPart": "ann"}) == ["ann@example.net"]
    assert await listed({"DnsID": 7}) == []
    assert await listed({"IsDomainSender": "true"}) == ["*@example.com", "*@example.net"]
    assert await listed({"IsDomainSender": "0", "Domain": "mail.example.net"}) == ["ann@mail.example.net"]
    assert await listed({"LocalPart": "*", "Status": "inactive"}) == ["*@example.net"]
    assert await listed({"Email": "ANN@EXAMPLE.NET"}) == ["ann@example.net"]
    assert await listed({"Domain": "example.net", "Sort": "ID DESC"}) == [
        *("a_n@example.net", "*@example.net", "ann@example.net"),
    ]


async def test_style_full_shows_the_domain_of_a_sender(client):
    await claimed(client, "ann@example.net")
    rows = (await client.get(f"{PATH}?Limit=0&Sort=ID+DESC&Style=Full")).json()["Data"]
    assert rows[0]["DNS"]["Domain"] == "example.net"
    assert rows[-1]["DNSID"] == -1


async def test_senders_of_another_account_do_not_exist(client, url):
    made = await claimed(client, "*@example.net")
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        for path in (f"{PATH}/{made['ID']}", f"{PATH}/*@example.net", "/v3/REST/dns/example.net"):
            refused(await stranger.get(path), 404, "Object not found")
        for call in (
            stranger.put(f"{PATH}/{made['ID']}", json={"Name": "x"}),
            stranger.delete(f"{PATH}/{made['ID']}"),
        ):
            refused(await call, 404, "Object not found")
        refused(await stranger.post(f"/v3/REST/dns/{made['DNSID']}/check"), 404, "Object not found")
        own = await claimed(stranger, "*@example.net")
        token = (await dns_of(stranger, "example.net"))["OwnerShipToken"]
    assert own["DNSID"] != made["DNSID"]
    assert token != (await dns_of(client, "example.net"))["OwnerShipToken"]


async def test_a_domain_shows_what_to_publish(client):
    await claimed(client, "*@example.net")
    dns = await dns_of(client, "EXAMPLE.net")
    token = dns.pop("OwnerShipToken")
    assert len(token) == 32
    assert dns.pop("ID") > 0
    assert dns.pop("DKIMRecordValue").startswith("v=DKIM1; k=rsa; p=MII")
    assert dns == {
        "DKIMRecordName": "aerogram1._domainkey.example.net.",
        "DKIMStatus": "Not checked",
        "Domain": "example.net",
        "IsCheckInProgress": False,
        "LastCheckAt": "",
        "OwnerShipTokenRecordName": f"aerogram._{token[:8]}.example.net.",
        "SPFRecordValue": "v=spf1 a:mail.example.com ~all",
        "SPFStatus": "Not checked",
    }


async def test_a_check_tells_what_is_missing_and_what_is_right(door, client):
    await claimed(client, "*@example.net")
    path = "/v3/REST/dns/example.net/check"
    async with zone_of(door, {"example.net.": ["60 IN A 192.0.2.1"]}) as server:
        answer = await client.post(path)
        assert answer.status_code == 200
        assert answer.json()["Data"] == [
            {
                "DKIMErrors": ["no DKIM record"],
                "DKIMRecordCurrentValue": "",
                "DKIMStatus": "Error",
                "SPFErrors": ["no SPF record"],
                "SPFRecordsCurrentValues": [],
                "SPFStatus": "Not found",
            }
        ]
        dns = await dns_of(client, "example.net")
        assert (dns["DKIMStatus"], dns["SPFStatus"]) == ("Error", "Not found")
        value = dns["DKIMRecordValue"]
        server.zone[dns["DKIMRecordName"]] = [f'60 IN TXT "{value[:200]}" "{value[200:]}"']
        server.zone["example.net."] = [
            '60 IN TXT "v=spf1 include:_spf.example.org -all"',
            '60 IN TXT "other"',
        ]
        server.zone["_spf.example.org."] = ['60 IN TXT "v=spf1 a:mail.example.com ?all"']
        assert (await client.post(path, json={})).json()["Data"] == [
            {
                "DKIMErrors": [],
                "DKIMRecordCurrentValue": value,
                "DKIMStatus": "OK",
                "SPFErrors": [],
                "SPFRecordsCurrentValues": ["v=spf1 include:_spf.example.org -all"],
                "SPFStatus": "OK",
            }
        ]
    dns = await dns_of(client, "example.net")
    assert (dns["DKIMStatus"], dns["SPFStatus"], bool(dns["LastCheckAt"])) == ("OK", "OK", True)
    assert (await client.get("/v3/REST/dns?SPFStatus=ok&IsSenderIdentified=1&MinLastCheckAt=1")).json()[
        "Total"
    ] == 1
    assert (await client.get("/v3/REST/dns?MaxLastCheckAt=1")).json()["Total"] == 0


async def test_a_check_tells_when_nobody_knows(door, client):
    await claimed(client, "*@example.net")
    async with zone_of(door, {"example.net.": "SERVFAIL"}):
        [found] = (await client.post("/v3/REST/dns/example.net/check")).json()["Data"]
    assert found["SPFStatus"] == "Error"
    assert "example.net" in found["SPFErrors"][0]


async def test_a_domain_is_validated_by_its_token_and_then_may_send(door, client):
    made = await claimed(client, "*@example.net")
    address = await claimed(client, "ann@example.net")
    dns = await dns_of(client, "example.net")
    async with zone_of(door, {}) as server:
        answer = await client.post(f"{PATH}/{made['ID']}/validate", json={})
        assert answer.status_code == 200
        [found] = answer.json()["Data"]
        assert found == {
            "Errors": {
                "DNSValidationError": " DNS record verification failed as no TXT record for that ownership token"
                " was found on the remote server.",
                "FileValidationError": "",
            },
            "GlobalError": "The DNS TXT record has not been found to validate this sender.",
            "ValidationMethod": "",
        }
        assert not is_sendable(await send_from(client, "ann@example.net"))
        server.zone[dns["OwnerShipTokenRecordName"]] = [f'60 IN TXT "{dns["OwnerShipToken"]}"']
        [found] = (await client.post(f"{PATH}/*@example.net/validate")).json()["Data"]
        assert (found["ValidationMethod"], found["GlobalError"]) == ("DNS", "")
        refused(await client.post(f"{PATH}/{made['ID']}/validate"), 400, "The sender is active already.")
        [found] = (await client.post(f"{PATH}/{address['ID']}/validate")).json()["Data"]
        assert found["ValidationMethod"] == "Domain"
    assert (await client.get(f"{PATH}/{address['ID']}")).json()["Data"][0]["Status"] == "Active"


async def test_an_address_that_nobody_vouches_for_stays_inactive(client):
    made = await claimed(client, "ann@example.net")
    [found] = (await client.post(f"{PATH}/{made['ID']}/validate")).json()["Data"]
    assert found["ValidationMethod"] == ""
    assert "*@example.net" in found["GlobalError"]


async def test_the_number_of_senders_is_bounded(client, database):
    made = await claimed(client, "ann@example.com")

    def fill():
        for number in range(MAX_SENDERS - 3):
            yield from senders.activate(
                senders.active_sender(1_000 + number, ACCOUNT, f"a{number}@example.com", 0)
            )

    await database.write(fill)
    one_more = {"Email": "bea@example.com"}
    refused(
        await client.post(PATH, json=one_more), 400, f"An account may have at most {MAX_SENDERS} senders."
    )
    assert (await client.delete(f"{PATH}/{made['ID']}")).status_code == 204
    assert (await client.post(PATH, json=one_more)).status_code == 201


@pytest.mark.parametrize("pattern", ["*@example.net", "ann@example.net"])
async def test_an_enabled_metasender_lets_all_accounts_send(client, url, database, pattern):
    answer = await client.post("/v3/REST/metasender", json={"Email": pattern, "Description": "promo"})
    assert answer.status_code == 201
    [made] = answer.json()["Data"]
    assert made.pop("CreatedAt")
    assert made == {
        "Description": "promo", "Email": pattern, "Filename": "", "ID": made["ID"], "IsEnabled": False,
    }  # fmt: skip
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        assert not is_sendable(await send_from(stranger, "ann@example.net"))
        await database.write(lambda: metasenders.enable(pattern, 1))
        assert is_sendable(await send_from(stranger, "ann@example.net"))
        assert (await claimed(stranger, "ann@example.net"))["Status"] == "Active"


async def test_only_the_first_account_has_metasenders_and_nobody_enables_one(client, url):
    path = "/v3/REST/metasender"
    assert (await client.post(path, json={"Email": "*@example.net"})).status_code == 201
    refused(
        await client.post(path, json={"Email": "*@Example.net"}),
        400,
        'MJ18 A Metasender resource with value "*@example.net" for Email already exists.',
    )
    answer = await client.put(f"{path}/*@example.net", json={"IsEnabled": True})
    refused(answer, 401, 'Internal error: MJ19 Setting a value for property "IsEnabled" is not allowed')
    answer = await client.put(f"{path}/*@example.net", json={"Description": "all"})
    assert answer.json()["Data"][0]["Description"] == "all"
    assert (await client.delete(f"{path}/*@example.net")).status_code == 405
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        assert (await stranger.get(path)).json() == {"Count": 0, "Data": [], "Total": 0}
        refused(await stranger.get(f"{path}/*@example.net"), 404, "Object not found")
        refused(await stranger.post(path, json={"Email": "*@example.net"}), 403, "Operation not allowed")

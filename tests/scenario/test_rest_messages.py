"""``/v3/REST/message`` and ``messagehistory`` over a real socket and a real store."""

from sqlalchemy import bindparam, update

from aerogram.base.clock import MINUTE, SECOND
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import FailureState
from aerogram.store.records.messages.outcomes import Change, append_events
from aerogram.store.sql import Sql
from aerogram.store.tables import message
from support.calls import a_call, a_message
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

SETTLE = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        state=bindparam("new_state"),
        failure=bindparam("new_failure"),
        is_permanent=bindparam("new_permanent"),
        updated_ms=bindparam("now"),
    ),
    "which",
    "new_state",
    "new_failure",
    "new_permanent",
    "now",
)
WIRE_KEYS = [
    "ArrivedAt",
    "AttachmentCount",
    "AttemptCount",
    "ContactAlt",
    "Delay",
    "FilterTime",
    "ID",
    "IsClickTracked",
    "IsHTMLPartIncluded",
    "IsOpenTracked",
    "IsTextPartIncluded",
    "IsUnsubTracked",
    "MessageSize",
    "SenderID",
    "SpamassassinScore",
    "SpamassRules",
    "StatePermanent",
    "Status",
    "Subject",
    "UUID",
]


async def sent(client, *recipients, **properties):
    """Send one message to each; their entries in the answer."""
    messages = [a_message(To=[{"Email": recipient}], **properties) for recipient in recipients]
    answer = await client.post("/v3.1/send", content=a_call(*messages))
    assert answer.status_code == 200
    return [entry["To"][0] for entry in answer.json()["Messages"]]


async def listed(client, **parameters):
    answer = await client.get("/v3/REST/message", params=parameters)
    assert answer.status_code == 200
    return answer.json()


async def ids_of(client, **parameters):
    return [row["ID"] for row in (await listed(client, **parameters))["Data"]]


async def settle(door, message_id, state, failure=FailureState.NONE, *, is_permanent=False):
    def unit():
        yield SETTLE(message_id, int(state), int(failure), int(is_permanent), door.acceptor._clock.now_ms())

    await door.database.write(unit)


async def happened(door, event_id, message_id, kind, failure=0, reply="", at_ms=0):
    change = Change(
        message_id=message_id,
        account_id=ACCOUNT,
        lease=0,
        state=0,
        due_ms=0,
        attempts=1,
        event_kind=kind,
        is_live=True,
        failure=failure,
        reply=reply,
    )
    await door.database.write(lambda: append_events([change], at_ms))


async def test_a_message_shows_its_facts_with_mailjets_keys(client, clock):
    [told] = await sent(client, "ann@example.net", HTMLPart="<p>Hi</p>")
    answer = await client.get(f"/v3/REST/message/{told['MessageID']}")
    assert answer.headers["content-type"] == "application/json"
    envelope = answer.json()
    assert list(envelope) == ["Count", "Data", "Total"]
    [row] = envelope["Data"]
    assert list(row) == WIRE_KEYS
    assert row["ArrivedAt"] == "2026-05-28T20:26:40Z"
    assert (row["ID"], row["UUID"]) == (told["MessageID"], told["MessageUUID"])
    assert (row["Status"], row["SenderID"], row["Subject"], row["ContactAlt"]) == ("queued", 21, "", "")
    assert (row["IsHTMLPartIncluded"], row["IsTextPartIncluded"], row["StatePermanent"]) == (
        True,
        True,
        False,
    )
    assert row["MessageSize"] > 50


async def test_the_switches_fill_what_is_private(client):
    [told] = await sent(client, "ann@example.net", CustomID="r-17")
    answer = await client.get(
        f"/v3/REST/message/{told['MessageID']}?showsubject=TRUE&ShowContactAlt=1&ShowCustomID=true"
    )
    [row] = answer.json()["Data"]
    assert (row["Subject"], row["ContactAlt"], row["CustomID"]) == ("Receipt 17", "ann@example.net", "r-17")


async def test_a_message_is_found_by_its_uuid_too(client):
    [told] = await sent(client, "ann@example.net")
    for key in (told["MessageUUID"], told["MessageUUID"].upper()):
        answer = await client.get(f"/v3/REST/message/{key}")
        assert answer.json()["Data"][0]["ID"] == told["MessageID"]


async def test_an_unknown_key_is_answered_with_404(client):
    for key in ("1", "-1", "0", "x", "9" * 40, "00000000-0000-8000-8000-000000000000", "a%00b", "%ff"):
        answer = await client.get(f"/v3/REST/message/{key}")
        assert answer.status_code == 404
        assert answer.json() == {"ErrorInfo": "", "ErrorMessage": "Object not found", "StatusCode": 404}


async def test_another_accounts_message_does_not_exist(client, url):
    [told] = await sent(client, "ann@example.net")
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await bob.get(f"/v3/REST/message/{told['MessageID']}")).status_code == 404
        assert (await bob.get(f"/v3/REST/message/{told['MessageUUID']}")).status_code == 404
        assert (await listed(bob))["Total"] == 0
        history = await bob.get(f"/v3/REST/messagehistory/{told['MessageID']}")
        assert history.json() == {"Count": 0, "Data": [], "Total": 0}


async def test_a_walk_over_pages_visits_each_message_once(client):
    all_ids = [told["MessageID"] for told in await sent(client, *(f"n{n}@example.net" for n in range(23)))]
    first = await listed(client)
    assert (first["Count"], first["Total"]) == (10, 23)
    walked = []
    for offset in range(0, 30, 5):
        page = await listed(client, Limit=5, Offset=offset)
        assert page["Total"] == 23
        walked += [row["ID"] for row in page["Data"]]
    assert walked == all_ids
    assert await ids_of(client, limit=0) == all_ids
    assert await ids_of(client, Limit=5000, Sort="ID DESC") == all_ids[::-1]
    assert await ids_of(client, Limit=0, Sort="arrivedat desc,id DESC") == all_ids[::-1]
    assert await listed(client, countOnly=1) == {"Count": 23, "Data": [], "Total": 23}


async def test_a_forbidden_sort_is_refused(client):
    for sort in ("Subject", "ID+DESC", "ID sideways", ","):
        answer = await client.get("/v3/REST/message", params={"Sort": sort})
        assert answer.status_code == 400
        assert answer.json()["ErrorMessage"].startswith(
            "Unexpected error during GET: Invalid sort specification: Cannot sort on field"
        )


async def test_a_literal_plus_in_the_query_is_a_space(client):
    assert (await client.get("/v3/REST/message?Sort=ID+DESC")).status_code == 200


async def test_filters_select_by_the_facts(client, clock):
    [first] = await sent(client, "ann@example.net", CustomID="a")
    clock.advance(10 * MINUTE)
    [second] = await sent(client, "Bo@Example.net", From={"Email": "Shop@Example.com"}, CustomID="b")
    one, two = first["MessageID"], second["MessageID"]
    start = 1_780_000_000
    for parameters, expected in [
        ({}, [one, two]),
        ({"ContactAlt": "ANN@example.net"}, [one]),
        ({"CustomID": "b"}, [two]),
        ({"From": "shop@example.com"}, [two]),
        ({"FromDomain": "example.com"}, [one, two]),
        ({"FromDomain": "e_ample.com"}, []),
        ({"FromDomain": "%.com"}, []),
        ({"SenderID": 21}, [one, two]),
        ({"SenderID": 22}, []),
        ({"FromID": 23}, []),
        ({"FromTS": start}, [two]),
        ({"FromTS": start - 1}, [one, two]),
        ({"FromTS": start * 1000 + 1}, [two]),
        ({"FromTS": "2026-05-28T20:31:40Z"}, [two]),
        ({"FromTS": "2026-05-28T21:31:40+01:00"}, [two]),
        ({"FromTS": "2026-05-28T20:31:40"}, [two]),
        ({"ToTS": start}, [one]),
        ({"ToTS": start + 600}, [one, two]),
        ({"ToTS": start * 1000 - 1}, []),
        ({"FromTS": start - 1, "ToTS": start + 1}, [one]),
        ({"FromType": 1}, [one, two]),
        ({"FromType": 2}, []),
        ({"CampaignID": 1}, []),
        ({"ContactID": 1}, []),
        ({"Unknown": "x", "CustomID": ""}, [one, two]),
        ({"MessageStatus": "1"}, [one, two]),
        ({"MessageStatus": "queued,2"}, [one, two]),
        ({"MessageStatus": "3"}, []),
    ]:
        assert await ids_of(client, **parameters) == expected, parameters


async def test_messages_of_one_campaign_share_its_id_and_are_selected_by_it(client, url):
    first, second = await sent(client, "a@example.net", "b@example.net", CustomCampaign="spring")
    await sent(client, "c@example.net")
    (other,) = await sent(client, "d@example.net", CustomCampaign="autumn")
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        await sent(bob, "a@example.net", CustomCampaign="spring", From={"Email": "bob@example.org"})
    rows = {row["ID"]: row for row in (await listed(client))["Data"]}
    spring = rows[first["MessageID"]]["CampaignID"]
    assert [row.get("CampaignID") == spring for row in rows.values()] == [True, True, False, False]
    assert [("CampaignID" in row) for row in rows.values()] == [True, True, False, True]
    for name in ("CampaignID", "Campaign"):
        assert await ids_of(client, **{name: spring}) == [first["MessageID"], second["MessageID"]]
    autumn = rows[other["MessageID"]]["CampaignID"]
    assert await ids_of(client, CampaignID=autumn) == [other["MessageID"]]
    assert await ids_of(client, CampaignID=autumn, Campaign=spring) == []
    assert await ids_of(client, CampaignID=autumn, CustomID="x") == []


async def test_a_value_that_cannot_be_read_is_refused(client):
    for query in [
        "MessageStatus=maybe",
        "FromTS=yesterday",
        "FromTS=-1",
        "FromTS=99999999999999999",
        "SenderID=x",
        "MessageState=x",
        "Limit=x",
        "Offset=1.5",
        "CustomID=%00",
        "&".join(f"a{number}=1" for number in range(300)),
    ]:
        answer = await client.get(f"/v3/REST/message?{query}")
        assert answer.status_code == 400
        assert list(answer.json()) == ["ErrorInfo", "ErrorMessage", "StatusCode"]


async def test_an_odd_number_does_no_harm(client):
    await sent(client, "ann@example.net")
    for query in ("Limit=-1", "Offset=-5", f"Offset={2**62}", "MessageState=99999999999"):
        assert (await client.get(f"/v3/REST/message?{query}")).status_code == 200


async def test_the_status_follows_the_state(client, door):
    names = ["sent", "hard", "soft", "blocked", "cancelled", "held", "deferred", "queued"]
    told = await sent(client, *(f"{name}@example.net" for name in names))
    ids = dict(zip(names, (one["MessageID"] for one in told), strict=True))
    door.acceptor._clock.advance(3 * SECOND)
    await settle(door, ids["sent"], MessageState.SENT)
    await settle(door, ids["hard"], MessageState.BOUNCED, FailureState.USER_UNKNOWN, is_permanent=True)
    await settle(door, ids["soft"], MessageState.BOUNCED, FailureState.QUOTA_EXCEEDED)
    await settle(door, ids["blocked"], MessageState.BLOCKED, FailureState.PREBLOCKED)
    await settle(door, ids["cancelled"], MessageState.CANCELLED)
    await settle(door, ids["held"], MessageState.HELD)
    await settle(door, ids["deferred"], MessageState.QUEUED, FailureState.GREYLISTED)
    rows = {row["ID"]: row for row in (await listed(client, Limit=0))["Data"]}
    shown = {name: (rows[ids[name]]["Status"], rows[ids[name]].get("StateID")) for name in names}
    assert shown == {
        "sent": ("sent", None),
        "hard": ("hardbounced", 1),
        "soft": ("softbounced", 3),
        "blocked": ("blocked", 14),
        "cancelled": ("blocked", None),
        "held": ("queued", None),
        "deferred": ("deferred", 13),
        "queued": ("queued", None),
    }
    assert rows[ids["hard"]]["StatePermanent"] is True
    assert rows[ids["sent"]]["Delay"] == 3
    for parameters, expected in [
        ({"MessageStatus": "2"}, ["sent"]),
        ({"MessageStatus": "5"}, ["hard", "soft"]),
        ({"MessageStatus": "9,10"}, ["hard", "soft"]),
        ({"MessageStatus": "hardbounce"}, ["hard"]),
        ({"MessageStatus": "8"}, ["blocked", "cancelled"]),
        ({"MessageStatus": "11"}, ["deferred"]),
        ({"MessageState": "1,14"}, ["hard", "blocked"]),
        ({"BounceReason": "quota exceeded"}, ["soft"]),
        ({"BounceReason": "no such reason"}, []),
        ({"MessageState": "1", "BounceReason": "quota exceeded"}, []),
    ]:
        assert await ids_of(client, **parameters) == [ids[name] for name in expected], parameters


async def test_messages_are_only_read(client):
    for method, path in [("POST", "message"), ("PUT", "message/1"), ("DELETE", "message/1")]:
        answer = await client.request(method, f"/v3/REST/{path}")
        assert answer.status_code == 405
        assert answer.json()["ErrorMessage"] == "Method not allowed"
        assert answer.headers["allow"] == "GET"


async def test_the_history_tells_the_events_oldest_first(client, door):
    [told] = await sent(client, "ann@example.net")
    message_id = told["MessageID"]
    await happened(door, 3, message_id, EventKind.BOUNCE, 1, "550 5.1.1 no such user", 1_700_000_009_999)
    await happened(door, 1, message_id, EventKind.DEFERRED, 13, "450 later", 1_700_000_000_000)
    await happened(door, 2, message_id, EventKind.SENT, 0, "250 ok", 1_700_000_005_000)
    answer = await client.get(f"/v3/REST/messagehistory/{message_id}")
    assert answer.json() == {
        "Count": 2,
        "Data": [
            {
                "Comment": "",
                "EventAt": 1_700_000_005,
                "EventType": "sent",
                "State": "",
                "Useragent": "",
                "UseragentID": 0,
            },
            {
                "Comment": "550 5.1.1 no such user",
                "EventAt": 1_700_000_009,
                "EventType": "bounced",
                "State": "user unknown",
                "Useragent": "",
                "UseragentID": 0,
            },
        ],
        "Total": 2,
    }
    for path in (
        f"messagehistory?Message={message_id}",
        f"messagehistory/{told['MessageUUID']}",
        "messagehistory",
    ):
        assert (await client.get(f"/v3/REST/{path}")).json() == answer.json()


async def test_the_history_of_an_unknown_message_is_empty(client):
    for key in ("1", "x", "9" * 40):
        answer = await client.get(f"/v3/REST/messagehistory/{key}")
        assert (answer.status_code, answer.json()) == (200, {"Count": 0, "Data": [], "Total": 0})

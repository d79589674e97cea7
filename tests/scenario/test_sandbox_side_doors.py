"""Whatever comes of a sandbox key's mail, forms and jobs, nothing live is changed by it."""

import re

import pytest
from sqlalchemy import select

from aerogram.model.account import NO_DEFAULTS, SendDefaults
from aerogram.model.event import EventKind
from aerogram.reporting.engagement.recorder import Engagement
from aerogram.store.sql import Sql
from aerogram.store.tables import campaign_recipient, content, message
from support.calls import a_call, a_message
from support.http_door import PUBLIC_URL
from support.readers import caught_up
from support.tables import rows_of

REST = "/v3/REST"
LASTING = ("contact ", "contact_list ", "list_recipient ", "suppression ", "unsubscription ")
MAILS = Sql(
    select(message.c.recipient, content.c.body)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
REACHED = Sql(select(campaign_recipient.c.campaign, campaign_recipient.c.message_id))


@pytest.fixture
def sandbox(door):
    def switch(*, is_on=True):
        door.keys.defaults = SendDefaults(is_sandboxed=True) if is_on else NO_DEFAULTS

    return switch


@pytest.fixture
def lasting(database):
    """Give the rows that later mail depends on."""

    async def found():
        return {row for row in await rows_of(database) if row.startswith(LASTING)}

    return found


async def asked(database, statement):
    def unit():
        return (yield statement())

    return await database.read(unit)


async def sent(client, recipient="ann@example.net", headers=None, **properties):
    """Send a mail; give its MessageID."""
    body = a_call(a_message(To=[{"Email": recipient}], **properties))
    answer = await client.post("/v3.1/send", content=body, headers=headers or {})
    assert answer.status_code == 200, answer.text
    return answer.json()["Messages"][0]["To"][0]["MessageID"]


async def made(client, resource, **properties):
    answer = await client.post(f"{REST}/{resource}", json=properties)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


@pytest.mark.parametrize("kind", [EventKind.UNSUB, EventKind.SPAM, EventKind.OPEN, EventKind.CLICK])
@pytest.mark.parametrize("is_known", [True, False])
async def test_what_a_reader_does_with_sandboxed_mail_is_an_event_and_no_more(
    door, client, sandbox, lasting, kind, is_known
):
    if is_known:
        await made(client, "contact", Email="ann@example.net")
    before = await lasting()
    sandbox()
    message_id = await sent(client)
    await door.engagements.record(Engagement(kind=kind, message_id=message_id, agent="Mozilla/5.0"))
    await caught_up(door.database)
    assert await lasting() == before
    assert [row for row in await rows_of(door.database) if row.startswith("event ") and "Mozilla" in row]


async def test_the_button_of_a_sandboxed_mail_does_not_subscribe_again_who_left(
    door, client, sandbox, lasting
):
    live = await sent(client)
    await door.engagements.record(Engagement(kind=EventKind.UNSUB, message_id=live))
    before = await lasting()
    assert any(row.startswith("unsubscription ") for row in before)
    sandbox()
    sandboxed = await sent(client)
    assert not await door.engagements.subscribe_again(sandboxed)
    assert await lasting() == before
    assert await door.engagements.subscribe_again(live)


async def test_sandboxed_mail_keeps_no_later_mail_of_a_campaign_from_anybody(door, client, sandbox):
    options = {"CustomCampaign": "Spring", "DeduplicateCampaign": True}
    sandbox()
    await sent(client, **options)
    assert await asked(door.database, REACHED) == []
    sandbox(is_on=False)
    live = await sent(client, **options)
    assert [tuple(row) for row in await asked(door.database, REACHED)] == [("Spring", live)]


async def test_an_idempotency_key_that_a_sandbox_key_used_is_new_to_others(client, sandbox):
    headers = {"Idempotency-Key": "order-17"}
    sandbox()
    first = await sent(client, headers=headers)
    assert await sent(client, headers=headers) == first
    sandbox(is_on=False)
    live = await sent(client, headers=headers)
    assert live != first
    assert await sent(client, headers=headers) == live
    sandbox()
    assert await sent(client, headers=headers) == first


async def form_of(client, **properties):
    sender = (await client.get(f"{REST}/sender")).json()["Data"][0]["ID"]
    return await client.post(f"{REST}/widget", json={"FromID": sender, "Locale": "en_US"} | properties)


async def test_a_form_of_the_sandbox_is_for_a_list_of_the_sandbox(client, sandbox):
    live = await made(client, "contactslist", Name="Live")
    live_form = (await form_of(client, ListID=live["ID"])).json()["Data"][0]
    sandbox()
    own = await made(client, "contactslist", Name="Own")
    assert (await form_of(client, ListID=live["ID"])).status_code == 403
    form = (await form_of(client, ListID=own["ID"])).json()["Data"][0]
    moved = await client.put(f"{REST}/widget/{form['ID']}", json={"ListID": live["ID"]})
    assert moved.status_code == 403
    value = {"WidgetID": live_form["ID"], "Name": "x", "Value": "y", "Display": True}
    assert (await client.post(f"{REST}/widgetcustomvalue", json=value)).status_code == 403


async def test_a_form_of_the_sandbox_leaves_live_contacts_alone(door, client, sandbox, lasting):
    await made(client, "contact", Email="live@example.net")
    sandbox()
    own = await made(client, "contactslist", Name="Own")
    form = (await form_of(client, ListID=own["ID"])).json()["Data"][0]
    path = form["SignupUrl"].removeprefix(PUBLIC_URL)
    before = await lasting()
    answers = [
        await client.post(path, data={"email": each}) for each in ("live@example.net", "new@example.net")
    ]
    # The form does not reveal who is a contact.
    assert [(each.status_code, each.text.replace("live@", "new@")) for each in answers] == [
        (200, answers[1].text)
    ] * 2
    assert before < await lasting()
    [(recipient, body)] = await asked(door.database, MAILS)
    assert recipient == "new@example.net"
    [link] = set(re.findall(rf"{PUBLIC_URL}(/signup/confirm/[\w-]+)", body.decode()))
    confirmed = await client.post(link)
    assert "You are subscribed" in confirmed.text
    [row] = (await client.get(f"{REST}/contactslist/{own['ID']}")).json()["Data"]
    assert row["SubscriberCount"] == 1


async def test_a_form_of_the_sandbox_subscribes_nobody_to_a_list_that_became_live(door, client, sandbox):
    sandbox()
    own = await made(client, "contactslist", Name="Own")
    form = (await form_of(client, ListID=own["ID"])).json()["Data"][0]
    path = form["SignupUrl"].removeprefix(PUBLIC_URL)
    assert (await client.post(path, data={"email": "new@example.net"})).status_code == 200
    [(_, body)] = await asked(door.database, MAILS)
    [link] = set(re.findall(rf"{PUBLIC_URL}(/signup/confirm/[\w-]+)", body.decode()))
    sandbox(is_on=False)
    await client.put(f"{REST}/contactslist/{own['ID']}", json={"Name": "Live now"})
    assert "You are subscribed" not in (await client.post(link)).text
    [row] = (await client.get(f"{REST}/contactslist/{own['ID']}")).json()["Data"]
    assert row["SubscriberCount"] == 0


async def test_mail_to_a_contact_of_the_sandbox_makes_it_live(door, client, sandbox):
    sandbox()
    contact = await made(client, "contact", Email="ann@example.net")
    sandbox(is_on=False)
    live = await sent(client)
    await door.engagements.record(Engagement(kind=EventKind.OPEN, message_id=live, agent="Mozilla/5.0"))
    await caught_up(door.database)
    sandbox()
    assert (await client.delete(f"/v4/contacts/{contact['ID']}")).status_code == 403


async def test_a_live_subscriber_keeps_list_and_contact_out_of_the_sandbox(client, sandbox):
    sandbox()
    own = await made(client, "contactslist", Name="Own")
    sandbox(is_on=False)
    body = {"Email": "ann@example.net", "Action": "addforce"}
    assert (await client.post(f"{REST}/contactslist/{own['ID']}/managecontact", json=body)).status_code == 201
    sandbox()
    assert (await client.delete(f"{REST}/contactslist/{own['ID']}")).status_code == 403
    assert (
        await client.post(f"{REST}/contactslist/{own['ID']}/managecontact", json=body | {"Action": "remove"})
    ).status_code == 403


async def test_erasing_a_contact_of_the_sandbox_keeps_what_is_known_of_the_address(
    door, client, sandbox, database
):
    live = await sent(client)
    await door.engagements.record(Engagement(kind=EventKind.SPAM, message_id=live))
    sandbox()
    contact = await made(client, "contact", Email="ann@example.net")
    before = {
        row for row in await rows_of(database) if row.startswith(("message ", "suppression ", "event "))
    }
    assert (await client.delete(f"/v4/contacts/{contact['ID']}")).status_code == 200
    assert before <= await rows_of(database)
    found = (await client.get(f"{REST}/contact/{contact['ID']}")).json()
    assert "ann@example.net" not in str(found)


MIXED = [
    ("contactslist/{own_list}/managecontact", {"Email": "live@example.net", "Action": "addforce"}),
    ("contactslist/{own_list}/managecontact", {"Email": "LIVE@example.net", "Action": "unsub", "Name": "x"}),
    ("contactslist/{live_list}/managecontact", {"Email": "own@example.net", "Action": "addforce"}),
    ("contactslist/{live_list}/managecontact", {"Email": "new@example.net", "Action": "addnoforce"}),
    (
        "contact/{own}/managecontactslists",
        {"ContactsLists": [{"ListID": "{live_list}", "Action": "addforce"}]},
    ),
    (
        "contact/{live}/managecontactslists",
        {"ContactsLists": [{"ListID": "{own_list}", "Action": "addforce"}]},
    ),
    (
        "contact/{live}/managecontactslists",
        {"ContactsLists": [{"ListID": "{live_list}", "Action": "remove"}]},
    ),
    ("listrecipient", {"ContactID": "{live}", "ListID": "{own_list}"}),
    ("listrecipient", {"ContactID": "{own}", "ListID": "{live_list}"}),
    ("contactdata/live@example.net", {"Data": [{"Name": "country", "Value": "FR"}]}),
    (
        "contactslist/{live_list}/managemanycontacts",
        {"Action": "unsub", "Contacts": [{"Email": "a@example.net"}]},
    ),
    (
        "contact/managemanycontacts",
        {
            "ContactsLists": [
                {"ListID": "{own_list}", "Action": "addforce"},
                {"ListID": "{live_list}", "Action": "addforce"},
            ],
            "Contacts": [{"Email": "own@example.net"}],
        },
    ),
    ("contactslist/{own_list}/importlist", {"Action": "addforce", "ListID": "{live_list}"}),
    ("contactslist/{live_list}/importlist", {"Action": "addforce", "ListID": "{own_list}"}),
]
"""Calls with something of the sandbox and something live."""


def filled(given, names):
    """Put ids in the place of names in braces."""
    if isinstance(given, dict):
        return {name: filled(value, names) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(each, names) for each in given]
    return names.get(given.strip("{}"), given) if given.startswith("{") else given


@pytest.mark.parametrize(("path", "body"), MIXED)
async def test_a_call_with_something_live_is_refused_as_a_whole(client, sandbox, lasting, path, body):
    live = await made(client, "contact", Email="live@example.net")
    live_list = await made(client, "contactslist", Name="Live")
    await made(client, "contactmetadata", Name="country", Datatype="str")
    await made(client, "listrecipient", ContactID=live["ID"], ListID=live_list["ID"])
    sandbox()
    own = await made(client, "contact", Email="own@example.net")
    own_list = await made(client, "contactslist", Name="Own")
    names = {"live": live["ID"], "live_list": live_list["ID"], "own": own["ID"], "own_list": own_list["ID"]}
    before = await lasting()
    answer = await client.post(f"{REST}/{path.format(**names)}", json=filled(body, names))
    assert (answer.status_code, await lasting()) == (403, before), answer.text
    assert "in the sandbox" in answer.json()["ErrorMessage"]

"""Double opt-in: a form, a mail, a page with a button, over a real socket and a real store."""

import asyncio
import json
import re

import pytest
from sqlalchemy import bindparam, insert, select, update

from aerogram.base.clock import DAY, MINUTE
from aerogram.base.errors import UnavailableError
from aerogram.doors.signup.app import MAX_FORM_BYTES, REQUESTS_A_MINUTE
from aerogram.model.decision import Hold, Reason, ReasonKind, Refuse
from aerogram.model.message import MessageState
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message, sender, unsubscription
from aerogram.store.tables.contacts import contact, contact_list, list_recipient
from support.http_door import (
    ACCOUNT,
    PUBLIC_URL,
    STRANGERS_KEY,
    STRANGERS_SECRET,
    a_client,
)

REST = "/v3/REST"
LIST, SENDER, DOMAIN_SENDER = 31, 24, 21
NOW = 1_780_000_000


def adding(table, *names):
    return Sql(insert(table).values({name: bindparam(name) for name in names}), *names)


_ADD_LIST = adding(contact_list, "id", "account_id", "name", "address", "created_ms")
_ADD_SENDER = adding(sender, "id", "account_id", "email", "name", "status", "email_type", "created_ms")
_LEAVE = adding(unsubscription, "account_id", "address", "message_id", "created_ms")
_LEFT = Sql(select(unsubscription.c.address))
_DELETE_LIST = Sql(update(contact_list).values(is_deleted=1))
_MAILS = Sql(
    select(message.c.recipient, content.c.from_email, content.c.subject, content.c.body)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
_STATES = Sql(select(message.c.state, message.c.reply))
_SEND_OPTIONS = Sql(select(content.c.send_options))
_CONTACTS = Sql(select(contact.c.email, contact.c.is_optin_pending, contact.c.account_id))
_MEMBERS = Sql(
    select(contact.c.email, list_recipient.c.is_unsubscribed)
    .join_from(list_recipient, contact, contact.c.id == list_recipient.c.contact_id)
    .where(list_recipient.c.list_id == LIST)
)
_COUNT = Sql(select(contact_list.c.subscriber_count).where(contact_list.c.id == LIST))


@pytest.fixture
async def ask(database):
    """Read rows of the store."""

    async def asked(statement, *values):
        def unit():
            return (yield statement(*values))

        return await database.read(unit)

    return asked


@pytest.fixture
async def do(database):
    """Write to the store."""

    async def done(*steps):
        def unit():
            # Not ``yield from``: its value would be thrown into a tuple.
            for step in steps:  # noqa: UP028
                yield step

        await database.write(unit)

    return done


@pytest.fixture
async def widget(client, do):
    await do(
        _ADD_LIST(LIST, ACCOUNT, "News", "aaaaaaaaa", 0),
        _ADD_SENDER(SENDER, ACCOUNT, "news@example.com", "Ann's Shop", "Active", "unknown", 0),
    )
    return await made(client)


async def made(client, **properties):
    body = {"FromID": SENDER, "ListID": LIST, "Locale": "en_US", "Name": "Footer"} | properties
    answer = await client.post(f"{REST}/widget", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


def path_of(widget):
    assert widget["SignupUrl"].startswith(f"{PUBLIC_URL}/signup/")
    return widget["SignupUrl"].removeprefix(PUBLIC_URL)


async def link_in(ask, which=-1):
    mails = await ask(_MAILS)
    [link] = set(re.findall(rf"{PUBLIC_URL}(/signup/confirm/[\w-]+)", mails[which][3].decode()))
    return link


async def signup_of(client):
    [row] = (await client.get(f"{REST}/contactslistsignup")).json()["Data"]
    return row


async def test_an_address_is_subscribed_when_its_owner_says_so(client, widget, ask, clock):
    form = await client.get(path_of(widget))
    assert form.status_code == 200
    assert "Subscribe" in form.text
    sent = await client.post(path_of(widget), data={"email": " Zoe@Example.NET "})
    assert (sent.status_code, "check your mailbox" in sent.text) == (200, True)
    [(recipient, sender_email, subject, _)] = await ask(_MAILS)
    assert (recipient, sender_email) == ("Zoe@example.net", "news@example.com")
    assert subject == "Please confirm your subscription"
    assert await ask(_CONTACTS) == [("zoe@example.net", 1, ACCOUNT)]
    assert await ask(_MEMBERS) == []

    link = await link_in(ask)
    clock.advance(5 * MINUTE)
    for method in ("GET", "HEAD", "GET"):
        assert (await client.request(method, link)).status_code == 200
    assert await ask(_MEMBERS) == []
    confirmed = await client.post(link)
    assert (confirmed.status_code, "You are subscribed" in confirmed.text) == (200, True)
    assert await ask(_MEMBERS) == [("zoe@example.net", 0)]
    assert await ask(_COUNT) == [(1,)]
    assert await ask(_CONTACTS) == [("zoe@example.net", 0, ACCOUNT)]


async def test_the_signup_is_read_as_a_resource(client, url, widget, ask, clock):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    row = await signup_of(client)
    assert len(row["SignupKey"]) == 32
    assert row == {
        "ConfirmAt": 0,
        "ConfirmIp": "",
        "ConsentID": 0,
        "ContactID": row["ContactID"],
        "Email": "zoe@example.net",
        "ID": row["ID"],
        "ListID": LIST,
        "Properties": "",
        "SignupAt": NOW,
        "SignupIp": "127.0.0.1",
        "SignupKey": row["SignupKey"],
        "Source": "mj_widget",
        "SourceId": widget["ID"],
        "ValidationResponse": "",
    }
    clock.advance(MINUTE)
    await client.post(await link_in(ask))
    changed = await signup_of(client)
    assert changed == row | {"ConfirmAt": NOW + 60, "ConfirmIp": "127.0.0.1"}
    for query, is_found in [
        (f"ContactsList={LIST}", True),
        (f"Contact={row['ContactID']}", True),
        ("Email=ZOE@example.net", True),
        ("Domain=Example.net", True),
        ("Domain=ample.net", False),
        ("LocalPart=zoe&Domain=example.net", True),
        ("LocalPart=zo", False),
        (f"SignupKey={row['SignupKey']}", True),
        ("SignupIp=127.0.0.1", True),
        ("SignupIp=127.0.0.2", False),
        ("Source=mj_widget", True),
        ("Source=shop", False),
        (f"SourceID={widget['ID']}", True),
        (f"MinSignupAt={NOW - 1}&MaxSignupAt={NOW + 1}", True),
        (f"MinSignupAt={NOW}", False),
        (f"MaxConfirmAt={NOW}", False),
        (f"MinConfirmAt={NOW}", True),
    ]:
        rows = (await client.get(f"{REST}/contactslistsignup?{query}")).json()["Data"]
        assert rows == ([changed] if is_found else []), query
    assert (await client.get(f"{REST}/contactslistsignup/{row['ID']}")).json()["Data"] == [changed]
    assert (await client.post(f"{REST}/contactslistsignup", json={})).status_code == 405
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await bob.get(f"{REST}/contactslistsignup")).json()["Total"] == 0
        assert (await bob.get(f"{REST}/contactslistsignup/{row['ID']}")).status_code == 404


async def test_who_confirms_twice_and_left_between_stays_away(client, widget, ask, do):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    link = await link_in(ask)
    await client.post(link)
    await do(Sql(update(list_recipient).values(is_unsubscribed=1))())
    assert (await client.post(link)).status_code == 200
    assert await ask(_MEMBERS) == [("zoe@example.net", 1)]


async def test_who_left_the_bulk_mail_gets_it_again_after_confirming(client, widget, ask, do):
    await do(_LEAVE(ACCOUNT, "zoe@example.net", 1, 0))
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    assert await ask(_LEFT) == [("zoe@example.net",)]
    await client.post(await link_in(ask))
    assert await ask(_LEFT) == []


async def test_the_mail_speaks_as_the_widget_says(client, widget, ask):
    other = await made(
        client,
        Locale="fr_FR",
        Sendername="La boutique",
        Subject="Bonjour\r\nBcc: eve@example.com",
        Replyto="help@example.com",
        FromID=DOMAIN_SENDER,
    )
    page = await client.post(path_of(other), data={"email": "zoe@example.net"})
    assert '<html lang="fr">' in page.text
    [(_, sender_email, subject, body)] = await ask(_MAILS)
    assert (sender_email, subject) == ("noreply@example.com", "Bonjour Bcc: eve@example.com")
    assert "La boutique" in body.decode()
    assert "help@example.com" in body.decode()
    assert "Veuillez confirmer votre adresse" in body.decode()


async def test_the_mail_is_written_in_a_template_that_has_the_link(client, widget, ask):
    made_template = await client.post(f"{REST}/template", json={"Name": "Confirm"})
    template = made_template.json()["Data"][0]["ID"]
    other = await made(client, TemplateID=template)
    path = f"{REST}/template/{template}/detailcontent"
    html = '<a href="{{var:confirmation_link}}">Join us</a>'
    await client.post(path, json={"Html-part": html, "Headers": {"Subject": "Join us?"}})
    await client.post(path_of(other), data={"email": "zoe@example.net"})
    [(_, _, subject, body)] = await ask(_MAILS)
    assert (subject, "Join us</a>" in body.decode(), "Please confirm" in body.decode()) == (
        "Join us?",
        True,
        False,
    )
    [(send_options,)] = await ask(_SEND_OPTIONS)
    said = json.loads(send_options)
    assert said["has_language"]
    link = said["variables"]["confirmation_link"].removeprefix(PUBLIC_URL)
    assert (await client.post(link)).status_code == 200
    assert await ask(_MEMBERS) == [("zoe@example.net", 0)]


async def test_a_template_without_the_link_is_not_used(client, widget, ask):
    made_template = await client.post(f"{REST}/template", json={"Name": "Hello"})
    template = made_template.json()["Data"][0]["ID"]
    await client.post(f"{REST}/template/{template}/detailcontent", json={"Html-part": "Hello"})
    other = await made(client, TemplateID=template)
    await client.post(path_of(other), data={"email": "zoe@example.net"})
    assert "Please confirm your address" in (await ask(_MAILS))[0][3].decode()
    assert await link_in(ask)


async def test_what_a_widget_displays_stands_in_its_form(client, widget):
    value = {"WidgetID": widget["ID"], "Name": "intro", "Value": "<b>Once a month</b>", "Display": True}
    assert (await client.post(f"{REST}/widgetcustomvalue", json=value)).status_code == 201
    hidden = {"WidgetID": widget["ID"], "Name": "note", "Value": "for us"}
    assert (await client.post(f"{REST}/widgetcustomvalue", json=hidden)).status_code == 201
    page = (await client.get(path_of(widget))).text
    assert "&lt;b&gt;Once a month&lt;/b&gt;" in page
    assert "for us" not in page


async def test_custom_values_go_with_their_widget(client, widget):
    value = {"WidgetID": widget["ID"], "Name": "color", "Value": "blue"}
    made_value = (await client.post(f"{REST}/widgetcustomvalue", json=value)).json()["Data"][0]
    path = f"{REST}/widgetcustomvalue/{widget['ID']}|color"
    assert (await client.get(path)).json()["Data"] == [made_value]
    assert (await client.get(f"{REST}/widgetcustomvalue?Widget={widget['ID']}")).json()["Total"] == 1
    taken = f'MJ18 A WidgetCustomValue resource with value "{widget["ID"]}|color" for WidgetID|Name already exists.'
    answer = await client.post(f"{REST}/widgetcustomvalue", json=value)
    assert (answer.status_code, answer.json()["ErrorMessage"]) == (400, taken)
    assert (await client.delete(f"{REST}/widget/{widget['ID']}")).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_widget_is_made_with_its_defaults_and_found_by_its_name(client, widget):
    assert (
        widget.items()
        >= {
            "CreatedAt": NOW,
            "FromID": SENDER,
            "IsActive": True,
            "IsStarred": False,
            "ListID": LIST,
            "Locale": "en_US",
            "ModifiedAt": NOW,
            "Name": "Footer",
            "Sendername": "",
            "Status": "",
            "Subject": "",
        }.items()
    )
    for query in ("Name=Footer", "NameCI=FOOTER", "NameLLikeCI=foo", f"Sender={SENDER}", "active=true"):
        assert (await client.get(f"{REST}/widget?{query}")).json()["Data"] == [widget], query
    answer = await client.post(f"{REST}/widget", json={"Name": "x"})
    assert sorted(answer.json()["ErrorInfo"]) == ["From", "List", "Locale"]


async def test_an_address_gets_one_mail_of_a_form_in_a_while(client, widget, ask, clock):
    for _ in range(3):
        answer = await client.post(path_of(widget), data={"email": "zoe@example.net"})
        assert "check your mailbox" in answer.text
    assert len(await ask(_MAILS)) == 1
    clock.advance(11 * MINUTE)
    await client.post(path_of(widget), data={"email": "ZOE@example.net"})
    assert len(await ask(_MAILS)) == 2


async def test_of_concurrent_signups_of_one_address_one_causes_a_mail(client, widget, ask):
    form = {"email": "zoe@example.net"}
    answers = await asyncio.gather(*(client.post(path_of(widget), data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await ask(_MAILS)) == 1


async def test_of_concurrent_confirmations_one_subscribes(client, widget, ask):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    link = await link_in(ask)
    answers = await asyncio.gather(*(client.post(link) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await ask(_COUNT) == [(1,)]


async def test_an_address_gets_few_mails_a_day_of_all_forms(client, widget, ask, clock):
    for number in range(8):
        clock.advance(MINUTE)
        other = await made(client, Name=str(number))
        await client.post(path_of(other), data={"email": "zoe@example.net"})
    assert len(await ask(_MAILS)) == 5
    clock.advance(DAY)
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    assert len(await ask(_MAILS)) == 6


async def test_a_form_that_is_far_too_large_is_shown_again_and_sends_nothing(client, widget, ask):
    padded = await client.post(
        path_of(widget), data={"email": "zoe@example.net", "pad": "x" * (MAX_FORM_BYTES - 40)}
    )
    assert padded.status_code == 200
    large = await client.post(path_of(widget), data={"email": "bob@example.net", "pad": "x" * MAX_FORM_BYTES})
    assert large.status_code == 400
    assert [recipient for recipient, *_ in await ask(_MAILS)] == ["zoe@example.net"]


async def test_nobody_learns_from_a_form_who_is_on_the_list(client, widget, ask, clock):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    before = await client.post(path_of(widget), data={"email": "zoe@example.net"})
    await client.post(await link_in(ask))
    clock.advance(DAY)
    after = await client.post(path_of(widget), data={"email": "zoe@example.net"})
    assert after.text == before.text
    assert len(await ask(_MAILS)) == 1


async def test_what_is_no_address_is_asked_for_again(client, widget, ask):
    for typed in ("", "zoe", 'zoe"><script>@example.net', "a@b.c, d@e.f", "x" * 400 + "@example.net"):
        answer = await client.post(path_of(widget), data={"email": typed})
        assert answer.status_code == 400
        assert "This is not a valid email address" in answer.text
        assert "<script" not in answer.text
    answer = await client.post(path_of(widget), content=b"\xff")
    assert answer.status_code == 400
    assert await ask(_MAILS) == []


async def test_a_program_that_fills_in_every_field_causes_no_mail(client, widget, ask):
    body = {"email": "zoe@example.net", "website": "https://spam.example"}
    assert (await client.post(path_of(widget), data=body)).status_code == 200
    assert await ask(_MAILS) == []


async def test_a_network_may_hand_in_few_forms_a_minute(client, widget, ask, clock):
    for number in range(REQUESTS_A_MINUTE):
        answer = await client.post(path_of(widget), data={"email": f"zoe{number}@example.net"})
        assert answer.status_code == 200
    answer = await client.post(path_of(widget), data={"email": "more@example.net"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert len(await ask(_MAILS)) == REQUESTS_A_MINUTE
    assert (await client.get(path_of(widget))).status_code == 200
    clock.advance(MINUTE)
    assert (await client.post(path_of(widget), data={"email": "m@example.net"})).status_code == 200


async def test_a_signup_whose_mail_is_not_accepted_can_be_tried_again_at_once(client, widget, ask, door):
    door.accept_fault = UnavailableError("The store is away.")
    answer = await client.post(path_of(widget), data={"email": "zoe@example.net"})
    assert (answer.status_code, "could not save" in answer.text) == (503, True)
    door.accept_fault = None
    assert (await client.post(path_of(widget), data={"email": "zoe@example.net"})).status_code == 200
    assert len(await ask(_MAILS)) == 1


async def test_links_that_were_not_minted_here_lead_nowhere(client, widget, ask):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    form, link = path_of(widget), await link_in(ask)
    for path in (
        "/signup/",
        "/signup/confirm/",
        form[:-1] + ("A" if form[-1] != "A" else "B"),
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        link + "A",
        # A token serves its own purpose only.
        "/signup/confirm/" + form.rpartition("/")[2],
        "/signup/" + link.rpartition("/")[2],
    ):
        for method in ("GET", "POST"):
            answer = await client.request(method, path)
            assert (answer.status_code, "does not exist" in answer.text) == (404, True), path
    assert (await client.put(link)).status_code == 405
    assert await ask(_MEMBERS) == []


async def test_an_old_link_and_a_form_without_list_lead_nowhere(client, widget, ask, clock, do):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    link = await link_in(ask)
    clock.advance(31 * DAY)
    assert (await client.post(link)).status_code == 404
    await client.post(path_of(widget), data={"email": "ann@example.net"})
    link = await link_in(ask)
    await do(_DELETE_LIST())
    for path in (link, path_of(widget)):
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, data={"email": "bob@example.net"})).status_code == 404


async def test_who_was_erased_is_forgotten_here_too_and_the_link_is_dead(client, widget, ask):
    await client.post(path_of(widget), data={"email": "zoe@example.net"})
    link = await link_in(ask)
    contact_id = (await signup_of(client))["ContactID"]
    assert (await client.delete(f"/v4/contacts/{contact_id}")).status_code == 200
    assert (await client.get(f"{REST}/contactslistsignup")).json()["Total"] == 0
    assert (await client.post(link)).status_code == 404
    assert await ask(_MEMBERS) == []


async def test_a_widget_names_a_list_of_its_own_account(client, url, widget):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        body = {"FromID": 23, "ListID": LIST, "Locale": "en_US"}
        answer = await bob.post(f"{REST}/widget", json=body)
        reason = f"MJ08 Property List is invalid: There is no contactslist with the ID {LIST}"
        assert (answer.status_code, answer.json()["ErrorInfo"]) == (400, reason)
    answer = await client.put(f"{REST}/widget/{widget['ID']}", json={"ListALT": "aaaaaaaaa", "Name": "Top"})
    assert answer.json()["Data"][0] == widget | {"Name": "Top"}


async def test_an_inactive_widget_has_no_form(client, widget):
    await client.put(f"{REST}/widget/{widget['ID']}", json={"IsActive": False})
    assert (await client.get(path_of(widget))).status_code == 404


async def test_no_page_may_be_framed_kept_or_indexed(client, widget):
    for path in (path_of(widget), "/signup/nothing"):
        headers = (await client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store, private"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("is_member", [False, True])
async def test_a_form_whose_mail_is_not_authorised_sends_none_and_does_not_tell_who_is_on_its_list(
    client, widget, door, ask, is_member
):
    if is_member:
        await client.post(path_of(widget), data={"email": "zoe@example.net"})
        await client.post(await link_in(ask))
    before = await ask(_MAILS)
    refusal = Refuse((Reason(ReasonKind.RULE, "No."),))
    door.authorizer._rules = (lambda request: refusal if request.actor.door == "signup" else None,)
    answer = await client.post(path_of(widget), data={"email": "zoe@example.net"})
    assert answer.status_code == 404
    assert await ask(_MAILS) == before
    assert len((await client.get(f"{REST}/contactslistsignup")).json()["Data"]) == int(is_member)


async def test_a_form_whose_mail_is_held_waits_for_a_person(client, widget, door, ask):
    door.authorizer._rules = (lambda _: Hold((Reason(ReasonKind.RULE, "A person must look at it."),)),)
    assert (await client.post(path_of(widget), data={"email": "zoe@example.net"})).status_code == 200
    assert await ask(_STATES) == [(MessageState.HELD, "A person must look at it.")]

"""Control headers over a real socket: what is stored for delivery, and what is refused with its reason."""

import asyncio
import smtplib
import subprocess
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.account import SendDefaults
from aerogram.model.message import Rank
from aerogram.model.send_options import Treatment, unpacked
from aerogram.store.records.messages.submissions import LANE_SHIFT
from aerogram.store.sql import Sql
from aerogram.store.tables import campaign, content, message
from support import required
from support.actors import acting
from support.smtp_door import SmtpHouse

HTML = "<p>Hello</p>"
COLUMNS = ("custom_id", "event_payload", "campaign", "subject", "treatment", "has_text", "has_html", "body")
CONTENTS = Sql(
    select(*(content.c[name] for name in COLUMNS), message.c.lane)
    .join_from(content, message, message.c.content_id == content.c.id)
    .order_by(message.c.id)
)
CAMPAIGNS = Sql(select(campaign.c.name).order_by(campaign.c.id))


@pytest.fixture
async def house(database, ids, clock, tmp_path):
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


@pytest.fixture
async def door(house):
    async with house.opened() as opened:
        yield opened


@pytest.fixture
async def template_id(house, door):
    """A template with everything; there is another one, called "9", with nothing."""
    made = await house.templates.create(acting(house.account_id), {"name": "welcome"})
    headers = {"Subject": "Welcome {{var:name}}", "Reply-To": "Help <help@example.org>"}
    content = {"html": "<p>Dear {{var:name}}</p>", "text": "Dear {{var:name}}", "headers": headers}
    await house.templates.change_content(acting(house.account_id), made.id, content)
    await house.templates.create(acting(house.account_id), {"name": "9"})
    return made.id


def a_mail(headers=(), text="Hello", html=None):
    mail = EmailMessage()
    mail["From"] = "Ann <ann@example.org>"
    mail["To"] = "bob@example.net"
    if "Subject" not in dict(headers):
        mail["Subject"] = "Hello"
    for name, value in headers:
        mail[name] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


async def send(house, mail, *, user=None, sender="ann@example.org", recipients=("bob@example.net",)):
    """Send with smtplib, as a client in a thread of its own; raises what smtplib raises."""

    def talk():
        with smtplib.SMTP("127.0.0.1", house.port, timeout=20) as client:
            client.login(*(user or house.keys))
            client.send_message(mail, sender, recipients)

    await asyncio.to_thread(talk)


async def refusal(house, mail, **options):
    """The code and the lines of the refusal of a mail."""
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
        await send(house, mail, **options)
    return refused.value.smtp_code, refused.value.smtp_error.decode().split("\n")


async def stored(house):
    def unit():
        return (yield CONTENTS())

    return [dict(zip((*COLUMNS, "lane"), row, strict=True)) for row in await house.database.read(unit)]


async def the_one(house):
    [row] = await stored(house)
    return row | {"treatment": unpacked(row["treatment"])}


@pytest.mark.usefixtures("door")
class TestControls:
    async def test_what_they_say_is_stored_beside_the_mail(self, house):
        headers = (
            ("X-MJ-CustomID", "Größe 17"),
            ("X-MJ-EventPayload", '{"order": 17}'),
            ("X-Mailjet-Campaign", "spring sale"),
            ("X-Mailjet-Prio", "0"),
            ("X-Mailjet-TrackOpen", "1"),
            ("X-Mailjet-TrackClick", "0"),
        )
        await send(house, a_mail(headers, html=HTML))
        row = await the_one(house)
        assert (row["custom_id"], row["event_payload"]) == ("Größe 17", '{"order": 17}')
        assert row["campaign"] == "spring sale"
        assert row["lane"] >> LANE_SHIFT == Rank.LOW
        assert row["treatment"] == Treatment(tracks_opens=True)

    async def test_a_mail_without_them_is_plain(self, house):
        await send(house, a_mail(html=HTML))
        [row] = await stored(house)
        assert (row["custom_id"], row["campaign"], row["treatment"]) == ("", "", "")
        assert row["lane"] >> LANE_SHIFT == Rank.HIGH

    async def test_language_and_variables_are_for_the_composer(self, house):
        headers = (
            ("X-MJ-TemplateLanguage", "1"),
            ("X-MJ-Vars", '{"name": "Zoë", "list": [1, 2]}'),
            ("X-MJ-TemplateErrorReporting", "ops@example.org"),
            ("X-MJ-TemplateErrorDeliver", "deliver"),
        )
        await send(house, a_mail(headers, "Dear {{var:name}} [[var:name]]"))
        assert (await the_one(house))["treatment"] == Treatment(
            has_language=True,
            has_marks=True,
            variables={"name": "Zoë", "list": [1, 2]},
            error_report_to="ops@example.org",
            delivers_on_error=True,
        )

    async def test_a_quoted_mark_stays_a_quotation(self, house):
        await send(house, a_mail(text="Write [[var:name]] and {{var:name}}."))
        assert (await stored(house))[0]["treatment"] == ""

    async def test_tags_are_kept_and_the_first_one_begins_a_campaign(self, house):
        await send(house, a_mail((("X-MailPace-Tags", "tag one,, tag.two "),)))
        row = await the_one(house)
        assert (row["campaign"], row["treatment"].tags) == ("tag one", ("tag one", "tag.two"))

        def unit():
            return (yield CAMPAIGNS())

        assert [name for (name,) in await house.database.read(unit)] == ["tag one"]

    async def test_all_mistakes_are_one_reply_and_nothing_is_accepted(self, house):
        headers = (("X-Mailjet-Prio", "9"), ("X-MJ-Vars", "{'a': 1}"), ("X-MJ-CustomID", "fine"))
        code, lines = await refusal(house, a_mail(headers))
        assert code == 550
        assert lines == [
            "5.6.0 X-Mailjet-Prio: '9' must be 0, 1, 2 or 3",
            '5.6.0 X-MJ-Vars: "{\'a\': 1}" must be a JSON object, as {"name": "Ann"}',
        ]
        assert await stored(house) == []
        await send(house, a_mail())

    async def test_a_template_replaces_the_content_and_the_mails_own_headers_win(self, house, template_id):
        headers = (
            ("X-MJ-TemplateID", str(template_id)),
            ("X-MJ-TemplateLanguage", "1"),
            ("X-MJ-Vars", '{"name": "Ann"}'),
        )
        mail = a_mail((*headers, ("Reply-To", "own@example.org")), "old text")
        mail.add_attachment(b"pdf", maintype="application", subtype="pdf", filename="a.pdf")
        await send(house, mail)
        row = await the_one(house)
        body = bytes(row["body"])
        assert (row["subject"], row["has_text"], row["has_html"]) == ("Hello", 1, 1)
        assert (row["treatment"].template_id, row["treatment"].has_language) == (template_id, True)
        assert b"Dear {{var:name}}" in body
        assert b"own@example.org" in body
        assert b"help@example.org" not in body
        assert b'filename="a.pdf"' in body
        assert b"old text" not in body

    @pytest.mark.usefixtures("template_id")
    async def test_a_template_found_by_name_gives_the_headers_that_the_mail_lacks(self, house):
        await send(house, a_mail((("X-MJ-TemplateID", "welcome"), ("Subject", ""))))
        row = await the_one(house)
        assert row["subject"] == "Welcome {{var:name}}"
        assert b"Reply-To: Help <help@example.org>\r\n" in bytes(row["body"])

    @pytest.mark.parametrize(
        ("header", "value", "says"),
        [
            ("X-MJ-TemplateID", "404", "X-MJ-TemplateID: the account has no template '404'"),
            ("X-MJ-TemplateID", "no such", "X-MJ-TemplateID: the account has no template 'no such'"),
            ("X-MJ-TemplateID", "9" * 200, "X-MJ-TemplateID: the account has no template '999"),
            ("X-MJ-TemplateID", "9", "X-MJ-TemplateID: template '9' has neither text nor HTML"),
            (
                "X-MJ-MonitoringCategory",
                "sales",
                "X-MJ-MonitoringCategory: the account has no category 'sales'",
            ),
        ],
    )
    @pytest.mark.usefixtures("template_id")
    async def test_what_the_account_does_not_have_is_refused_by_name(self, house, header, value, says):
        code, [line] = await refusal(house, a_mail(((header, value),)))
        assert code == 550
        assert line.startswith(f"5.6.0 {says}")

    async def test_a_known_category_travels_with_the_mail(self, house):
        await house.categories.add(acting(house.account_id), "receipts")
        await send(house, a_mail((("X-MJ-MonitoringCategory", "receipts"),)))
        assert (await the_one(house))["treatment"] == Treatment(monitoring_category="receipts")

    async def test_swaks_is_told_what_is_wrong(self, house):
        done = await asyncio.to_thread(
            subprocess.run,
            [
                *(
                    required.program("swaks"),
                    "--server",
                    "127.0.0.1",
                    "--port",
                    str(house.port),
                    "--auth",
                    "PLAIN",
                ),
                *("--auth-user", house.keys.api_key, "--auth-password", house.keys.secret_key),
                *("--from", "ann@example.org", "--to", "bob@example.net", "--timeout", "20"),
                *("--header", "X-Mailjet-Prio: now", "--header", "X-Mailjet-TrackOpen: enabled"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert "<** 550-5.6.0 X-Mailjet-Prio: 'now' must be 0, 1, 2 or 3" in done.stdout
        assert "550 5.6.0 X-Mailjet-TrackOpen: 'enabled' must be 1 (yes) or 0 (no)" in done.stdout


async def test_a_trusted_clients_mail_has_the_tracking_of_its_account(house):
    import ipaddress

    defaults = SendDefaults(tracks_opens=True, tracks_clicks=True)
    async with house.opened(trusted=(ipaddress.ip_network("127.0.0.0/8"),), defaults=defaults):
        client = await house.client()
        await client.say("EHLO client.example")
        mail = b"From: ann@example.org\r\nContent-Type: text/html\r\n%b\r\n<p>x</p>\r\n"
        assert (await client.send_mail(mail % b"")).startswith("250")
        assert (await client.send_mail(mail % b"X-Mailjet-TrackOpen: 0\r\n")).startswith("250")
    tracked, asked = (unpacked(row["treatment"]) for row in await stored(house))
    assert (tracked.tracks_opens, tracked.tracks_clicks) == (True, True)
    assert (asked.tracks_opens, asked.tracks_clicks) == (False, True)

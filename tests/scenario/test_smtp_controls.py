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
from aerogram.model.send_options import SendOptions, unpacked
from aerogram.store.records.messages.queue_keys import rank_of
from aerogram.store.sql import Sql
from aerogram.store.tables import campaign, content, message
from support import required
from support.actors import acting
from support.smtp_door import SmtpHouse

HTML = "<p>Hello</p>"
COLUMNS = (
    "custom_id",
    "event_payload",
    "campaign",
    "subject",
    "send_options",
    "has_text",
    "has_html",
    "body",
)
CONTENTS = Sql(
    select(*(content.c[name] for name in COLUMNS), message.c.queue_key)
    .join_from(content, message, message.c.content_id == content.c.id)
    .order_by(message.c.id)
)
CAMPAIGNS = Sql(select(campaign.c.name).order_by(campaign.c.id))


@pytest.fixture
async def installation(database, ids, clock, tmp_path):
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


@pytest.fixture
async def door(installation):
    async with installation.opened() as opened:
        yield opened


@pytest.fixture
async def template_id(installation, door):
    """A template with everything; there is another one, called "9", with nothing."""
    made = await installation.templates.create(acting(installation.account_id), {"name": "welcome"})
    headers = {"Subject": "Welcome {{var:name}}", "Reply-To": "Help <help@example.org>"}
    content = {"html": "<p>Dear {{var:name}}</p>", "text": "Dear {{var:name}}", "headers": headers}
    await installation.templates.change_content(acting(installation.account_id), made.id, content)
    await installation.templates.create(acting(installation.account_id), {"name": "9"})
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


async def send(installation, mail, *, user=None, sender="ann@example.org", recipients=("bob@example.net",)):
    """Send with smtplib, as a client in a thread of its own; raises what smtplib raises."""

    def talk():
        with smtplib.SMTP("127.0.0.1", installation.port, timeout=20) as client:
            client.login(*(user or installation.keys))
            client.send_message(mail, sender, recipients)

    await asyncio.to_thread(talk)


async def refusal(installation, mail, **options):
    """The code and the lines of the refusal of a mail."""
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
        await send(installation, mail, **options)
    return refused.value.smtp_code, refused.value.smtp_error.decode().split("\n")


async def stored(installation):
    def unit():
        return (yield CONTENTS())

    return [
        dict(zip((*COLUMNS, "queue_key"), row, strict=True)) for row in await installation.database.read(unit)
    ]


async def the_one(installation):
    [row] = await stored(installation)
    return row | {"send_options": unpacked(row["send_options"])}


@pytest.mark.usefixtures("door")
class TestControls:
    async def test_what_they_say_is_stored_beside_the_mail(self, installation):
        headers = (
            ("X-MJ-CustomID", "Größe 17"),
            ("X-MJ-EventPayload", '{"order": 17}'),
            ("X-Mailjet-Campaign", "spring sale"),
            ("X-Mailjet-Prio", "0"),
            ("X-Mailjet-TrackOpen", "1"),
            ("X-Mailjet-TrackClick", "0"),
        )
        await send(installation, a_mail(headers, html=HTML))
        row = await the_one(installation)
        assert (row["custom_id"], row["event_payload"]) == ("Größe 17", '{"order": 17}')
        assert row["campaign"] == "spring sale"
        assert rank_of(row["queue_key"]) == Rank.LOW
        assert row["send_options"] == SendOptions(tracks_opens=True)

    async def test_a_mail_without_them_is_plain(self, installation):
        await send(installation, a_mail(html=HTML))
        [row] = await stored(installation)
        assert (row["custom_id"], row["campaign"], row["send_options"]) == ("", "", "")
        assert rank_of(row["queue_key"]) == Rank.HIGH

    async def test_language_and_variables_are_for_the_composer(self, installation):
        headers = (
            ("X-MJ-TemplateLanguage", "1"),
            ("X-MJ-Vars", '{"name": "Zoë", "list": [1, 2]}'),
            ("X-MJ-TemplateErrorReporting", "ops@example.org"),
            ("X-MJ-TemplateErrorDeliver", "deliver"),
        )
        await send(installation, a_mail(headers, "Dear {{var:name}} [[var:name]]"))
        assert (await the_one(installation))["send_options"] == SendOptions(
            has_language=True,
            has_merge_tags=True,
            variables={"name": "Zoë", "list": [1, 2]},
            error_report_to="ops@example.org",
            delivers_on_error=True,
        )

    async def test_a_quoted_mark_stays_a_quotation(self, installation):
        await send(installation, a_mail(text="Write [[var:name]] and {{var:name}}."))
        assert (await stored(installation))[0]["send_options"] == ""

    async def test_tags_are_kept_and_the_first_one_begins_a_campaign(self, installation):
        await send(installation, a_mail((("X-MailPace-Tags", "tag one,, tag.two "),)))
        row = await the_one(installation)
        assert (row["campaign"], row["send_options"].tags) == ("tag one", ("tag one", "tag.two"))

        def unit():
            return (yield CAMPAIGNS())

        assert [name for (name,) in await installation.database.read(unit)] == ["tag one"]

    async def test_all_errors_are_one_reply_and_nothing_is_accepted(self, installation):
        headers = (("X-Mailjet-Prio", "9"), ("X-MJ-Vars", "{'a': 1}"), ("X-MJ-CustomID", "fine"))
        code, lines = await refusal(installation, a_mail(headers))
        assert code == 550
        assert lines == [
            "5.6.0 X-Mailjet-Prio: '9' must be 0, 1, 2 or 3",
            '5.6.0 X-MJ-Vars: "{\'a\': 1}" must be a JSON object, such as {"name": "Ann"}',
        ]
        assert await stored(installation) == []
        await send(installation, a_mail())

    async def test_a_template_replaces_the_content_and_the_mails_own_headers_win(
        self, installation, template_id
    ):
        headers = (
            ("X-MJ-TemplateID", str(template_id)),
            ("X-MJ-TemplateLanguage", "1"),
            ("X-MJ-Vars", '{"name": "Ann"}'),
        )
        mail = a_mail((*headers, ("Reply-To", "own@example.org")), "old text")
        mail.add_attachment(b"pdf", maintype="application", subtype="pdf", filename="a.pdf")
        await send(installation, mail)
        row = await the_one(installation)
        body = bytes(row["body"])
        assert (row["subject"], row["has_text"], row["has_html"]) == ("Hello", 1, 1)
        assert (row["send_options"].template_id, row["send_options"].has_language) == (template_id, True)
        assert b"Dear {{var:name}}" in body
        assert b"own@example.org" in body
        assert b"help@example.org" not in body
        assert b'filename="a.pdf"' in body
        assert b"old text" not in body

    @pytest.mark.usefixtures("template_id")
    async def test_a_template_found_by_name_gives_the_headers_that_the_mail_lacks(self, installation):
        await send(installation, a_mail((("X-MJ-TemplateID", "welcome"), ("Subject", ""))))
        row = await the_one(installation)
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
    async def test_what_the_account_does_not_have_is_refused_by_name(self, installation, header, value, says):
        code, [line] = await refusal(installation, a_mail(((header, value),)))
        assert code == 550
        assert line.startswith(f"5.6.0 {says}")

    async def test_a_known_category_travels_with_the_mail(self, installation):
        await installation.categories.add(acting(installation.account_id), "receipts")
        await send(installation, a_mail((("X-MJ-MonitoringCategory", "receipts"),)))
        assert (await the_one(installation))["send_options"] == SendOptions(monitoring_category="receipts")

    async def test_swaks_is_told_what_is_wrong(self, installation):
        done = await asyncio.to_thread(
            subprocess.run,
            [
                *(
                    required.program("swaks"),
                    "--server",
                    "127.0.0.1",
                    "--port",
                    str(installation.port),
                    "--auth",
                    "PLAIN",
                ),
                *("--auth-user", installation.keys.api_key, "--auth-password", installation.keys.secret_key),
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


async def test_a_trusted_clients_mail_has_the_tracking_of_its_account(installation):
    import ipaddress

    defaults = SendDefaults(tracks_opens=True, tracks_clicks=True)
    async with installation.opened(trusted=(ipaddress.ip_network("127.0.0.0/8"),), defaults=defaults):
        client = await installation.client()
        await client.say("EHLO client.example")
        mail = b"From: ann@example.org\r\nContent-Type: text/html\r\n%b\r\n<p>x</p>\r\n"
        assert (await client.send_mail(mail % b"")).startswith("250")
        assert (await client.send_mail(mail % b"X-Mailjet-TrackOpen: 0\r\n")).startswith("250")
    tracked, asked = (unpacked(row["send_options"]) for row in await stored(installation))
    assert (tracked.tracks_opens, tracked.tracks_clicks) == (True, True)
    assert (asked.tracks_opens, asked.tracks_clicks) == (False, True)

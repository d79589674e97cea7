"""A person who came in by every door is erased, and then looked for in every row and every file."""

import email
import email.policy
import re
import smtplib
from email.message import EmailMessage

import httpx2
import pytest
from sqlalchemy import select

from aerogram.app.sweep import sweep
from aerogram.base.clock import DAY, ManualClock, SystemClock
from aerogram.base.ids import IdGenerator
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.ground import Ground
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.orphans import OrphanSweep
from aerogram.store.records.accounts import accounts
from aerogram.store.records.contacts import signups
from aerogram.store.sql import Sql
from aerogram.store.tables import schema
from support.server import API_KEY, SECRET_KEY, running
from support.waiting import wait_for

PERSON = "Quux.Zebra7@persona.example.net"
NAME = "Xaver Querulant"
OTHER = "other@persona.example.net"
TRACES = re.compile("(?i)quux.zebra7|querulant")
"""The local part, and so the address; and the name."""
SHOP = "shop@example.com"
SETTINGS = {"trusted_senders": "@example.com", "trusted_networks": "127.0.0.0/8", "log_level": "warning"}
LIST, CONTACT = "/v3/REST/contactslist", "/v3/REST/contact"
_TRACKED = re.compile(r"https?://[^\"' ]+/c/[\w-]+/[\w-]+")
_PIXEL = re.compile(r'<img src="(https?://[^"]+/o/[\w-]+\.gif)"[^>]*>')


class Shop:
    """What an account does with people, by all the doors of a running server."""

    def __init__(self, server):
        self.server = server
        self.client = httpx2.Client(
            base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False, timeout=30
        )

    def made(self, path, body, **options):
        answer = self.client.post(path, json=body, **options)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def row(self, path, body):
        return self.made(path, body)["Data"][0]

    def job_done(self, path):
        def ended():
            row = self.client.get(path).json()["Data"][0]
            return row if row["Status"] in {"Completed", "Error"} else None

        return wait_for(ended, "the end of the job")

    def by_smtp(self, recipients, to, text):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = SHOP, to, f"Hello {NAME}" if to == PERSON else "Hello"
        mail.set_content(text)
        with smtplib.SMTP("127.0.0.1", self.server.smtp_port, timeout=30) as smtp:
            smtp.sendmail(
                SHOP,
                recipients,
                mail.as_bytes(policy=email.policy.SMTP),
                rcpt_options=["NOTIFY=SUCCESS,FAILURE,DELAY"],
            )

    def by_v31(self, text, key="", **more):
        message = {
            "From": {"Email": SHOP},
            "To": [{"Email": PERSON, "Name": NAME}],
            "Subject": f"Dear {NAME}",
            "HTMLPart": text,
            **more,
        }
        headers = {"Idempotency-Key": key} if key else {}
        return self.made("/v3.1/send", {"Messages": [message]}, headers=headers)["Messages"][0]["To"][0][
            "MessageID"
        ]

    def html_of(self, message_id):
        def captured():
            answer = self.client.get(f"/inbox/api/messages/{message_id}/raw", auth=None)
            return answer.content if answer.status_code == 200 else None

        raw = wait_for(captured, "the mail in the inbox")
        [part] = [
            each for each in email.message_from_bytes(raw).walk() if each.get_content_type() == "text/html"
        ]
        return part.get_payload(decode=True).decode()

    def settled(self):
        """Wait until nothing is queued any more, reports and notifications too."""

        def depth():
            found = re.search(r"aerogram_queue_messages (\d+)", self.client.get("/metrics").text)
            return float(found[1]) == 0

        wait_for(depth, "an empty queue")


def plant(shop):
    """Let the account meet the person everywhere; gives the id of the contact."""
    shop.made(
        "/v3/REST/eventcallbackurl",
        {"EventType": "sent", "Url": "https://hooks.example.invalid/", "Version": 2},
    )
    shop.made(
        "/v3/REST/eventcallbackurl",
        {"EventType": "open", "Url": "https://hooks.example.invalid/", "Version": 2},
    )
    contact = shop.row(CONTACT, {"Email": PERSON, "Name": NAME})["ID"]
    shop.by_smtp([PERSON], PERSON, f"Hello {NAME}")
    shop.by_smtp([PERSON], PERSON, f"Hello {NAME}" + "\n" + ("x" * 70 + "\n") * (INLINE_LIMIT_BYTES // 64))
    # A copy that the others do not see: the conversations name both, the mail one.
    shop.by_smtp([PERSON, OTHER], OTHER, "Hello")
    shop.by_v31(
        "Dear {{var:name}} <a href='https://shop.example/quux.zebra7'>you</a> [[UNSUB_LINK_EN]]",
        key="once",
        TemplateLanguage=True,
        Variables={"name": NAME},
        CustomCampaign="spring",
        DeduplicateCampaign=True,
        CustomID=f"order of {NAME}",
        EventPayload=f"for {NAME}",
    )
    shop.by_v31(
        f"{{% if %}} broken for {NAME}",
        TemplateLanguage=True,
        TemplateErrorReporting={"Email": "ops@example.com"},
    )
    tracked = shop.by_v31(
        "<a href='https://shop.example/?for=quux.zebra7'>Item</a>",
        TrackOpens="enabled",
        TrackClicks="enabled",
    )
    html = shop.html_of(tracked)
    for url in (*_PIXEL.findall(html), *_TRACKED.findall(html)):
        httpx2.get(url, headers={"User-Agent": f"Browser of {NAME}"}, trust_env=False)
    news = shop.row(LIST, {"Name": "News"})["ID"]
    shop.row("/v3/REST/contactmetadata", {"Name": "nick"})
    shop.row("/v3/REST/contactmetadata", {"Name": "seen", "NameSpace": "historic"})
    values = {"Email": PERSON, "Action": "addforce", "Properties": {"nick": NAME}}
    shop.made(f"{LIST}/{news}/managecontact", values)
    shop.made("/v3/REST/contacthistorydata", {"ContactID": contact, "Name": "seen", "Data": f"by {NAME}"})
    lines = f"email,nick,seen\n{PERSON},{NAME},x\n{PERSON.upper()}@@,nobody,y\n"
    shop.job_done(f"/v3/REST/csvimport/{queued_import(shop, news, lines)}")
    job = shop.row(
        f"{CONTACT}/managemanycontacts",
        {"Contacts": [{"Email": PERSON, "Properties": {"nick": NAME}}, {"Email": f"{PERSON}@x"}]},
    )["JobID"]
    shop.job_done(f"{CONTACT}/managemanycontacts/{job}")
    added = shop.server.command("suppression", "add", PERSON, "--detail", f"{NAME} asked")
    assert added.returncode == 0, added.stderr
    exported = shop.server.command("contact", "export")
    assert PERSON.lower() in exported.stdout, exported.stderr
    shop.settled()
    return contact


def queued_import(shop, news, lines):
    path = f"/v3/DATA/contactslist/{news}/CSVData/text:plain"
    uploaded = shop.client.post(path, content=lines.encode(), headers={"Content-Type": "text/plain"}).json()
    job = shop.row(
        "/v3/REST/csvimport", {"ContactsListID": news, "DataID": uploaded["ID"], "Method": "addforce"}
    )
    return job["ID"]


async def sign_up(database, contact):
    """Type the address into a form: what the form's door writes."""
    account = await database.read(accounts.first)
    row = signups.SignupRow(7, account, 1, 2, contact, PERSON.lower(), "key", 1, "192.0.2.1")
    await database.write(lambda: signups.add(row))
    return account


async def traces(database):
    """The tables whose rows have a trace, and one of them."""

    def unit():
        found = {}
        for table in schema.metadata.sorted_tables:
            for row in (yield Sql(select(*table.columns))()):
                text = " ".join(
                    each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in row
                )
                if TRACES.search(text):
                    found[table.name] = row
        return found

    return await database.read(unit)


def traced_files(data):
    """Not for the files of a database that is open here: closing one would let go of all locks on it."""
    return {
        path.name: path
        for path in data.rglob("*")
        if path.is_file() and TRACES.search(path.read_bytes().decode("latin-1"))
    }


@pytest.fixture
def opened(tmp_path, database_url):
    data = tmp_path / "data"
    settings = SETTINGS | ({"database_url": database_url} if database_url else {})
    with running(data, **settings) as server:
        shop = Shop(server)
        yield shop, data, database_url
        shop.client.close()


async def test_nothing_names_an_erased_person_but_what_leaves_by_itself_and_that_leaves(opened):
    shop, data, database_url = opened
    server = shop.server
    contact = plant(shop)
    database = await open_database(data, database_url)
    await sign_up(database, contact)
    before = set(await traces(database))
    assert before >= {
        *("captured", "campaign_recipient", "contact", "contact_history", "content", "event", "idempotency"),
        *("job_error", "message", "signup", "suppression"),
    }, before
    assert len(traced_files(data / "blobs")) >= 4
    asked = server.command("contact", "erased", PERSON)
    assert (asked.returncode, asked.stdout) == (1, f"{PERSON} was not erased.\n")

    assert shop.client.delete(f"/v4/contacts/{contact}").status_code == 200

    assert set(await traces(database)) == {"idempotency"}
    uploads = traced_files(data / "blobs")
    assert len(uploads) == 2
    [proof] = server.answer_of("contact", "erased", PERSON)
    assert proof["contact"] == contact
    assert server.answer_of("contact", "erasures") == [proof]
    assert shop.client.get(f"{CONTACT}/{contact}").json()["Data"][0]["Name"] == "Anonymized"
    server.stop()

    clock = ManualClock(SystemClock().now_ms() + 8 * DAY)
    ground = Ground(
        database, DiskBlobs(data / "blobs"), IdGenerator(clock), clock, Sealer(new_master_key()), lambda: None
    )
    await sweep(ground)
    await OrphanSweep(database, data / "blobs").sweep()
    assert await traces(database) == {}
    assert traced_files(data / "blobs") == {}
    await database.close()
    if database_url is None:
        assert traced_files(data) == {}, FILE_NAME

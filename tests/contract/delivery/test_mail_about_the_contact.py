"""Templates that ask what the account knows of their recipient: properties, segments, opens and clicks."""

import email
import email.policy

import msgspec
import pytest
from sqlalchemy import bindparam, insert, select

from aerogram.audience.segments.segments import Segments
from aerogram.base.clock import DAY, HOUR
from aerogram.content.send_options import send_options_of
from aerogram.model.account import NO_DEFAULTS
from aerogram.model.event import EventKind
from aerogram.model.message import ContentKind, Recipient
from aerogram.model.request import RequestedOptions
from aerogram.reporting.engagement.geo import Countries
from aerogram.reporting.engagement.recorder import Engagement, Engagements
from aerogram.store.sql import Sql
from aerogram.store.tables import captured
from aerogram.store.tables.contacts import contact, property_
from aerogram.wire.mime.parts import Mailbox, Parts
from support.actors import acting
from support.installation import Installation

ACCOUNT = 1
PAGE = 'Dear {{data:FirstName:"friend"}}{% if segment:Adults %}, adult{% endif %}'
OPENED = "{% if HasOpenedSince(7) %}warm{% else %}cold{% endif %} {{HasClickedSince(7)}}"


_BODY = Sql(select(captured.c.body).where(captured.c.message_id == bindparam("which")), "which")


def adding(table, *names):
    return Sql(
        insert(table).values({name: bindparam(f"p_{name}") for name in names}),
        *(f"p_{name}" for name in names),
    )


ADD_PROPERTY = adding(property_, "id", "account_id", "name", "namespace", "datatype", "created_ms")
ADD_CONTACT = adding(contact, "id", "account_id", "email", "created_ms", "properties")


@pytest.fixture
async def installation(database, ids, clock, tmp_path):
    def people():
        for number, name, datatype in ((7, "firstname", "str"), (8, "age", "int"), (9, "born", "datetime")):
            yield ADD_PROPERTY(number, ACCOUNT, name, "static", datatype, 0)
        yield ADD_CONTACT(1, ACCOUNT, "ann@example.net", 0, '{"7":"Ann","8":30,"9":645408000000}')
        yield ADD_CONTACT(2, ACCOUNT, "bob@example.net", 0, '{"7":"Bob","8":9}')
        yield ADD_CONTACT(3, ACCOUNT + 1, "eve@example.net", 0, '{"7":"Eve"}')

    await database.write(people)
    await Segments(database, ids, clock).create(acting(ACCOUNT), {"name": "Adults", "expression": "age>=18"})
    return Installation(database, ids, clock, tmp_path, "mail.example.org")


async def captured_mail(installation, message_id):
    def unit():
        return (yield _BODY(message_id))

    [(body,)] = await installation.database.read(unit)
    return email.message_from_bytes(bytes(body), policy=email.policy.SMTP)


async def arrived(installation, source, *addresses, subject="Hi"):
    """Send a mail to each address; give the texts and subjects that arrived."""
    parts = Parts(
        sender_from=Mailbox("ann@example.org"), to=(Mailbox("x@example.net"),), subject=subject, text=source
    )
    send_options = send_options_of(
        RequestedOptions(has_language=True), NO_DEFAULTS, (source,), has_editable_html=False, subject=subject
    )
    accepted = await installation.submit(
        *map(Recipient, addresses),
        kind=ContentKind.PARTS,
        body=msgspec.json.encode(parts),
        subject=subject,
        send_options=send_options,
    )
    for _ in accepted:
        await installation.next_recorded()
    mails = [await captured_mail(installation, each.message_id) for each in accepted]
    return [(mail["subject"], mail.get_content().strip()) for mail in mails], accepted


async def test_a_template_reads_properties_and_segments_of_its_recipient(installation):
    async with installation.running():
        found, _ = await arrived(installation, PAGE, "Ann@example.net", "bob@example.net", "eve@example.net")
    assert [text for _, text in found] == ["Dear Ann, adult", "Dear Bob", "Dear friend"]


async def test_a_subject_reads_them_too_and_a_date_is_printed_as_people_read_it(installation):
    async with installation.running():
        [found], _ = await arrived(
            installation,
            '{{data:born}} {{FormatDateTime("dd.mm.yyyy",data:born)}} {{segment:"no such"}} {{segment:"Adults"}}',
            "ann@example.net",
            subject="For {{data:firstname}}",
        )
    assert found == ("For Ann", "1990-06-15T00:00:00Z 15.06.1990 false true")


async def test_a_template_knows_who_opened_and_clicked_lately(installation, database, ids, clock):
    engagements = Engagements(database, clock, Countries(), lambda _: None)
    async with installation.running():
        [(_, before)], [first] = await arrived(installation, OPENED, "Ann@example.net")
        # A program that checks mail looks at once; a person later.
        clock.advance(HOUR)
        opened = Engagement(
            kind=EventKind.OPEN, message_id=first.message_id, agent="Mozilla/5.0 Thunderbird/128.0"
        )
        await engagements.record(opened)
        [(_, after)], _ = await arrived(installation, OPENED, "ann@EXAMPLE.net")
        clock.advance(7 * DAY + 1)
        [(_, later)], _ = await arrived(installation, OPENED, "ann@example.net")
    assert [before, after, later] == ["cold false", "warm false", "cold false"]


def test_only_templates_that_ask_are_looked_up_for():
    def options_of(text, subject="", *, has_language=True):
        asked = RequestedOptions(has_language=has_language)
        return send_options_of(asked, NO_DEFAULTS, (text,), has_editable_html=False, subject=subject)

    assert not options_of("{{var:a}} since").asks_contact
    assert options_of("", "{{data:a}}").asks_contact
    assert options_of("[[data:a]]", has_language=False).asks_contact
    assert not options_of("{{data:a}}", has_language=False).asks_contact
    assert options_of("{% if !hasOPENEDsince(3) %}{% endif %}").asks_contact
    names = options_of("{{segment:vip}} {{segment:\"New York\"}} {{segment:'7'}}", "{{segment:vip}}").segments
    assert names == ("vip", "New York", "7")

"""Personal mail on its whole road through a store: accepted once, composed for each, faults told; on every engine."""

import email
import email.policy
import re

import msgspec
import pytest
from sqlalchemy import bindparam, select

from aerogram.model.message import ContentKind, MessageState, Recipient
from aerogram.model.outcome import FailureState
from aerogram.model.send_options import Personal, SendOptions
from aerogram.reporting.inbox import Search, StoredInbox
from aerogram.reporting.webhooks.event_types import event_type_of
from aerogram.senders.tracking_hosts import set_tracking_host
from aerogram.store.sql import Sql
from aerogram.store.tables import captured, message
from aerogram.wire.mime.parts import Mailbox, Parts
from support.actors import acting, everyone
from support.installation import Installation

_BODY = Sql(select(captured.c.body).where(captured.c.message_id == bindparam("which")), "which")
_FAILURES = Sql(select(message.c.recipient, message.c.failure, message.c.reply).order_by(message.c.id))
LANGUAGE = SendOptions(has_language=True, variables={"shop": "Shop"})


def a_content(**parts):
    given = {
        "sender_from": Mailbox("ann@example.org"),
        "to": (Mailbox("bob@example.net"),),
        "subject": "{{var:shop}}",
    }
    return {
        "kind": ContentKind.PARTS,
        "body": msgspec.json.encode(Parts(**{**given, **parts})),
        "subject": "{{var:shop}}",
    }


@pytest.fixture
def installation(database, ids, clock, tmp_path):
    return Installation(database, ids, clock, tmp_path, "mail.example.org")


async def captured_mail(installation, message_id):
    def unit():
        return (yield _BODY(message_id))

    [(body,)] = await installation.database.read(unit)
    return email.message_from_bytes(bytes(body), policy=email.policy.SMTP)


async def failures(installation):
    def unit():
        return (yield _FAILURES())

    return [tuple(row) for row in await installation.database.read(unit)]


async def test_each_recipient_gets_a_mail_of_its_own(installation):
    recipients = [
        Recipient(f"{name}@example.net", personal=Personal(name.title(), {"name": name}))
        for name in ("bob", "eve")
    ]
    send_options = msgspec.structs.replace(LANGUAGE, is_individual=True, tracks_clicks=True)
    async with installation.running():
        accepted = await installation.submit(
            *recipients,
            send_options=send_options,
            **a_content(html="<a href='https://a.example/{{var:name}}'>{{var:name}}</a>"),
        )
        for _ in accepted:
            await installation.next_recorded()
    for each, name in zip(accepted, ("bob", "eve"), strict=True):
        mail = await captured_mail(installation, each.message_id)
        assert (mail["To"], mail["Subject"]) == (f"{name.title()} <{name}@example.net>", "Shop")
        assert mail["Message-ID"] == f"<{each.uuid}@example.org>"
        token, url = re.search(r"https://mail.example.org/c/([^/]+)/([^']+)'", mail.get_content()).groups()
        assert installation.signer.read_click(token, url) == (each.message_id, f"https://a.example/{name}")


async def test_the_inbox_lists_a_mail_by_the_subject_that_its_template_made(installation):
    async with installation.running():
        await installation.submit(Recipient("bob@example.net"), send_options=LANGUAGE, **a_content(text="x"))
        await installation.next_recorded()
    inbox = StoredInbox(installation.database, bodies=None)
    [listed] = await inbox.newest(everyone(), Search(subject="shop"), 10)
    assert listed.subject == "Shop"
    assert not await inbox.newest(everyone(), Search(query="var:shop"), 10)


async def test_links_lead_to_the_host_of_the_senders_domain(installation):
    await set_tracking_host(installation.database, acting(1), "example.org", "https://click.example.org")
    async with installation.running():
        [bob] = await installation.submit(
            Recipient("bob@example.net"), send_options=SendOptions(tracks_opens=True), **a_content(html="x")
        )
        await installation.next_recorded()
    assert (
        'src="https://click.example.org/o/'
        in (await captured_mail(installation, bob.message_id)).get_content()
    )


async def test_an_error_of_one_recipient_blocks_that_one_alone(installation):
    recipients = [
        Recipient("bob@example.net", personal=Personal("", {"name": "Bob"})),
        Recipient("eve@example.net"),
    ]
    async with installation.running():
        await installation.submit(*recipients, send_options=LANGUAGE, **a_content(text="{{var:name}}"))
        changes = [await installation.next_recorded() for _ in recipients]
    assert {event_type_of(change.event_kind, change.attempts) for change in changes} == {"sent", "blocked"}
    bob, eve = await failures(installation)
    assert bob[:2] == ("bob@example.net", 0)
    assert eve[:2] == ("eve@example.net", FailureState.TEMPLATE_LANGUAGE_ERROR)
    assert "Unknown identifier: var:name" in eve[2]


@pytest.mark.parametrize("delivers", [False, True])
async def test_an_error_is_reported_once_with_the_source_of_the_mail(installation, delivers):
    send_options = msgspec.structs.replace(
        LANGUAGE, error_report_to="dev@example.com", delivers_on_error=delivers
    )
    async with installation.running():
        [bob] = await installation.submit(
            Recipient("bob@example.net"), send_options=send_options, **a_content(text="Hi {{var:name}}")
        )
        first, second = await installation.next_recorded(), await installation.next_recorded()
    assert first.error_report is not None
    assert await installation.messages() == [
        ("bob@example.net", MessageState.SENT if delivers else MessageState.BLOCKED),
        ("dev@example.com", MessageState.SENT),
    ]
    report = await captured_mail(installation, second.message_id)
    assert report["From"] == "templating-language-error@mail.example.org"
    assert (
        report["Subject"] == 'Error while evaluating Mailjet Templating language for message "{{var:shop}}"'
    )
    assert "Unknown identifier: var:name" in report.get_body(("plain",)).get_content()
    [source] = report.iter_attachments()
    assert email.message_from_bytes(source.get_content()).get_payload() == "Hi {{var:name}}\r\n"
    if delivers:
        assert (await captured_mail(installation, bob.message_id)).get_content() == "Hi {{var:name}}\r\n"


async def test_no_error_is_no_report(installation):
    send_options = msgspec.structs.replace(
        LANGUAGE, error_report_to="dev@example.com", delivers_on_error=True
    )
    async with installation.running():
        await installation.submit(
            Recipient("bob@example.net"), send_options=send_options, **a_content(text="Hi")
        )
        change = await installation.next_recorded()
    assert change.error_report is None
    assert await installation.messages() == [("bob@example.net", MessageState.SENT)]


async def test_an_empty_template_is_blocked_as_such(installation):
    send_options = msgspec.structs.replace(LANGUAGE, template_id=17)
    async with installation.running():
        await installation.submit(Recipient("bob@example.net"), send_options=send_options, **a_content())
        await installation.next_recorded()
    [(_, failure, _)] = await failures(installation)
    assert failure == FailureState.BAD_TEMPLATE


async def test_large_personal_mail_is_composed_a_few_at_a_time(installation):
    installation.preparer.max_prepared = 1000
    recipients = [Recipient(f"r{number}@example.net") for number in range(30)]
    async with installation.running():
        accepted = await installation.submit(
            *recipients, send_options=SendOptions(is_individual=True), **a_content(text="x" * 300)
        )
        for _ in accepted:
            await installation.next_recorded()
    assert {state for _, state in await installation.messages()} == {MessageState.SENT}

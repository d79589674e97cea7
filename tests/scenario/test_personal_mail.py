"""Personal mail of a whole server: the links in it lead back to the server that sent it."""

import asyncio
import email
import email.policy
import re
import urllib.error
import urllib.request

import msgspec
import pytest
from sqlalchemy import bindparam, select

from aerogram.app.platform import open_platform
from aerogram.app.settings.settings import Settings
from aerogram.model.message import ContentKind, Recipient
from aerogram.model.send_options import Personal, SendOptions
from aerogram.store.records.accounts import accounts
from aerogram.store.sql import Sql
from aerogram.store.tables import captured
from aerogram.submission.accept import Acceptor
from aerogram.wire.mime.parts import Mailbox, Parts
from support.server import ServerProcess
from support.submissions import a_submission
from support.waiting import until

_BODY = Sql(select(captured.c.body).where(captured.c.message_id == bindparam("which")), "which")
SEND_OPTIONS = SendOptions(
    has_language=True,
    has_merge_tags=True,
    tracks_opens=True,
    tracks_clicks=True,
    is_bulk=True,
    is_individual=True,
)
HTML = "<p>Hello {{var:name}}</p><a href='https://a.example/?a=1&amp;b=2'>A</a> <a href='[[UNSUB_LINK_FR]]'>Leave</a>"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path / "data", deliver="capture", log_level="warning")
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def platform(server):
    opened = await open_platform(Settings(data=server.data))
    yield opened
    await opened.close()


async def sent(platform, personal):
    """Accept a mail beside the server, which finds it in its queue; give the mail that it captured."""
    acceptor = Acceptor(
        platform.database,
        platform.ground.blobs,
        platform.ground.ids,
        platform.clock,
        check_room=lambda: None,
        on_accepted=lambda _: None,
    )
    parts = Parts(sender_from=Mailbox("ann@example.org"), subject="For {{var:name}}", html=HTML)
    submission = a_submission(
        account_id=await platform.database.read(accounts.first),
        kind=ContentKind.PARTS,
        body=msgspec.json.encode(parts),
        send_options=SEND_OPTIONS,
        campaign="spring",
    )
    recipients = (Recipient("bob@example.net", personal=personal),)
    [[bob]] = await acceptor.accept([msgspec.structs.replace(submission, recipients=recipients)])

    def unit():
        return (yield _BODY(bob.message_id))

    [(body,)] = await until(lambda: platform.database.read(unit), "the mail in the inbox")
    return email.message_from_bytes(bytes(body), policy=email.policy.SMTP)


def answer_to(url):
    """Give the status of a GET, and where it redirects to."""
    try:
        with urllib.request.build_opener(_NoRedirects).open(url, timeout=10) as answer:
            return answer.status, answer.headers.get_content_type()
    except urllib.error.HTTPError as redirect:
        redirect.close()
        return redirect.code, redirect.headers["Location"]


async def test_a_mail_that_was_asked_for_with_everything_works_when_it_is_read(server, platform):
    mail = await sent(platform, Personal("Bob", {"name": "Bob"}))
    html = mail.get_body(("html",)).get_content()
    assert (mail["Subject"], mail["To"]) == ("For Bob", "Bob <bob@example.net>")
    assert "<p>Hello Bob</p>" in html
    click, leave = re.findall(r"href='([^']+)'", html)
    picture = re.search(r'<img src="([^"]+)"', html)[1]
    assert all(url.startswith(f"{server.url}/") for url in (click, leave, picture))
    assert await asyncio.to_thread(answer_to, click) == (302, "https://a.example/?a=1&b=2")
    assert await asyncio.to_thread(answer_to, picture) == (200, "image/gif")
    assert await asyncio.to_thread(answer_to, leave) == (200, "text/html")
    one_click = mail["List-Unsubscribe"].strip("<>")
    assert (await asyncio.to_thread(answer_to, one_click))[0] == 200
    assert mail["Feedback-ID"].startswith("spring:")

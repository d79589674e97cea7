"""What the links in mails do: over real HTTP, against both engines."""

import asyncio
import re

import httpx2
import pytest
from sqlalchemy import select

from aerogram.base.errors import UnavailableError
from aerogram.base.ids import MAX_ID
from aerogram.doors.tracking.app import GIF
from aerogram.model.event import EventKind
from aerogram.store.sql import Sql
from aerogram.store.tables import counter, event, unsubscription
from support.http_door import ACCOUNT
from support.readers import caught_up
from support.submissions import a_submission

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/126.0"
TARGET = "https://shop.example/basket?a=1&b=%20#top"
ONE_CLICK = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "mailer"}
EVENTS = Sql(
    select(event.c.account_id, event.c.message_id, event.c.kind, event.c.agent, event.c.ip, event.c.url)
    .where(event.c.kind != int(EventKind.ACCEPTED))
    .order_by(event.c.id)
)
COUNTS = Sql(select(counter.c.kind, counter.c.amount).where(counter.c.kind != int(EventKind.ACCEPTED)))
LEFT = Sql(select(unsubscription.c.account_id, unsubscription.c.address))


@pytest.fixture
async def reader(url):
    """Somebody's browser: no credentials, and redirects are looked at, not followed."""
    async with httpx2.AsyncClient(base_url=url, trust_env=False, headers={"User-Agent": AGENT}) as client:
        yield client


@pytest.fixture
async def message_id(door):
    submission = a_submission("Bob@Example.net", account_id=ACCOUNT, from_email="news@example.com")
    ((accepted,),) = await door.acceptor.accept([submission])
    return accepted.message_id


@pytest.fixture
def links(door, url, message_id):
    """The addresses as they stand in the mail."""
    return Links(door.signer, url, message_id)


class Links:
    def __init__(self, signer, base, message_id):
        self.open = signer.open_url(base, message_id)
        self.click = signer.click_url(base, message_id, TARGET)
        self.unsubscribe = signer.unsubscribe_url(base, message_id)
        self.french = signer.unsubscribe_url(base, message_id, "fr")


async def rows(door, statement):
    def unit():
        return (yield statement())

    await caught_up(door.database)
    return [tuple(row) for row in await door.database.read(unit)]


async def test_an_open_gives_one_transparent_dot_that_no_cache_keeps(door, reader, links, message_id):
    answer = await reader.get(links.open)
    assert (answer.status_code, answer.content) == (200, GIF)
    assert answer.headers["content-type"] == "image/gif"
    assert "no-store" in answer.headers["cache-control"]
    assert await rows(door, EVENTS) == [(ACCOUNT, message_id, EventKind.OPEN, AGENT, "127.0.0.1", "")]


async def test_a_click_leads_to_exactly_the_address_that_was_signed(door, reader, links, message_id):
    answer = await reader.get(links.click)
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert await rows(door, EVENTS) == [(ACCOUNT, message_id, EventKind.CLICK, AGENT, "127.0.0.1", TARGET)]
    assert await rows(door, COUNTS) == [(EventKind.CLICK, 1)]


async def test_every_click_is_recorded_exactly_once(door, reader, links):
    answers = await asyncio.gather(*(reader.get(links.click) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {302}
    await door.engagements.drain(10)
    assert len(await rows(door, EVENTS)) == 30
    assert await rows(door, COUNTS) == [(EventKind.CLICK, 30)]


@pytest.mark.parametrize(
    ("signed", "location"),
    [
        ("https://x.example/ü?q=a b", "https://x.example/%C3%BC?q=a%20b"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://x.example/%0d%0aSet-Cookie:a", "https://x.example/%0d%0aSet-Cookie:a"),
        ("https://x.example/\r\nSet-Cookie: a=b", "https://x.example/%0D%0ASet-Cookie:%20a=b"),
        ('https://x.example/"<>', 'https://x.example/"<>'),
        ("https://[x/ü", "https://[x/%C3%BC"),
    ],
)
async def test_no_target_can_break_the_header(door, reader, url, message_id, signed, location):
    answer = await reader.get(door.signer.click_url(url, message_id, signed))
    assert (answer.status_code, answer.headers["location"]) == (302, location)
    assert "set-cookie" not in answer.headers


async def test_what_was_not_signed_is_not_there(door, reader, links, url, message_id):
    token = links.click.split("/")[-2]
    elsewhere = door.signer.click_url(url, message_id, "https://evil.example").split("/")[-1]
    script = door.signer.click_url(url, message_id, "javascript:alert(1)")
    for path in (
        f"/c/{token}/{elsewhere}",
        f"/c/{token}",
        f"/c/{token}/",
        "/c/",
        "/c/x/https://evil.example",
        "/c//evil.example",
        script,
        links.click + "A",
        links.click.replace("/c/", "/o/"),
        links.open.removesuffix(".gif"),
        links.open.replace(".gif", ".png"),
        "/o/",
        "/o/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.gif",
    ):
        answer = await reader.get(path)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers
    assert await rows(door, EVENTS) == []


async def test_a_valid_link_of_a_message_that_is_gone_works_and_records_nothing(door, reader, url):
    assert (await reader.get(door.signer.open_url(url, MAX_ID))).status_code == 200
    assert (await reader.get(door.signer.click_url(url, MAX_ID, TARGET))).status_code == 302
    assert (await reader.get(door.signer.unsubscribe_url(url, MAX_ID))).status_code == 404
    assert (await reader.post(door.signer.unsubscribe_url(url, MAX_ID))).status_code == 404
    assert await rows(door, EVENTS) == []


async def test_head_records_nothing(door, reader, links):
    assert (await reader.head(links.open)).status_code == 200
    answer = await reader.head(links.click)
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert (await reader.head(links.unsubscribe)).status_code == 200
    assert await rows(door, EVENTS) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_links_are_only_followed(door, reader, links, method):
    for link in (links.open, links.click):
        answer = await reader.request(method, link)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert await rows(door, EVENTS) == []


async def test_looking_at_the_page_changes_nothing(door, reader, links):
    for _ in range(3):
        answer = await reader.get(links.unsubscribe)
        assert answer.status_code == 200
        assert "Bob@Example.net" in answer.text
        assert "news@example.com" in answer.text
        assert '<form method="post">' in answer.text
    assert await rows(door, EVENTS) == []
    assert await rows(door, LEFT) == []


async def test_the_page_is_alone_by_its_headers(reader, links):
    answer = await reader.get(links.unsubscribe)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert not re.search(r"<script|https?://|src=", answer.text)


async def test_the_page_speaks_the_language_of_its_link(door, reader, links, url, message_id):
    assert '<html lang="fr">' in (await reader.get(links.french)).text
    assert "Se désabonner" in (await reader.get(links.french)).text
    unknown = door.signer.unsubscribe_url(url, message_id, "xx")
    assert '<html lang="en">' in (await reader.get(unknown)).text
    done = await reader.post(links.french, data={"do": "unsubscribe"})
    assert '<html lang="fr">' in done.text


async def test_the_button_unsubscribes_and_the_page_offers_the_way_back(door, reader, links, message_id):
    done = await reader.post(links.unsubscribe, data={"do": "unsubscribe"})
    assert done.status_code == 200
    assert "You are unsubscribed" in done.text
    assert 'value="subscribe"' in done.text
    assert await rows(door, EVENTS) == [(ACCOUNT, message_id, EventKind.UNSUB, AGENT, "127.0.0.1", "")]
    assert await rows(door, LEFT) == [(ACCOUNT, "bob@example.net")]
    assert "You are unsubscribed" in (await reader.get(links.unsubscribe)).text
    back = await reader.post(links.unsubscribe, data={"do": "subscribe"})
    assert "You are subscribed again" in back.text
    assert await rows(door, LEFT) == []


@pytest.mark.parametrize(
    "form",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
)
async def test_a_mail_program_unsubscribes_with_one_request(door, reader, links, message_id, form):
    assert (await reader.post(links.unsubscribe, **form)).status_code == 200
    assert (await reader.post(links.unsubscribe, **form)).status_code == 200
    assert await rows(door, EVENTS) == [
        (ACCOUNT, message_id, EventKind.UNSUB, "List-Unsubscribe", "127.0.0.1", "")
    ]
    assert await rows(door, LEFT) == [(ACCOUNT, "bob@example.net")]


async def test_a_form_that_is_too_large_is_refused(door, reader, links):
    assert (await reader.post(links.unsubscribe, content=b"x" * 20_000)).status_code == 400
    assert await rows(door, LEFT) == []


async def test_a_link_to_unsubscribe_that_was_altered_shows_a_page_that_says_so(reader, links):
    for link in (links.unsubscribe[:-1], links.unsubscribe + "A", links.unsubscribe.replace("/u/", "/u/A")):
        for method in ("GET", "POST"):
            answer = await reader.request(method, link)
            assert answer.status_code == 404
            assert "This link does not work" in answer.text


@pytest.fixture
def away(door, monkeypatch):
    """The store goes away, for readers."""

    class Away:
        async def read(self, _):
            raise UnavailableError("The store is away.")

        write = read

    monkeypatch.setattr(door.engagements, "_database", Away())


async def test_readers_get_what_they_want_while_the_store_is_away(reader, links, away, door):
    assert (await reader.get(links.open)).content == GIF
    assert (await reader.get(links.click)).headers["location"] == TARGET
    assert '<form method="post">' in (await reader.get(links.unsubscribe)).text
    answer = await reader.post(links.unsubscribe, data={"do": "unsubscribe"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Please try again" in answer.text
    await door.engagements.drain(5)


async def test_other_paths_go_where_they_went(reader):
    for path in ("/", "/open", "/c", "/u", "/x/abc"):
        answer = await reader.get(path)
        assert (answer.status_code, "<title>404 Not Found" in answer.text) == (404, True)

"""Large and hostile mail in the inbox: what is shown is bounded, and what is downloaded is whole."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from aerogram.doors.web.frame import MAX_FRAMED, framed, wants_remote
from aerogram.doors.web.shown import MAX_HEADER, MAX_SOURCE
from support.inbox import MemoryInbox
from support.web import InboxServer

SIZE = 14 * 1024 * 1024
HTML = b"Subject: Large\r\nContent-Type: text/html\r\n\r\n"
TEXT = b"Subject: Large\r\nContent-Type: text/plain\r\n\r\n"
MAILS = {
    "less-than": HTML + b"<" * SIZE,
    "ampersand": HTML + b"&" * SIZE,
    "brackets": HTML + b"[[" * (SIZE // 2),
    "braces": HTML + b"{{" * (SIZE // 2),
    "forms": HTML + b"<form " * (SIZE // 6),
    "text": TEXT + b"<" * SIZE,
    "base64": HTML[:-2] + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"PDw8\r\n" * (SIZE // 6),
    "header": b"Subject: " + b"x" * SIZE + b"\r\n\r\nhello",
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(2_000)
    ),
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nhello\r\n" * 1_000,
}
ROOM = 400 * 1024
"""The page around what is shown, with each character escaped to five."""


@pytest.fixture(scope="module")
def client():
    inbox = MemoryInbox()
    for number, mail in enumerate(MAILS.values(), 1):
        inbox.keep(number, mail, subject="Large")
    with (
        InboxServer(inbox, authenticate=None, allowed_hosts=[]) as server,
        httpx.Client(base_url=server.url, trust_env=False, timeout=60) as opened,
    ):
        yield opened


@pytest.mark.parametrize("tab", ["html", "text", "headers", "source", "attachments", "timeline"])
@pytest.mark.parametrize("name", MAILS)
def test_each_view_of_the_page_is_bounded(client, name, tab):
    number = list(MAILS).index(name) + 1
    answer = client.get(f"/inbox/messages/{number}", params={"tab": tab})
    assert answer.status_code == 200
    assert len(answer.content) <= 5 * MAX_SOURCE + ROOM


@pytest.mark.parametrize(
    ("length", "cut"), [(MAX_HEADER, ""), (MAX_HEADER + 1, " \u2026"), (60_000, " \u2026")]
)
def test_a_header_is_shown_up_to_its_limit_and_says_that_it_goes_on(length, cut):
    inbox = MemoryInbox()
    inbox.keep(1, b"X-Long: " + b"x" * length + b"\r\n\r\nhello", subject="Long")
    with InboxServer(inbox, authenticate=None, allowed_hosts=[]) as server:
        page = httpx.get(f"{server.url}/inbox/messages/1?tab=headers", trust_env=False).text
    assert f"<td>{'x' * MAX_HEADER}{cut}</td>" in page


@pytest.mark.parametrize("name", MAILS)
def test_the_frame_is_bounded_and_the_download_is_whole(client, name):
    number = list(MAILS).index(name) + 1
    frame = client.get(f"/inbox/api/messages/{number}/html")
    assert frame.status_code in (200, 404)
    assert len(frame.content) <= MAX_FRAMED * 2 + ROOM
    assert client.get(f"/inbox/api/messages/{number}/raw").content == MAILS[name]
    assert client.get(f"/inbox/api/messages/{number}").status_code == 200


def test_a_frame_that_is_cut_says_so_and_keeps_its_elements_tame():
    shown = framed("<script src=//evil.example></script>" + "x" * MAX_FRAMED, ())
    assert "Only the beginning is shown" in shown
    assert "<x-script" in shown
    assert "<script" not in shown
    assert "Only the beginning" not in framed("<p>short</p>", ())


@pytest.mark.parametrize("name", ["script", "LINK", "Meta", "base", "iFrame", "frameset", "template", "form"])
def test_elements_that_act_are_renamed_whatever_stands_before_them(name):
    for before in ("", "<", "<<<", "<p>", "<a<"):
        for after in (" ", "/", ">", "\n"):
            assert f"<x-{name}{after}" in framed(f"{before}<{name}{after}", ())
            assert f"</x-{name}{after}" in framed(f"{before}</{name}{after}", ())


def test_remote_content_is_looked_for_in_what_is_shown():
    assert wants_remote('<img src="https://cdn.example/x">')
    assert not wants_remote("x" * MAX_FRAMED + '<img src="https://cdn.example/x">')

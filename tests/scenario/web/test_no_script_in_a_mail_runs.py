"""Hostile mail is looked at in a real browser, and nothing in it ever runs.

Each payload stands in the subject, the names, the headers, the text, the HTML and the file name of a mail.
"""

import base64

import pytest

from support.inbox import MemoryInbox
from support.web import InboxServer, chromium
from support.xss import PAYLOADS

EVERYTHING = 900


def encoded(text):
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def part(content_type, text, *headers):
    body = base64.encodebytes(text.encode()).decode()
    return "\r\n".join(
        [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *headers, "", body]
    )


def hostile(payloads):
    """Make a mail that carries the payloads wherever a mail can carry text."""
    everything = "\n".join(payloads)
    subject = encoded(everything)
    parts = [part("text/plain; charset=utf-8", everything), part("text/html; charset=utf-8", everything)]
    parts += [
        part("text/html", text, f"Content-Disposition: attachment; filename*=utf-8''{quoted(text)}")
        for text in payloads
    ]
    lines = [
        f"From: {subject} <a@example.com>",
        f"To: {subject} <b@example.com>",
        f"Cc: {subject} <b@example.com>",
        f"Reply-To: {subject}",
        f"Subject: {subject}",
        *(f"X-Payload: {encoded(text)}" for text in payloads),
        "Content-Type: multipart/mixed; boundary=outer",
        "",
        *(f"--outer\r\n{each}" for each in parts),
        "--outer--",
    ]
    return "\r\n".join(lines).encode()


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode())


@pytest.fixture(scope="module")
def server():
    inbox = MemoryInbox()
    for number, payload in enumerate(PAYLOADS):
        inbox.keep(
            number + 1,
            hostile([payload]),
            subject=payload,
            sender=payload,
            recipient=payload,
            transcript=f"C: {payload}\nS: {payload}\n{payload}",
            door=payload,
        )
    inbox.keep(EVERYTHING, hostile(PAYLOADS), transcript="\n".join(PAYLOADS))
    with InboxServer(inbox) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def watched(browser, server):
    """A page that notes each script that ran and each place outside that was asked."""
    context = browser.new_context()
    page = context.new_page()
    page.ran = []
    page.asked = []
    context.expose_binding("pwned", lambda source: page.ran.append(source["frame"].url))
    context.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: page.ran.append(dialog.message))
    yield page
    outside = [url for url in page.asked if url.startswith(("http", "ws")) and not url.startswith(server.url)]
    context.close()
    assert page.ran == []
    assert outside == []


def test_there_are_many_payloads_and_a_page_without_defences_runs_them(browser):
    """Without this, the tests below could pass because nothing could ever have run."""
    assert len(PAYLOADS) >= 60
    page = browser.new_page()
    ran = set()
    page.expose_function("pwned", lambda: ran.add(page.evaluate))
    successes = 0
    page.route("**/*", lambda route: route.abort() if "evil" in route.request.url else route.continue_())
    for payload in PAYLOADS[:42]:
        ran.clear()
        page.set_content(f"<!doctype html><body>{payload}</body>")
        page.wait_for_timeout(20)
        successes += bool(ran)
    page.close()
    assert successes >= 20


def test_nothing_runs_in_the_list(watched, server):
    watched.goto(f"{server.url}/?limit=1000")
    assert watched.locator(".row").count() == len(PAYLOADS) + 1


def test_nothing_runs_in_the_html_of_a_mail_in_the_page(watched, server):
    watched.goto(f"{server.url}/?limit=1000&id={EVERYTHING}&tab=html")
    for number in range(len(PAYLOADS), 0, -1):
        watched.keyboard.press("j")
        watched.locator(f'article[data-id="{number}"] iframe').wait_for()
        watched.frames[-1].wait_for_load_state()
    assert watched.url == f"{server.url}/?id=1&tab=html&limit=1000"


def test_nothing_runs_in_the_html_where_only_its_own_policy_protects(watched, server):
    """Frames without the page's sandbox: what would happen if someone opened the HTML's address."""
    watched.goto(f"{server.url}/")
    watched.evaluate(
        """count => Promise.all(Array.from({length: count}, (_, number) => new Promise(done => {
            const frame = document.createElement("iframe");
            frame.onload = done;
            frame.src = `/inbox/api/messages/${number + 1}/html`;
            document.body.append(frame);
        })))""",
        len(PAYLOADS),
    )
    assert len(watched.frames) >= len(PAYLOADS) + 1


def test_nothing_runs_when_links_and_buttons_are_clicked(watched, server):
    clickable = [number for number, payload in enumerate(PAYLOADS, 1) if ">click<" in payload]
    assert len(clickable) >= 8
    for number in clickable:
        watched.goto(f"{server.url}/?id={number}&tab=html")
        inside = watched.frame_locator("iframe").locator("a, button, text").first
        inside.click(force=True, timeout=2000, no_wait_after=True)
        assert watched.url.startswith(server.url)
    for opened in watched.context.pages:
        if opened is not watched:
            opened.close()


@pytest.mark.parametrize("tab", ["html", "text", "headers", "source", "attachments", "timeline"])
def test_nothing_runs_in_a_view_of_a_mail_that_carries_them_all(watched, server, tab):
    watched.goto(f"{server.url}/?id={EVERYTHING}&tab={tab}")
    assert watched.locator(f".view-{tab}").count() == 1
    watched.keyboard.press("j")
    watched.locator(f'article[data-id="{len(PAYLOADS)}"]').wait_for()


@pytest.mark.parametrize("tab", ["headers", "attachments", "timeline"])
def test_payloads_are_shown_as_text(watched, server, tab):
    watched.goto(f"{server.url}/?id=1&tab={tab}")
    shown = PAYLOADS[0].rpartition("/")[2] if tab == "attachments" else PAYLOADS[0]
    assert shown in watched.locator(f".view-{tab}").inner_text()


def test_a_search_is_shown_as_text(watched, server):
    watched.goto(
        f"{server.url}/?query=%3Cscript%3Epwned()%3C/script%3E%22%3E%3Cimg%20src=x%20onerror=pwned()%3E-none"
    )
    assert "<script>pwned()</script>" in watched.locator(".none").inner_text()


def test_a_file_that_is_opened_is_downloaded(watched, server):
    watched.goto(f"{server.url}/?id=1&tab=attachments")
    with watched.expect_download() as download:
        watched.locator(".files a").first.click()
    assert "/" not in download.value.suggested_filename

"""A developer opens the inbox in a real browser and looks at what the application sent."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from aerogram.model.event import EventKind
from aerogram.reporting.timeline import Logged
from support.inbox import MemoryInbox, letter
from support.web import InboxServer, chromium

HTML = """<html><body><h1>Thank you</h1><p>Parcel <b>40218</b> left. <a href="#top">Track it</a>
<img src="cid:logo" alt="logo"><img src="http://127.0.0.1:PORT/a.png" alt="remote"></p></body></html>
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63b0fe700e00043c0243f0cbd9440000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def pictures():
    """A server of pictures elsewhere; ``asked`` are the paths that browsers asked it for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PIXEL)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def inbox(pictures):
    kept = MemoryInbox()
    full = letter(
        "Order 40218",
        "Parcel 40218 left.\n",
        HTML.replace("PORT", str(pictures.server_port)),
        files=(("terms.txt", "text/plain", b"All rights reserved"),),
        images=(("logo", PIXEL),),
        headers=(("X-Order", "40218"),),
    )
    sent = Logged(kind=EventKind.SENT, at_ms=1_795_261_000_000, reply="250 2.0.0 Captured")
    kept.keep(10, letter("Reset"), subject="Reset your password", recipient="bob@example.org")
    kept.keep(11, full, subject="Order 40218", attachment_count=1, events=(sent,))
    return kept


def is_fault(text):
    """Tell whether the console's word is one about the page.

    It is not when a remote image was blocked, as the page wants, or when the driver's own probe for the
    frame's content came while the sandboxed frame was loading: that the browser keeps scripts out of the
    frame is what the page promises, and no letter here has a script.
    """
    return "a.png" not in text and not text.startswith("Blocked script execution in")


@pytest.fixture
def page(browser, inbox):
    with InboxServer(inbox) as server:
        context = browser.new_context(viewport={"width": 1300, "height": 800})
        opened = context.new_page()
        faults = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on(
            "console",
            lambda told: faults.append(told.text) if told.type == "error" and is_fault(told.text) else None,
        )
        opened.goto(server.url)
        yield opened
        context.close()
    assert faults == []


def subjects(page):
    return page.locator(".row .subject").all_inner_texts()


def test_a_message_is_opened_and_each_view_of_it_shown(page):
    assert subjects(page) == ["Order 40218", "Reset your password"]
    page.get_by_text("Order 40218").click()
    expect(page.locator("article h1")).to_have_text("Order 40218")
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Thank you")
    assert frame.get_by_alt_text("logo").evaluate("image => image.naturalWidth") == 1

    page.locator(".tabs").get_by_text("Text").click()
    expect(page.locator(".view-text")).to_have_text("Parcel 40218 left.")
    page.locator(".tabs").get_by_text("Headers").click()
    expect(page.locator("tr", has_text="X-Order")).to_contain_text("40218")
    page.locator(".tabs").get_by_text("Source").click()
    expect(page.locator(".view-source")).to_contain_text("MIME-Version: 1.0")
    page.locator(".tabs").get_by_text("Attachments").click()
    with page.expect_download() as download:
        page.get_by_text("terms.txt").click()
    assert download.value.suggested_filename == "terms.txt"
    assert download.value.path().read_bytes() == b"All rights reserved"


def test_the_timeline_tells_the_story_and_the_conversation(page):
    page.get_by_text("Order 40218").click()
    page.locator(".tabs").get_by_text("Timeline").click()
    expect(page.locator(".timeline li")).to_have_count(2)
    first, last = page.locator(".timeline li").all()
    expect(first).to_contain_text("Accepted through SMTP and written to disk.")
    expect(last).to_contain_text("Captured in this inbox; not sent.")
    expect(last).to_contain_text("250 2.0.0 Captured")
    expect(first.locator(".client", has_text="MAIL FROM:<shop@example.com>")).to_be_visible()
    expect(first.locator(".server", has_text="354 End data")).to_be_visible()
    first.locator("summary").click()
    expect(first.locator(".conversation")).to_be_hidden()


def test_new_mail_appears_by_itself_and_is_bold_until_read(page, inbox):
    expect(page).to_have_title("(2) Inbox · Aerogram")
    inbox.keep(12, letter("Invoice"), subject="Invoice 7")
    expect(page.locator(".row")).to_have_count(3)
    expect(page).to_have_title("(3) Inbox · Aerogram")
    row = page.locator(".row", has_text="Invoice 7")
    expect(row.locator(".subject")).to_have_css("font-weight", "650")
    row.click()
    expect(row.locator(".subject")).to_have_css("font-weight", "400")
    page.reload()
    expect(page).to_have_title("(2) Inbox · Aerogram")


def test_keys_move_through_the_mail(page):
    page.keyboard.press("j")
    expect(page.locator("article h1")).to_have_text("Order 40218")
    page.keyboard.press("j")
    expect(page.locator("article h1")).to_have_text("Reset")
    page.keyboard.press("k")
    expect(page.locator("article h1")).to_have_text("Order 40218")
    page.keyboard.press("3")
    expect(page.locator(".view-headers")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#query")).to_be_focused()
    page.keyboard.type("bob@")
    expect(page.locator(".row")).to_have_count(1)
    assert subjects(page) == ["Reset your password"]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Choose a message")).to_be_visible()


def test_going_back_shows_what_was_shown_before(page):
    page.get_by_text("Order 40218").click()
    expect(page.locator("article h1")).to_have_text("Order 40218")
    page.get_by_text("Reset your password").click()
    expect(page.locator("article h1")).to_have_text("Reset")
    page.go_back()
    expect(page.locator("article h1")).to_have_text("Order 40218")
    page.go_back()
    expect(page.get_by_text("Choose a message")).to_be_visible()


def test_remote_images_are_asked_for_only_when_wanted(page, pictures):
    page.get_by_text("Order 40218").click()
    expect(page.get_by_text("Remote images are blocked.")).to_be_visible()
    remote = page.frame_locator("iframe").get_by_alt_text("remote")
    expect(remote).to_have_js_property("complete", value=True)
    assert pictures.asked == []
    page.get_by_text("Load remote images").click()
    expect(page.get_by_text("Block remote images")).to_be_visible()
    expect(remote).to_have_js_property("naturalWidth", 1)
    assert pictures.asked == ["/a.png"]


def test_a_message_is_deleted_and_the_next_one_opened(page):
    page.get_by_text("Order 40218").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("article h1")).to_have_text("Reset")
    assert subjects(page) == ["Reset your password"]


def test_the_inbox_is_cleared_only_after_a_question(page):
    page.get_by_role("button", name="Clear inbox").click()
    page.get_by_role("button", name="Keep them").click()
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("button", name="Clear inbox").click()
    page.get_by_role("button", name="Delete all").click()
    expect(page.get_by_text("No mail yet.")).to_be_visible()


def test_an_empty_inbox_teaches_how_to_fill_it(browser):
    inbox = MemoryInbox()
    with InboxServer(inbox) as server:
        page = browser.new_page()
        page.goto(server.url)
        expect(page.get_by_text("swaks --server 127.0.0.1:1025")).to_be_visible()
        expect(page.get_by_text(f"{server.url}/v3.1/send")).to_be_visible()
        inbox.keep(1, letter("First"), subject="My first message")
        expect(page.locator(".row")).to_have_count(1)
        expect(page.get_by_text("Choose a message")).to_be_visible()
        page.close()


def test_everything_can_be_read_without_the_script(browser, inbox):
    with InboxServer(inbox) as server:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(server.url)
        page.get_by_text("Order 40218").click()
        page.locator(".tabs").get_by_text("Text").click()
        expect(page.locator(".view-text")).to_have_text("Parcel 40218 left.")
        page.locator("#query").fill("bob@")
        page.locator("#query").press("Enter")
        expect(page.locator(".row")).to_have_count(1)
        context.close()


def test_a_narrow_screen_shows_the_list_or_the_message(browser, inbox):
    with InboxServer(inbox) as server:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(server.url)
        expect(page.locator(".detail")).to_be_hidden()
        page.get_by_text("Order 40218").click()
        expect(page.locator("article h1")).to_be_visible()
        expect(page.locator(".messages")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(".back").click()
        expect(page.locator(".messages")).to_be_visible()
        page.close()

"""A recipient follows the link in a mail, in a real browser, leaves, and comes back."""

import asyncio
import threading

import pytest
import uvicorn
from playwright.sync_api import expect

from aerogram.content.tokens import LinkSigner
from aerogram.doors.tracking.app import Tracking
from aerogram.doors.tracking.pages import Pages, UnsubscribePage
from aerogram.reporting.engagement.recorder import UnsubscribePageData
from support.http_door import Quiet
from support.ports import free_port
from support.web import CONTRAST, chromium

KEY = b"k" * 32
LONG = "a.person.with.quite.a.long.address.that.must.wrap@subdomain.of.a.company.example.org"


class OneRecipient:
    """`Engagements` of one recipient, in memory."""

    def __init__(self):
        self.is_unsubscribed = False

    async def unsubscribe_page_data(self, _):
        return UnsubscribePageData(
            recipient=LONG, sender="news@example.com", is_unsubscribed=self.is_unsubscribed
        )

    async def subscribe_again(self, _):
        self.is_unsubscribed = False

    async def record(self, _):
        self.is_unsubscribed = True


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def engagements():
    return OneRecipient()


@pytest.fixture
def base(engagements):
    port = free_port()
    app = Tracking(engagements, LinkSigner(KEY))
    server = Quiet(uvicorn.Config(app, port=port, log_config=None, lifespan="off", http="httptools"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started and thread.is_alive():
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=["light", "dark"])
def page(browser, request):
    context = browser.new_context(viewport={"width": 900, "height": 760}, color_scheme=request.param)
    opened = context.new_page()
    faults = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    yield opened
    assert context.cookies() == []
    context.close()
    # The one thing that a browser asks for by itself.
    assert [fault for fault in faults if "404" not in fault] == []


def test_a_recipient_leaves_and_comes_back(page, base, engagements):
    page.goto(LinkSigner(KEY).unsubscribe_url(base, 7))
    expect(page).to_have_title("Unsubscribe from these mails?")
    expect(page.get_by_text(LONG)).to_be_visible()
    assert not engagements.is_unsubscribed
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert engagements.is_unsubscribed
    page.get_by_role("button", name="Subscribe again").click()
    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    assert not engagements.is_unsubscribed


def test_the_keyboard_is_enough_and_shows_where_it_is(page, base, engagements):
    page.goto(LinkSigner(KEY).unsubscribe_url(base, 7, "de"))
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Abmelden")
    expect(button).to_be_focused()
    expect(button).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sie sind abgemeldet")).to_be_visible()


def test_the_style_is_applied_and_nothing_overflows_a_narrow_screen(page, base):
    page.set_viewport_size({"width": 320, "height": 640})
    for language in sorted(Pages().languages):
        page.goto(LinkSigner(KEY).unsubscribe_url(base, 7, language))
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        expect(page.get_by_role("button")).to_have_css("border-radius", "12px")


def test_text_and_button_have_the_contrast_that_tired_eyes_need(page, base):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    for path in (LinkSigner(KEY).unsubscribe_url(base, 7), f"{base}/u/altered"):
        page.goto(path)
        for selector in ("h1", "p", "dt", "dd", "button"):
            for element in page.locator(selector).all():
                assert element.evaluate(CONTRAST) >= 4.5, selector


@pytest.mark.parametrize("page_state", list(UnsubscribePage))
def test_every_state_of_the_page_has_words_in_every_language(page_state):
    pages = Pages()
    for language in pages.languages:
        body, _ = pages.render(page_state, language, None)
        assert f'<html lang="{language}">'.encode() in body

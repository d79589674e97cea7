"""A subscriber fills in the form of a widget, in a real browser, and confirms by the link of the mail."""

import asyncio
import threading

import msgspec
import pytest
import uvicorn
from playwright.sync_api import expect

from aerogram.audience.signups import Form, Pending
from aerogram.base.clock import ManualClock
from aerogram.content.signup_tokens import SignupSigner
from aerogram.doors.page_layout.layout import PageLayout
from aerogram.doors.signup import pages
from aerogram.doors.signup.app import SignupDoor
from aerogram.identity.rate import RateLimiter
from aerogram.submission.authorize import Authorizer
from aerogram.wire.mime.parts import Parts
from support.authorised import AnySender
from support.http_door import Quiet
from support.ports import free_port
from support.web import CONTRAST, chromium

LONG = "a.person.with.quite.a.long.address.that.must.wrap@subdomain.of.a.company.example.org"
KEY = b"k" * 32


class OneForm:
    """`Signups` of one form, in memory."""

    def __init__(self):
        self.form_of_all = Form(
            widget_id=7,
            account_id=1,
            list_id=2,
            sender_email="news@example.com",
            sender_name="The Bakery on the Corner",
            language="en",
            subject="",
            reply_to="",
            template_id=0,
            notes=("Fresh bread and a recipe, once a month.",),
            is_sandboxed=False,
        )
        self.email = ""
        self.is_confirmed = False

    async def form(self, _):
        return self.form_of_all

    async def sign_up(self, _, email, __):
        self.email = email
        return 9

    async def find(self, _):
        return Pending(email=self.email, is_confirmed=self.is_confirmed, form=self.form_of_all)

    async def confirm(self, signup_id, _):
        self.is_confirmed = True
        return await self.find(signup_id)


class NoTemplates:
    """Stored templates, of which there are none."""

    async def find(self, *_):
        return None


class Sent:
    """An acceptor that keeps the mails."""

    def __init__(self):
        self.mails = []

    async def accept(self, submissions):
        self.mails.extend(msgspec.json.decode(each.body, type=Parts) for each in submissions)


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def signups():
    return OneForm()


@pytest.fixture
def sent():
    return Sent()


@pytest.fixture
def signer():
    return SignupSigner(KEY, f"http://127.0.0.1:{free_port()}")


@pytest.fixture(autouse=True)
def _served(signups, sent, signer):
    app = SignupDoor(
        signups, signer, NoTemplates(), Authorizer(AnySender(), None), sent, RateLimiter(None, ManualClock())
    )
    port = int(signer.form_url(7).split(":")[2].split("/")[0])
    server = Quiet(uvicorn.Config(app, port=port, log_config=None, lifespan="off", http="httptools"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started and thread.is_alive():
        threading.Event().wait(0.01)
    yield
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
    # What a browser asks for by itself, and what is answered to a wrong address and a wrong link.
    assert [fault for fault in faults if "404" not in fault and "400" not in fault] == []


def test_a_subscriber_signs_up_and_confirms(page, signups, sent, signer):
    page.goto(signer.form_url(7))
    expect(page).to_have_title("Subscribe")
    expect(page.get_by_text("Fresh bread and a recipe")).to_be_visible()
    page.get_by_label("Your email address").fill(LONG)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading")).to_have_text("Please check your mailbox")
    [mail] = sent.mails
    assert signer.confirm_url(9) in mail.text

    # The mail program's window, which has no policy of ours.
    page.goto("about:blank")
    page.set_content(mail.html)
    expect(page.get_by_role("heading")).to_have_text("Please confirm your address")
    page.get_by_role("link", name="Yes, subscribe me").click()
    expect(page.get_by_role("heading")).to_have_text("Confirm your address?")
    expect(page.get_by_text(LONG)).to_be_visible()
    assert not signups.is_confirmed
    page.get_by_role("button", name="Yes, subscribe me").click()
    expect(page.get_by_role("heading")).to_have_text("You are subscribed")
    assert signups.is_confirmed


def test_a_slip_of_the_finger_is_told_at_the_field_and_can_be_mended(page, sent, signer):
    page.goto(signer.form_url(7))
    page.get_by_label("Your email address").fill("zoe@")
    page.get_by_role("button", name="Subscribe").click()
    field = page.get_by_label("Your email address")
    expect(page.get_by_role("alert")).to_have_text("This is not a valid email address. Please check it.")
    expect(field).to_have_value("zoe@")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("This is not a valid email address. Please check it.")
    field.fill("zoe@example.net")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Please check your mailbox")
    assert len(sent.mails) == 1


def test_the_keyboard_is_enough_and_does_not_meet_the_trap(page, signer):
    page.goto(signer.form_url(7))
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your email address")).to_be_focused()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Subscribe")
    expect(button).to_be_focused()
    expect(button).to_have_css("outline-style", "solid")


def test_nothing_overflows_a_narrow_screen_in_any_language(page, signups, signer):
    page.set_viewport_size({"width": 320, "height": 640})
    signups.email = LONG
    for language in sorted(PageLayout("aerogram.doors.signup").words):
        signups.form_of_all = msgspec.structs.replace(signups.form_of_all, language=language)
        for url in (signer.form_url(7), signer.confirm_url(9)):
            page.goto(url)
            assert page.locator("html").get_attribute("lang") == language
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            expect(page.get_by_role("button")).to_have_css("border-radius", "12px")


def test_text_and_fields_have_the_contrast_that_tired_eyes_need(page, signups, signer):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    signups.email = LONG
    page.goto(signer.form_url(7))
    page.get_by_role("button", name="Subscribe").click()
    for url in ("", signer.confirm_url(9), f"{signer.form_url(7)}x"):
        if url:
            page.goto(url)
        for selector in ("h1", "p", "dt", "dd", "button", "main > form > label", "#email"):
            for element in page.locator(selector).all():
                assert element.evaluate(CONTRAST) >= 4.5, selector


def test_every_language_has_the_same_words_and_every_page_its_own():
    words = PageLayout("aerogram.doors.signup").words
    assert {frozenset(each) for each in words.values()} == {frozenset(words["en"])}
    assert {name for page in pages.SignupPage for name in (page.value, f"{page.value}_text")} <= set(
        words["en"]
    )
    assert set(words) == set(PageLayout("aerogram.doors.tracking").words)

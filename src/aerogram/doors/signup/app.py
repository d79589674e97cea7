"""The paths of double opt-in: ``/signup/…`` shows a form, ``/signup/confirm/…`` asks for confirmation.

They are public. GET and HEAD change nothing, because link scanners follow every link. The only mail that a
visitor can cause goes to the entered address and contains nothing else that was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from aerogram.base.errors import UnavailableError
from aerogram.base.networks import network_of
from aerogram.content.signup_tokens import CONFIRM, FORM
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError
from aerogram.doors.asgi.scope import SAFE_METHODS, client_ip
from aerogram.doors.asgi.whole_body import read_body
from aerogram.doors.page_layout.layout import TYPE, PageLayout
from aerogram.doors.signup.mail import confirmation, unwritten
from aerogram.doors.signup.pages import Pages, SignupPage
from aerogram.identity.gate import Public
from aerogram.model.decision import Refuse
from aerogram.submission.request import submission_of
from aerogram.wire.address import is_email, normalised

if TYPE_CHECKING:
    from aerogram.audience.signups import Form, Pending, Signups
    from aerogram.content.signup_tokens import SignupSigner
    from aerogram.content.templates.templates import Templates
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.identity.rate import RateLimiter
    from aerogram.submission.accept import Acceptor
    from aerogram.submission.authorize import Authorizer

PREFIX: Final = FORM
REQUESTS_A_MINUTE: Final = 10
"""Form submissions per minute and network: enough for a class room, too few for a flood."""
MAX_FORM_BYTES: Final = 16 * 1024
MAX_FIELDS: Final = 20
MAX_IP_CHARS: Final = 64
"""Longer than any address; a proxy may send any text as its client."""
_HEADERS: Final = (
    (b"cache-control", b"no-store, private"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"x-robots-tag", b"noindex, nofollow"),
)


class SignupDoor:
    """An ASGI application for the paths that begin with `PREFIX`."""

    guard = Public("Forms are public, and a signed link confirms one address.")

    def __init__(
        self,
        signups: Signups,
        signer: SignupSigner,
        templates: Templates,
        authorizer: Authorizer,
        acceptor: Acceptor,
        rate: RateLimiter,
    ) -> None:
        """Set up the pages; ``rate`` limits form submissions per network."""
        self._signups = signups
        self._signer = signer
        self._templates = templates
        self._authorizer = authorizer
        self._acceptor = acceptor
        self._rate = rate
        self._layout = PageLayout(__package__)
        self._pages = Pages(self._layout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] not in {*SAFE_METHODS, "POST"}:
            allowed = (*_HEADERS, (b"allow", b"GET, HEAD, POST"))
            answer = Answer(
                405, b"This page does not support that method.\n", b"text/plain; charset=utf-8", allowed
            )
        else:
            try:
                answer = await self._served(scope, receive)
            except UnavailableError:
                answer = self._answer(503, SignupPage.FAILED, "")
        await send_answer(scope, send, answer)

    async def _served(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope["path"]
        is_reading = scope["method"] in SAFE_METHODS
        if path.startswith(CONFIRM):
            signup_id = self._signer.read_confirm(path[len(CONFIRM) :])
            if signup_id is None:
                return self._answer(404, SignupPage.INVALID, "")
            if is_reading:
                return self._asked(await self._signups.find(signup_id))
            ip = client_ip(scope)[:MAX_IP_CHARS]
            return self._asked(await self._signups.confirm(signup_id, ip))
        widget_id = self._signer.read_form(path[len(FORM) :])
        form = None if widget_id is None else await self._signups.form(widget_id)
        if form is None:
            return self._answer(404, SignupPage.INVALID, "")
        if is_reading:
            return self._answer(200, SignupPage.FORM, form.language, form=form)
        if self._rate.take(network_of(client_ip(scope))):
            return self._answer(429, SignupPage.BUSY, form.language)
        return await self._signed_up(scope, receive, form)

    def _asked(self, pending: Pending | None) -> Answer:
        if pending is None:
            return self._answer(404, SignupPage.INVALID, "")
        page = SignupPage.CONFIRMED if pending.is_confirmed else SignupPage.QUESTION
        return self._answer(200, page, pending.form.language, form=pending.form, email=pending.email)

    async def _signed_up(self, scope: Scope, receive: Receive, form: Form) -> Answer:
        try:
            fields = _fields(await read_body(scope, receive, MAX_FORM_BYTES))
        except (BodyTooLargeError, BodyEncodingError, ClientGoneError, ValueError):
            fields = {}
        typed = fields.get("email", "").strip()
        if not is_email(typed):
            return self._answer(400, SignupPage.FORM, form.language, form=form, typed=typed)
        # Bots fill in every field; people do not see this one.
        is_person = not fields.get("website")
        if is_person and not await self._ask(form, normalised(typed), client_ip(scope)[:MAX_IP_CHARS]):
            return self._answer(404, SignupPage.INVALID, "")
        return self._answer(200, SignupPage.SENT, form.language, form=form, email=typed)

    async def _ask(self, form: Form, email: str, ip: str) -> bool:
        """Send the confirmation mail, unless one was sent recently; return False if the form may not send.

        This is checked first, so that the response does not reveal who is on the list. Raises `UnavailableError`
        without having done anything.
        """
        request = unwritten(form, email)
        decision = await self._authorizer.decide(request)
        if isinstance(decision, Refuse):
            return False
        signup_id = await self._signups.sign_up(form, email, ip)
        if signup_id is None:
            return True
        try:
            template = await self._templates.find(form.account_id, form.template_id)
            link = self._signer.confirm_url(signup_id)
            written = confirmation(self._layout, form, request, link, template)
            await self._acceptor.accept([submission_of(written, decision)])
        except UnavailableError:
            await self._signups.withdraw(signup_id)
            raise
        return True

    def _answer(
        self,
        status: int,
        page: SignupPage,
        language: str,
        *,
        form: Form | None = None,
        email: str = "",
        typed: str | None = None,
    ) -> Answer:
        body = self._pages.render(page, language, form=form, email=email, typed=typed)
        later = ((b"retry-after", b"60"),) if status in {429, 503} else ()
        headers = (*_HEADERS, (b"content-security-policy", self._layout.policy), *later)
        return Answer(status, body, TYPE, headers)


def _fields(body: bytes) -> dict[str, str]:
    """Parse a URL-encoded form; use the first of a repeated field. Raises `ValueError`."""
    read = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    return {name: values[0] for name, values in read.items()}

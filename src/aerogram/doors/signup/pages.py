"""The signup pages and their states."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.audience.signups import Form
    from aerogram.doors.page_layout.layout import PageLayout, PageStatus


class SignupPage(enum.Enum):
    """A page, by the key of its heading in ``words.toml``."""

    FORM = "form"
    SENT = "sent"
    QUESTION = "question"
    CONFIRMED = "confirmed"
    INVALID = "invalid"
    BUSY = "busy"
    FAILED = "failed"


_STATUSES: Final[Mapping[SignupPage, PageStatus]] = {
    SignupPage.FORM: "question",
    SignupPage.SENT: "question",
    SignupPage.QUESTION: "question",
    SignupPage.CONFIRMED: "done",
    SignupPage.INVALID: "failed",
    SignupPage.BUSY: "failed",
    SignupPage.FAILED: "failed",
}


class Pages:
    """Renders the signup pages."""

    def __init__(self, layout: PageLayout) -> None:
        self._layout = layout

    def render(
        self, page: SignupPage, language: str, *, form: Form | None, email: str = "", typed: str | None = None
    ) -> bytes:
        """Render a page. ``email`` is the address it shows; ``typed`` an entered text that is not an address."""
        return self._layout.render(
            "signup.html",
            language,
            page=page.value,
            status=_STATUSES[page],
            form=form,
            email=email,
            typed=typed,
        )

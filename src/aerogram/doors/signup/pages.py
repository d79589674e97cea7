"""The states of the pages of signups."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.audience.signups import Form
    from aerogram.doors.sheets.sheet import Mood, Sheets


class Page(enum.Enum):
    """A page, by the word that is its heading."""

    FORM = "form"
    SENT = "sent"
    QUESTION = "question"
    CONFIRMED = "confirmed"
    INVALID = "invalid"
    BUSY = "busy"
    FAILED = "failed"


_MOODS: Final[Mapping[Page, Mood]] = {
    Page.FORM: "question",
    Page.SENT: "question",
    Page.QUESTION: "question",
    Page.CONFIRMED: "done",
    Page.INVALID: "failed",
    Page.BUSY: "failed",
    Page.FAILED: "failed",
}


class Pages:
    """Renders them."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def render(
        self, page: Page, language: str, *, form: Form | None, email: str = "", typed: str | None = None
    ) -> bytes:
        """Give a page. ``email`` is the address it is about; ``typed`` what was typed in and is none."""
        return self._sheets.render(
            "signup.html",
            language,
            page=page.value,
            mood=_MOODS[page],
            form=form,
            email=email,
            typed=typed,
        )

"""The page to unsubscribe, in the language of its link: plain HTML that works without scripts."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from aerogram.doors.sheets.sheet import Sheets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.sheets.sheet import Mood
    from aerogram.reporting.engagement.recorder import Subscription


class Page(enum.Enum):
    """The states of the page."""

    QUESTION = "question"
    DONE = "done"
    BACK = "back"
    INVALID = "invalid"
    FAILED = "failed"


_ACTIONS: Final[Mapping[Page, str]] = {
    Page.QUESTION: "unsubscribe",
    Page.DONE: "subscribe",
    Page.BACK: "unsubscribe",
    Page.FAILED: "unsubscribe",
}
"""What the button of a page does."""
_MOODS: Final[Mapping[Page, Mood]] = {
    Page.QUESTION: "question",
    Page.DONE: "done",
    Page.BACK: "done",
    Page.INVALID: "failed",
    Page.FAILED: "failed",
}


class Pages:
    """Renders the page."""

    def __init__(self) -> None:
        self._sheets = Sheets(__package__)

    @property
    def languages(self) -> frozenset[str]:
        """Give the codes of the languages that the page speaks."""
        return frozenset(self._sheets.words)

    def render(self, page: Page, language: str, subscription: Subscription | None) -> tuple[bytes, bytes]:
        """Give the page and its Content-Security-Policy; without a subscription it names nobody."""
        content = self._sheets.render(
            "page.html",
            language,
            page=page.value,
            mood=_MOODS[page],
            action=_ACTIONS.get(page, ""),
            subscription=subscription,
        )
        return content, self._sheets.policy

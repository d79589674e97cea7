"""The unsubscribe page, in the language of its link: plain HTML without scripts."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from aerogram.doors.page_layout.layout import PageLayout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.page_layout.layout import PageStatus
    from aerogram.reporting.engagement.recorder import UnsubscribePageData


class UnsubscribePage(enum.Enum):
    """The states of the page."""

    QUESTION = "question"
    DONE = "done"
    BACK = "back"
    INVALID = "invalid"
    FAILED = "failed"


_ACTIONS: Final[Mapping[UnsubscribePage, str]] = {
    UnsubscribePage.QUESTION: "unsubscribe",
    UnsubscribePage.DONE: "subscribe",
    UnsubscribePage.BACK: "unsubscribe",
    UnsubscribePage.FAILED: "unsubscribe",
}
"""The action of the button for each state."""
_STATUSES: Final[Mapping[UnsubscribePage, PageStatus]] = {
    UnsubscribePage.QUESTION: "question",
    UnsubscribePage.DONE: "done",
    UnsubscribePage.BACK: "done",
    UnsubscribePage.INVALID: "failed",
    UnsubscribePage.FAILED: "failed",
}


class Pages:
    """Renders the page."""

    def __init__(self) -> None:
        self._layout = PageLayout(__package__)

    @property
    def languages(self) -> frozenset[str]:
        """Return the language codes of the page."""
        return frozenset(self._layout.words)

    def render(
        self, page: UnsubscribePage, language: str, data: UnsubscribePageData | None
    ) -> tuple[bytes, bytes]:
        """Render the page and its Content-Security-Policy; without data it shows no names."""
        content = self._layout.render(
            "page.html",
            language,
            page=page.value,
            status=_STATUSES[page],
            action=_ACTIONS.get(page, ""),
            data=data,
        )
        return content, self._layout.policy

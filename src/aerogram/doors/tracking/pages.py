"""The page to unsubscribe, in the language of its link: plain HTML that works without scripts.

The words are data: ``words.toml`` beside this file. The page loads nothing; its style stands in it, named
to the browser by its hash.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Final

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.reporting.engagement.recorder import Subscription

DEFAULT_LANGUAGE: Final = "en"
"""Of links that name none, as Mailjet's ``mj:unsub_link`` (facts: TEMPLATES.md), or one not in the words."""


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


class Pages:
    """Renders the page; reads its words and its template once."""

    def __init__(self) -> None:
        folder = resources.files(__package__)
        self._words: dict[str, dict[str, str]] = tomllib.loads(
            folder.joinpath("words.toml").read_text("utf-8")
        )
        style = folder.joinpath("templates", "page.css").read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ).encode()
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader(__package__),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.globals["style"] = style
        self._template = environment.get_template("page.html")

    @property
    def languages(self) -> frozenset[str]:
        """Give the codes of the languages that the page speaks."""
        return frozenset(self._words)

    def render(self, page: Page, language: str, subscription: Subscription | None) -> tuple[bytes, bytes]:
        """Give the page and its Content-Security-Policy; without a subscription it names nobody."""
        spoken = language if language in self._words else DEFAULT_LANGUAGE
        content = self._template.render(
            language=spoken,
            words=self._words[spoken],
            page=page.value,
            action=_ACTIONS.get(page, ""),
            subscription=subscription,
        )
        return content.encode("utf-8", "replace"), self._policy

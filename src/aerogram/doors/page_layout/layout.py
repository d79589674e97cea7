"""Render the pages of one door: its template in the common layout, its text from its ``words.toml``.

Pages need no scripts and load nothing; the style is inline and allowed by its hash in the CSP.
"""

from __future__ import annotations

import base64
import hashlib
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping

    PageStatus = Literal["question", "done", "failed"]
    """The icon and colour of a page."""

DEFAULT_LANGUAGE: Final = "en"
"""The language of links without one, such as Mailjet's ``mj:unsub_link``, or with an unknown one.

(compatibility: templates#links)
"""
TYPE: Final = b"text/html; charset=utf-8"


class PageLayout:
    """Loads text, style and templates once."""

    def __init__(self, package: str) -> None:
        """Load the door's package, which has ``words.toml`` and a folder ``templates``."""
        self.words: Mapping[str, Mapping[str, str]] = tomllib.loads(
            resources.files(package).joinpath("words.toml").read_text("utf-8")
        )
        """By language (ISO 639-1), then by name."""
        style = resources.files(__package__).joinpath("templates", "layout.css").read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy: Final = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ).encode()
        """The Content-Security-Policy of every page."""
        self._environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader([jinja2.PackageLoader(package), jinja2.PackageLoader(__package__)]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
        )
        self._environment.globals["style"] = style

    def spoken(self, language: str) -> str:
        """Return the language if it has texts, else the default."""
        return language if language in self.words else DEFAULT_LANGUAGE

    def render(self, template: str, language: str, *, page: str, status: PageStatus, **values: Any) -> bytes:
        """Render a page. ``page`` is the key of its heading; the door's template gets the values."""
        return self.fill(template, language, page=page, status=status, **values).encode("utf-8", "replace")

    def fill(self, template: str, language: str, **values: Any) -> str:
        """Render a template that is not a page."""
        spoken = self.spoken(language)
        return self._environment.get_template(template).render(
            language=spoken, words=self.words[spoken], **values
        )

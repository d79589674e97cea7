"""Generate a text part from HTML: the visible text, line by line.

Link targets follow their text in brackets; list items start with a dash or a number; the cells of a row share a line;
quotations start with ``>``. Lines are not wrapped, because mail programs wrap them to the width of their window.
"""

from __future__ import annotations

import re
from typing import Final

from aerogram.content.html_tokens import Tag, attribute, tokens_of

MAX_CHARS: Final = 1024 * 1024
"""Characters of HTML that are read; the rest is omitted."""
MAX_INDENT: Final = 6
"""The deepest nesting of lists and quotations that is shown; bounds the size of the result for hostile
input."""

_PARAGRAPHS: Final = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "pre", "ul", "ol", "dl", "hr", "form", "fieldset",
})  # fmt: skip
"""Elements separated from their surroundings by an empty line."""
_LINES: Final = frozenset({
    "div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "main", "nav", "aside", "address",
    "center", "figure", "figcaption", "caption", "body", "thead", "tbody", "tfoot", "legend", "option",
})  # fmt: skip
"""Elements that begin and end a line."""
_LISTS: Final = frozenset({"ul", "ol"})
_CELLS: Final = frozenset({"td", "th"})
_BETWEEN_CELLS: Final = "  "
_RULE: Final = "-" * 20
# Senders use long runs of invisible characters to keep the first words of a body out of previews.
_SPACES: Final = re.compile(
    r"[\u200c\u200d\u00ad]{0,4}+[\s\u200b\u034f\ufeff]++[\s\u200b\u034f\ufeff\u200c\u200d\u00ad]*+"
)
_shown_scheme: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE).match
_unseen: Final = str.maketrans("", "", "\t\r\n ")


def text_from_html(html: str) -> str:
    """Return the text, with lines ended by LF; "" when there is no visible text. Linear in time and size."""
    writer = _Writer()
    for token in tokens_of(html[:MAX_CHARS]):
        if isinstance(token, Tag):
            writer.take_tag(token)
        else:
            writer.take_text(token)
    return writer.finish()


def _collapsed(text: str) -> str:
    """Collapse each run of white space to one space."""
    if text.isspace():
        return " "
    # Most texts need no change, and searching is much faster than replacing.
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    return _SPACES.sub(" ", text)


class _Writer:
    """Lays out lines. ``_gap`` is the number of line ends required before the next text."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._ends_with_space = False
        self._gap = 0
        self._lists: list[int | None] = []
        """The number of the last item of each open list; None for an unordered list."""
        self._marker = ""
        self._quotes = 0
        self._pres = 0
        self._href = ""
        self._words: list[str] = []
        """The text written inside the open link."""

    def take_text(self, text: str) -> None:
        """Add running text."""
        if not self._pres:
            self._append(_collapsed(text))
            return
        for number, line in enumerate(text.splitlines()):
            if number:
                self._break_line()
            if self._line or line.strip():
                self._append(line.expandtabs(8), is_exact=True)

    def take_tag(self, tag: Tag) -> None:
        """Apply the effect of a tag on the layout."""
        name = tag.name
        if name == "a":
            self._end_link()
            self._href = "" if tag.is_end else attribute(tag, "href")
        elif name == "br":
            self._break_line()
        elif name == "img" and not tag.is_end:
            self._append(_collapsed(attribute(tag, "alt")))
        elif name in _CELLS and not tag.is_end:
            if self._line and not self._ends_with_space:
                self._append(_BETWEEN_CELLS)
        elif name in _PARAGRAPHS or name in _LINES:
            is_nested_list = name in _LISTS and len(self._lists) > (1 if tag.is_end else 0)
            self._end_line(2 if name in _PARAGRAPHS and not is_nested_list else 1)
            self._nest(name, opens=not tag.is_end)

    def finish(self) -> str:
        """Return the finished text."""
        self._end_link()
        self._end_line(0)
        return "\n".join((*self._lines, "")) if self._lines else ""

    def _nest(self, name: str, *, opens: bool) -> None:
        step = 1 if opens else -1
        if name == "blockquote":
            self._quotes = max(self._quotes + step, 0)
        elif name == "pre":
            self._pres = max(self._pres + step, 0)
        elif name in _LISTS and opens:
            self._lists.append(0 if name == "ol" else None)
        elif name in _LISTS and self._lists:
            self._lists.pop()
        elif name == "li" and opens:
            self._begin_item()
        elif name == "hr" and opens:
            self._append(_RULE)
            self._end_line(2)

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is None:
            self._marker = "- "
        else:
            self._lists[-1] = number + 1
            self._marker = f"{number + 1}. "

    def _append(self, text: str, *, is_exact: bool = False) -> None:
        if not is_exact and (not self._line or self._ends_with_space):
            text = text.lstrip(" ")
        if not text:
            return
        if not self._line:
            self._begin_line()
        self._line.append(text)
        self._ends_with_space = text.endswith(" ")
        if self._href:
            self._words.append(text)

    def _begin_line(self) -> None:
        if self._lines and self._gap > 1:
            self._lines.append("")
        self._gap = 0
        depth = min(len(self._lists), MAX_INDENT)
        indent = "  " * (depth - 1 if self._marker else depth)
        self._line.append("> " * min(self._quotes, MAX_INDENT) + indent + self._marker)
        self._marker = ""

    def _break_line(self) -> None:
        """Write an explicit line break; the second in a row adds an empty line."""
        self._end_line(1 if self._line else 2)

    def _end_line(self, gap: int) -> None:
        if self._line:
            self._lines.append("".join(self._line).rstrip())
            self._line.clear()
            self._gap = 0
        self._ends_with_space = False
        self._gap = max(self._gap, gap)

    def _end_link(self) -> None:
        """Write the target of a link, unless its text is the target."""
        if not self._href:
            return
        href, self._href = self._href.translate(_unseen), ""
        words, self._words = "".join(self._words).strip(), []
        scheme = _shown_scheme(href)
        if scheme is None:
            return
        bare = href[scheme.end() :]
        if words in {href, bare, bare.rstrip("/"), href.rstrip("/")}:
            return
        shown = bare if href[:1] in {"m", "M"} else href
        space = " " if self._line and not self._ends_with_space else ""
        self._append(f"{space}({shown})" if words else f"{space}{shown}")

"""A command's answer: data for programs, text for people, and the exit status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one command: ``data`` for ``--json``, ``text`` otherwise; exit status 1 unless ``is_yes``."""

    data: Any
    text: str
    is_yes: bool = True

    def rendered(self, *, as_json: bool) -> str:
        """Render as JSON or as text; JSON keeps non-ASCII characters unescaped."""
        return json.dumps(self.data, ensure_ascii=False, indent=2) if as_json else self.text


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> str:
    """Align rows under headings, or return ``empty`` when there are none."""
    if not rows:
        return empty
    lines = [list(headings), *([one_line(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def one_line(text: str) -> str:
    """Escape control characters: stored mail must not control the operator's terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def moment(milliseconds: int) -> str:
    """Format milliseconds since the epoch as RFC 3339 in UTC, to the second."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plural(amount: int, noun: str) -> str:
    """Count a noun: ``1 message``, ``2 messages``."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"

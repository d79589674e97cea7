"""What was said, as a person reads it: ``C:`` and ``S:`` lines, with notes in between.

Each reply is cut at `MAX_SHOWN_BYTES`; a conversation has few replies for each mail, so it is bounded as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.wire.smtp.client.replies import MAX_SHOWN_BYTES, readable

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import Reply


class Transcript:
    """The lines of one mail's conversation. Whoever adds a command leaves secrets and data out of it."""

    __slots__ = ("_lines",)

    def __init__(self, label: str) -> None:
        self._lines = [f"-- {label}"] if label else []

    def command(self, line: str) -> None:
        """Add what the client said."""
        self._lines.append("C: " + line)

    def reply(self, reply: Reply) -> None:
        """Add what the server said."""
        raw = reply.raw
        if b"\r" not in raw and len(raw) <= MAX_SHOWN_BYTES:
            self._lines.append("S: " + readable(raw))
            return
        self._lines.extend("S: " + readable(line) for line in raw[:MAX_SHOWN_BYTES].split(b"\r\n"))

    def note(self, text: str) -> None:
        """Add what happened besides words."""
        self._lines.append("-- " + text)

    def __str__(self) -> str:
        return "\n".join(self._lines)

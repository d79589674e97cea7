"""The transcript of a session, for people: ``C:`` and ``S:`` lines, with notes in between.

Each reply is cut at `MAX_SHOWN_BYTES`. A session has few replies for each mail, so the whole is bounded too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.wire.smtp.client.replies import MAX_SHOWN_BYTES, readable

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import ServerReply


class Transcript:
    """The lines of one mail. Callers must leave secrets and message data out of them."""

    __slots__ = ("_lines",)

    def __init__(self, label: str) -> None:
        self._lines = [f"-- {label}"] if label else []

    def command(self, line: str) -> None:
        """Add a client's command."""
        self._lines.append("C: " + line)

    def commands(self, *lines: str) -> None:
        """Add commands that were sent in one write."""
        self._lines.append("C: " + "\nC: ".join(lines))

    def reply(self, reply: ServerReply) -> None:
        """Add a server's reply."""
        raw = reply.raw
        if b"\r" not in raw and len(raw) <= MAX_SHOWN_BYTES:
            self._lines.append("S: " + readable(raw))
            return
        self._lines.extend("S: " + readable(line) for line in raw[:MAX_SHOWN_BYTES].split(b"\r\n"))

    def note(self, text: str) -> None:
        """Add an event that is neither command nor reply."""
        self._lines.append("-- " + text)

    def __str__(self) -> str:
        return "\n".join(self._lines)

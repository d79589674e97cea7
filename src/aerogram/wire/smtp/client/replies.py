"""What a server answers: replies read from any chunking of bytes (RFC 5321 §4.2).

The reader is strict: three digits, one code for all lines of a reply, lines that end with CRLF. It is
bounded: whatever a server sends, no more than one reply of `MAX_REPLY_LINES` lines is kept. What breaks
these rules becomes a `BadReply`, after which nothing more is read.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

MAX_LINE_BYTES: Final = 2_000
"""RFC 5321 §4.5.3.1.5 allows 512; real servers send long policy texts, so four times as much is read."""
MAX_REPLY_LINES: Final = 100
"""RFC 5321 names no limit; the longest EHLO replies seen have about twenty lines."""
MAX_SHOWN_BYTES: Final = 2_000
"""How much of one reply is kept in texts shown to people."""

_CODE_DIGITS: Final = 3
_CRLF: Final = b"\r\n"
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_is_plain_text: Final = re.compile(r"[2-5][0-9][0-9](?: [^ ]+)+").fullmatch
"""Tells whether a readable line needs no change to be a reply's text: words with one space between them."""
_reply_line: Final = re.compile(rb"([2-5]\d\d)(?: [^\r\n]*)?\r\n").match
"""The line that ends a reply, alone or after others."""
_UNPRINTABLE: Final = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f]")


class ServerReply(msgspec.Struct, frozen=True):
    """One complete reply. ``raw`` is all its lines joined by CRLF, without the last CRLF."""

    code: int
    raw: bytes

    @property
    def is_positive(self) -> bool:
        """Tell whether the command was carried out (2yz)."""
        return self.code // 100 == 2  # noqa: PLR2004 (the first digit of RFC 5321 §4.2.1)

    @property
    def is_intermediate(self) -> bool:
        """Tell whether the server waits for more, as after DATA (3yz)."""
        return self.code // 100 == 3  # noqa: PLR2004 (as above)

    @property
    def lines(self) -> list[str]:
        """The text of each line, without the code."""
        return [readable(line[_CODE_DIGITS + 1 :]) for line in self.raw.split(_CRLF)]

    @property
    def enhanced(self) -> str:
        """The enhanced status code of RFC 3463, as ``5.1.1``; "" when the reply has none."""
        found = _ENHANCED.match(self.lines[0])
        return found[1] if found else ""

    @property
    def text(self) -> str:
        """The whole reply as one line: code, enhanced code once, then the texts of all lines."""
        raw = self.raw
        if b"\r" not in raw:
            # Nearly every reply. Its code and enhanced code are at its start already.
            shown = readable(raw)
            if _is_plain_text(shown):
                return shown[:MAX_SHOWN_BYTES]
        enhanced = self.enhanced
        texts = (_without(enhanced, line).strip() for line in self.lines)
        words = (str(self.code), enhanced, *texts)
        return " ".join(word for word in words if word)[:MAX_SHOWN_BYTES]


class BadReply(msgspec.Struct, frozen=True):
    """What the server sent is not SMTP. ``reason`` is a sentence for people."""

    reason: str


def local_reply(code: int, text: str) -> ServerReply:
    """Make a reply of our own, for a refusal that needs no server."""
    return ServerReply(code, f"{code} {text}".encode())


def readable(raw: bytes) -> str:
    """Show a server's bytes as text: whatever is not UTF-8 or not printable is replaced."""
    text = raw.decode("utf-8", "replace")
    return text if text.isprintable() else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class ReplyReader:
    """Cuts a stream of bytes into replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._is_broken = False

    @property
    def has_unread(self) -> bool:
        """Tell whether bytes of an unfinished reply are held."""
        return bool(self._rest or self._lines)

    def feed(self, data: bytes) -> list[ServerReply | BadReply]:
        """Take the next bytes; give every reply that is complete now.

        A `BadReply` is always the last of the list, and ends the reading for good.
        """
        if self._is_broken:
            return []
        stream = self._rest + data if self._rest else data
        found: list[ServerReply | BadReply] = []
        start, length = 0, len(stream)
        while start < length:
            whole = None if self._lines else _reply_line(stream, start)
            if whole is not None and whole.end() - start <= MAX_LINE_BYTES:
                found.append(ServerReply(int(whole[1]), stream[start : whole.end() - 2]))
                start = whole.end()
                continue
            end = stream.find(_CRLF, start)
            if end < 0:
                break
            reply = self._take_line(stream[start:end])
            start = end + 2
            if reply is not None:
                found.append(reply)
                if isinstance(reply, BadReply):
                    return found
        self._rest = stream[start:]
        if len(self._rest) > MAX_LINE_BYTES or b"\n" in self._rest:
            found.append(self._break("a reply line that does not end with CRLF"))
        return found

    def _take_line(self, line: bytes) -> ServerReply | BadReply | None:
        if len(line) > MAX_LINE_BYTES:
            return self._break(f"a reply line of more than {MAX_LINE_BYTES} bytes")
        code = line[:_CODE_DIGITS]
        mark = line[_CODE_DIGITS : _CODE_DIGITS + 1]
        if not _is_code(code) or mark not in (b" ", b"-", b"") or b"\n" in line or b"\r" in line:
            return self._break(f"not an SMTP reply: {readable(line[:80])}")
        lines = self._lines
        if lines and lines[0][:_CODE_DIGITS] != code:
            return self._break("one reply with two codes")
        if mark == b"-":
            lines.append(line)
            if len(lines) >= MAX_REPLY_LINES:
                return self._break(f"a reply of more than {MAX_REPLY_LINES} lines")
            return None
        if not lines:
            return ServerReply(int(code), line)
        lines.append(line)
        self._lines = []
        return ServerReply(int(code), _CRLF.join(lines))

    def _break(self, reason: str) -> BadReply:
        self._is_broken = True
        self._rest = b""
        self._lines = []
        return BadReply(reason)


def _is_code(code: bytes) -> bool:
    """RFC 5321 §4.2: 2yz to 5yz; y and z are digits."""
    return len(code) == _CODE_DIGITS and code.isdigit() and b"2" <= code[:1] <= b"5"


def _without(enhanced: str, line: str) -> str:
    return line[len(enhanced) :] if enhanced and line.startswith(enhanced) else line

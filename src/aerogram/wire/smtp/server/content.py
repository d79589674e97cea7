"""Reads a message, up to its lone dot (DATA) or by its number of octets (BDAT), in bounded memory.

The host may take what arrived ahead of the end, to keep it elsewhere; the rest is checked as if all were here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.wire.smtp.limits import MAX_DISCARDED_BYTES
from aerogram.wire.smtp.replies import MESSAGE_TOO_BIG, Reply, flawed_message
from aerogram.wire.smtp.server.data import CRLF, END_OF_DATA, dots_unstuffed, flaw_of, worse_flaw
from aerogram.wire.smtp.server.values import Content

if TYPE_CHECKING:
    from aerogram.wire.smtp.server.input import InputBuffer

_CR: Final = 0x0D
# One more than a part of the end of data, to see the octet before it too.
_KEPT_WHILE_DROPPING: Final = len(END_OF_DATA)
_SLACK: Final = 16


class Ahead:
    """What the host took of a message before its end: the number of octets, and the worst flaw in them.

    Every piece ends where no CRLF and no stuffed dot is cut in two, so each can be checked by itself.
    """

    __slots__ = ("flaw", "size")

    def __init__(self) -> None:
        self.size = 0
        self.flaw = ""

    def take(self, piece: bytes) -> bytes:
        """Note a piece, free of stuffed dots, and give it back."""
        self.size += len(piece)
        self.flaw = worse_flaw(self.flaw, flaw_of(piece))
        return piece


def checked(data: bytes, max_bytes: int, ahead: Ahead) -> Content:
    """Check a message, free of stuffed dots, whose beginning was taken: first its size, then its line ends."""
    if ahead.size + len(data) > max_bytes:
        return Content(refusal=MESSAGE_TOO_BIG)
    flaw = worse_flaw(ahead.flaw, flaw_of(data))
    return Content(refusal=flawed_message(flaw)) if flaw else Content(data)


def take_chunks(chunks: bytearray, ahead: Ahead) -> bytes:
    """Take the octets that BDAT brought, but not a last CR: its LF may follow."""
    cut = len(chunks) - chunks.endswith(b"\r")
    piece = bytes(memoryview(chunks)[:cut])
    del chunks[:cut]
    return ahead.take(piece)


class DataReader:
    """Reads the data after DATA. The input must begin with the CRLF that ended the DATA line.

    That CRLF is also the first part of the end of an empty message (RFC 5321 §4.1.1.4).
    """

    __slots__ = (
        "_ahead",
        "_before",
        "_dropped",
        "_max_bytes",
        "_max_kept",
        "_refusal",
        "_taken",
        "max_discarded",
    )

    def __init__(self, max_bytes: int, ahead: Ahead) -> None:
        self._max_bytes = max_bytes
        self._ahead = ahead
        self._taken = 0
        """Octets taken ahead, with their stuffed dots."""
        self._before = 0
        """The octet before the first one here; 0 at the beginning."""
        self._refusal: Reply | None = None
        """Set when the message is only read to its end, to be dropped."""
        # Stuffing adds one octet to a line of at least three, so data above four thirds of the limit exceeds
        # the limit without stuffing too, and need not be kept.
        self._max_kept = max_bytes + max_bytes // 3 + _SLACK
        self._dropped = 0
        self.max_discarded = MAX_DISCARDED_BYTES
        """Octets read above that, before the connection is given up."""

    def read(self, source: InputBuffer) -> Content | None:
        """Read on; None while the message has not ended."""
        if not self._taken:
            if source.unread < len(END_OF_DATA):
                return None
            content = self._read_at_once(source)
            if content is not None:
                return content
        end = source.find(END_OF_DATA)
        if end < 0:
            return self._make_room(source)
        if self._taken + self._dropped + end > self._max_kept + self.max_discarded:
            return Content(refusal=self._refusal or MESSAGE_TOO_BIG, is_in_step=False)
        # CR CR LF before the dot: a server that does not end a line at CR CR LF sees no end of data here, and
        # reads all that follows as text of the message.
        is_in_step = (source.byte_at(end - 1) if end else self._before) != _CR
        if self._refusal is not None:
            source.skip(end + len(END_OF_DATA))
            return Content(refusal=self._refusal, is_in_step=is_in_step)
        content = checked(self._unstuffed(source, end + len(CRLF)), self._max_bytes, self._ahead)
        source.skip(len(END_OF_DATA) - len(CRLF))
        source.give_back()
        if is_in_step:
            return content
        return Content(refusal=content.refusal, is_in_step=False)

    def _read_at_once(self, source: InputBuffer) -> Content | None:
        """Read a message that came in one piece, needs no change and has no flaw, as nearly all small ones."""
        if self._refusal is not None:
            return None
        data = source.peek_message()
        if data is None or len(data) + self._ahead.size > self._max_bytes or flaw_of(data):
            return None
        source.skip(len(data) + len(END_OF_DATA))
        source.give_back()
        return Content(data)

    def take_ahead(self, source: InputBuffer) -> bytes:
        """Take what arrived, up to its last line end, which may be a part of the end of the message.

        In a line that is longer than half of what arrived, the cut is before what may be a part of the end.
        """
        if self._refusal is not None:
            return b""
        cut = source.rfind(CRLF)
        certain = len(source) - len(END_OF_DATA)
        if cut < len(source) // 2 and certain > cut + len(CRLF):
            cut = certain
        if cut <= len(CRLF):
            return b""
        self._before = source.byte_at(cut - 1)
        piece = self._ahead.take(self._unstuffed(source, cut))
        self._taken += cut
        source.give_back()
        return piece

    def refuse(self, refusal: Reply) -> None:
        """Read the message to its end, drop it, and refuse it."""
        self._refusal = self._refusal or refusal

    def _unstuffed(self, source: InputBuffer, count: int) -> bytes:
        """Take octets without their stuffed dots; at the beginning, also without the CRLF of the DATA line."""
        if self._taken:
            return source.take(count).replace(b"\r\n.", CRLF)
        source.skip(len(CRLF))
        return dots_unstuffed(source.take(count - len(CRLF)))

    def _make_room(self, source: InputBuffer) -> Content | None:
        """Drop what cannot be part of the end, once the message is refused or certainly too big."""
        seen = self._taken + self._dropped + len(source)
        if seen > self._max_kept + self.max_discarded + len(END_OF_DATA):
            return Content(refusal=self._refusal or MESSAGE_TOO_BIG, is_in_step=False)
        if self._taken + len(source) > self._max_kept:
            self.refuse(MESSAGE_TOO_BIG)
        if self._refusal is not None:
            self._dropped += source.keep_last(_KEPT_WHILE_DROPPING)
        return None


class ChunkReader:
    """Reads the octets of one BDAT into ``sink``, or discards them when it is None."""

    __slots__ = ("_remaining", "_sink", "is_last", "refusal", "size")

    def __init__(self, size: int, sink: bytearray | None, *, is_last: bool, refusal: Reply | None) -> None:
        self.size = size
        self.is_last = is_last
        self.refusal = refusal
        self._sink = sink
        self._remaining = size

    def refuse(self, refusal: Reply) -> None:
        """Discard the rest of the chunk and refuse it."""
        self.refusal = self.refusal or refusal
        self._sink = None

    def read(self, source: InputBuffer) -> bool:
        """Read on; True when the chunk is whole."""
        count = min(self._remaining, len(source))
        if self._sink is not None:
            self._sink += source.take(count)
        else:
            source.skip(count)
        source.give_back()
        self._remaining -= count
        return not self._remaining

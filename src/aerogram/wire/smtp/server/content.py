"""Reads a message, up to its lone dot (DATA) or by its number of octets (BDAT), in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.smtp.limits import MAX_DISCARDED_BYTES
from aerogram.wire.smtp.replies import MESSAGE_TOO_BIG, Reply, flawed_message
from aerogram.wire.smtp.server.data import CRLF, END_OF_DATA, dots_unstuffed, flaw_of

if TYPE_CHECKING:
    from aerogram.wire.smtp.server.input import InputBuffer

_CR: Final = 0x0D
# One more than a part of the end of data, to see the octet before it too.
_KEPT_WHILE_DROPPING: Final = len(END_OF_DATA)
_SLACK: Final = 16


class Content(msgspec.Struct, frozen=True):
    """The message that was read, or why it is refused.

    ``refusal`` is None for an acceptable message. Unless ``is_in_step``, both sides may see the end of the
    message at different places, and nothing more may be read.
    """

    data: bytes = b""
    refusal: Reply | None = None
    is_in_step: bool = True


def checked(data: bytes, max_bytes: int) -> Content:
    """Check a whole message, free of stuffed dots: first its size, then its line ends."""
    if len(data) > max_bytes:
        return Content(refusal=MESSAGE_TOO_BIG)
    flaw = flaw_of(data)
    return Content(refusal=flawed_message(flaw)) if flaw else Content(data)


class DataReader:
    """Reads the data after DATA. The input must begin with the CRLF that ended the DATA line.

    That CRLF is also the first part of the end of an empty message (RFC 5321 §4.1.1.4).
    """

    __slots__ = ("_dropped", "_max_bytes", "_max_kept")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        # Stuffing adds one octet to a line of at least three, so data above four thirds of the limit exceeds
        # the limit without stuffing too, and need not be kept.
        self._max_kept = max_bytes + max_bytes // 3 + _SLACK
        self._dropped = 0

    def read(self, source: InputBuffer) -> Content | None:
        """Read on; None while the message has not ended."""
        end = source.find(END_OF_DATA)
        if end < 0:
            return self._make_room(source)
        if self._dropped + end > self._max_kept + MAX_DISCARDED_BYTES:
            return Content(refusal=MESSAGE_TOO_BIG, is_in_step=False)
        # CR CR LF before the dot: a server that does not end a line at CR CR LF sees no end of data here, and
        # reads all that follows as text of the message.
        is_in_step = end == 0 or source.byte_at(end - 1) != _CR
        if self._dropped:
            source.skip(end + len(END_OF_DATA))
            return Content(refusal=MESSAGE_TOO_BIG, is_in_step=is_in_step)
        source.skip(len(CRLF))
        content = checked(dots_unstuffed(source.take(end)), self._max_bytes)
        source.skip(len(END_OF_DATA) - len(CRLF))
        if is_in_step:
            return content
        return Content(refusal=content.refusal, is_in_step=False)

    def _make_room(self, source: InputBuffer) -> Content | None:
        """Drop what cannot be part of the end, once the message is certainly too big."""
        seen = self._dropped + len(source)
        if seen > self._max_kept + MAX_DISCARDED_BYTES + len(END_OF_DATA):
            return Content(refusal=MESSAGE_TOO_BIG, is_in_step=False)
        if len(source) > self._max_kept:
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

    def read(self, source: InputBuffer) -> bool:
        """Read on; True when the chunk is whole."""
        count = min(self._remaining, len(source))
        if self._sink is not None:
            self._sink += source.take(count)
        else:
            source.skip(count)
        self._remaining -= count
        return not self._remaining

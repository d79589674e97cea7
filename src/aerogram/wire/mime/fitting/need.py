"""Tells cheaply whether a mail can leave as it is (RFC 5322 §2.1.1, RFC 6152 §3)."""

from __future__ import annotations

from typing import Final

from aerogram.wire.mime.lines import MAX_LINE

_LABEL: Final = b"\ncontent-transfer-encoding: "
_LABELS: Final = (_LABEL + b"8bit", _LABEL + b"binary")


def has_long_line(data: bytes, start: int = 0, end: int | None = None) -> bool:
    """Tell whether a line between two offsets is longer than `MAX_LINE`.

    The search jumps from one line end to the last one that a short line could reach, so it looks at few of them.
    """
    end = len(data) if end is None else end
    at, last = start, end - MAX_LINE
    while at < last:
        line_end = data.rfind(b"\n", at, min(at + MAX_LINE + 2, end))
        if line_end < 0:
            return True
        at = line_end + 1
    return False


def needs_seven_bit(data: bytes) -> bool:
    """Tell whether a hop without 8BITMIME would convert the mail: for its bytes, or for what its parts declare."""
    if not data.isascii():
        return True
    lowered = data.lower()
    return any(label in lowered for label in _LABELS)

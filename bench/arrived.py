"""Compares a mail that was sent with the one that arrived, after decoding."""

from __future__ import annotations

import email
import html.parser
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_SHOWN = 60
_READABLE = ("text/plain", "text/html")


def same_content(sent: bytes, arrived: bytes) -> str:
    """Compare the decoded octets of all leaves; say what differs, or return ""."""
    for before, after in zip(_leaves(sent), _leaves(arrived), strict=False):
        first, second = (each.get_payload(decode=True) or b"" for each in (before, after))
        if first.rstrip(b"\r\n") != second.rstrip(b"\r\n"):
            return _difference(before.get_content_type(), first, second)
    return _count(sent, arrived)


def same_text(sent: bytes, arrived: bytes) -> str:
    """Compare what readers see of each text, and the octets of the other leaves; say what differs, or ""."""
    for before, after in zip(_leaves(sent), _leaves(arrived), strict=False):
        kind = before.get_content_type()
        if kind in _READABLE:
            first, second = _text(before), _text(after)
        else:
            first, second = (each.get_payload(decode=True) or b"" for each in (before, after))
        if first != second:
            return _difference(kind, first, second)
    return _count(sent, arrived)


def _count(sent: bytes, arrived: bytes) -> str:
    counts = len(_leaves(sent)), len(_leaves(arrived))
    return "" if counts[0] == counts[1] else f"{counts[0]} parts became {counts[1]}"


def _leaves(mail: bytes) -> list[Message]:
    return [each for each in email.message_from_bytes(mail).walk() if not each.is_multipart()]


def _text(leaf: Message) -> str:
    """Return the words of a text, without links, with single spaces."""
    data = leaf.get_payload(decode=True) or b""
    try:
        text = data.decode(leaf.get_content_charset() or "utf-8")
    except (LookupError, UnicodeError):
        text = data.decode("latin-1")
    if leaf.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(text)
        reader.close()
        text = "".join(reader.words)
    return re.sub(r"\s+", " ", text).strip()


class _Words(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _difference(kind: str, first: str | bytes, second: str | bytes) -> str:
    pairs = zip(first, second, strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))
    return f"{kind} at {at}: {first[at:][:_SHOWN]!r} became {second[at:][:_SHOWN]!r}"

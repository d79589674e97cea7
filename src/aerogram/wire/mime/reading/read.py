"""Parses a mail for people: its headers, text, HTML and files, from any bytes (RFC 5322, RFC 2045).

Structure, content fields, charsets and encodings are read as for editing (`walk`, `content`, `charsets`). Anything
broken, or beyond a limit, is noted in `Mail.notes` and shown as well as possible.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.charsets import header_text, text_of
from aerogram.wire.mime.encoded_words import decode_words
from aerogram.wire.mime.reading.content import ATTACHMENT, HTML, content_fields, described, file_name
from aerogram.wire.mime.reading.fields import end_of_head, split_fields
from aerogram.wire.mime.reading.walk import tree_of
from aerogram.wire.mime.transfer_decoding import transfer_decoded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.wire.mime.reading.walk import Leaf

MAX_HEADERS: Final = 500
"""Headers that are shown; ordinary mail has 30."""
MAX_HEADER_BLOCK: Final = 256 * 1024
"""Octets of headers that are shown; a mail may have four times as many (`scan.MAX_HEAD`)."""

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
"""RFC 5322 §2.2: a name of printable ASCII without colon; blanks before the colon are obsolete."""
_LINE_END: Final = re.compile(rb"\r?\n")
_content_id: Final = re.compile(
    rb"^content-id[ \t]*:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE
).search
_EXTENSIONS: Final = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
}


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A part that is not the text: an attachment, or an image that the HTML shows.

    ``content_type`` is in lower case without parameters; ``content_id`` has no angle brackets, "" when
    absent; ``name`` is the mail's name for it, without folders and controls, never empty.
    """

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed mail. ``headers`` are (name, decoded value) in order; ``notes`` are sentences."""

    headers: tuple[tuple[str, str], ...]
    text: str | None = None
    html: str | None = None
    files: tuple[File, ...] = ()
    notes: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the first header of that name, decoded; "" when there is none."""
        wanted = name.lower()
        return next((value for field, value in self.headers if field.lower() == wanted), "")


def read_mail(data: bytes) -> Mail:
    """Parse a mail. Never raises for any bytes; takes time linear in their number.

    Of several texts, as a mailing list adds one with its footer, all are shown, one after the other.
    """
    has_bare_ends = data.count(b"\n") != data.count(b"\r\n")
    if has_bare_ends:
        data = _LINE_END.sub(b"\r\n", data)
    head_end, body_start = end_of_head(data)
    fields = split_fields(data[:head_end])
    tree = tree_of(data, body_start, content_fields(fields))
    texts: list[str] = []
    htmls: list[str] = []
    files: list[File] = []
    charset = next((described(leaf.fields).charset for leaf in tree.leaves if leaf.is_body), "")
    for leaf in tree.leaves:
        found = described(leaf.fields)
        raw = data[leaf.start : leaf.end]
        if has_bare_ends:
            raw = raw.replace(b"\r\n", b"\n")
        content = transfer_decoded(raw, found.encoding)
        if not leaf.is_body:
            files.append(_file(data, leaf, content, len(files) + 1, charset))
            continue
        is_html = leaf.media_type == HTML
        (htmls if is_html else texts).append(text_of(content, found.charset, is_html=is_html))
    notes = dict.fromkeys(tree.notes)
    headers = _headers(data[: min(head_end, MAX_HEADER_BLOCK)], charset, notes)
    if head_end > MAX_HEADER_BLOCK:
        notes[f"The headers are longer than {MAX_HEADER_BLOCK} bytes; the rest is not shown."] = None
    return Mail(
        headers=headers,
        text=_joined(texts),
        html=_joined(htmls),
        files=tuple(files),
        notes=tuple(notes),
    )


def _headers(head: bytes, charset: str, notes: dict[str, None]) -> tuple[tuple[str, str], ...]:
    """Parse a header section; ``charset`` is that of raw bytes which are not UTF-8."""
    found: list[tuple[str, str]] = []
    for line in split_fields(head):
        field = _FIELD.match(line.replace(b"\r\n", b""))
        if field is None:
            if line.strip():
                notes["A line in the header section is not a header; it is not shown."] = None
            continue
        if len(found) == MAX_HEADERS:
            notes[f"There are more than {MAX_HEADERS} headers; the rest is not shown."] = None
            break
        value = header_text(field[2].strip(), charset)
        found.append((field[1].decode("ascii"), decode_words(value)))
    return tuple(found)


def _joined(texts: Iterable[str]) -> str | None:
    """Join texts, each on lines of its own; None when there are none."""
    joined: str | None = None
    for text in texts:
        gap = "" if not joined or joined.endswith("\n") else "\r\n"
        joined = text if joined is None else f"{joined}{gap}{text}"
    return joined


def _file(data: bytes, leaf: Leaf, content: bytes, number: int, charset: str) -> File:
    """Describe a part that is kept as a file, the ``number``-th of its mail, whose text is in ``charset``."""
    found = _content_id(data, leaf.head_start, leaf.start)
    content_id = (
        "" if found is None else header_text(found[1]).replace("\r\n", "").strip().strip("<>").strip()
    )
    return File(
        name=file_name(leaf.fields, charset) or f"part-{number}{_EXTENSIONS.get(leaf.media_type, '.bin')}",
        content_type=leaf.media_type,
        content=content,
        content_id=content_id,
        is_inline=described(leaf.fields).disposition != ATTACHMENT and bool(content_id),
    )

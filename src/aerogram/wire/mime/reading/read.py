"""Parses a mail for people: its headers, text, HTML and files, from any bytes (RFC 5322, RFC 2045).

The structure is walked here, by offsets and within limits, because a mail can make a parser that trusts it
nest or copy without end. Parameter values are parsed by the standard library. Anything broken, or beyond a
limit, is noted in `Mail.notes` and shown as well as possible.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.encoded_words import decode_words
from aerogram.wire.mime.reading.decode import text_of, transfer_decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PARTS: Final = 200
MAX_DEPTH: Final = 20
MAX_HEADERS: Final = 500
MAX_HEADER_BLOCK: Final = 256 * 1024
MAX_PARAMETERS: Final = 8 * 1024
"""Characters of a Content-Type or Content-Disposition that are searched for parameters."""
MAX_BOUNDARY: Final = 200
"""RFC 2046 §5.1.1 allows 70; some senders use more."""
MAX_NAME: Final = 200

_END_OF_HEADERS: Final = re.compile(rb"\r?\n\r?\n")
_FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")
_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
"""RFC 5322 §2.2: a name of printable ASCII without colon; blanks before the colon are obsolete."""
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls, and the marks that reverse the writing direction to disguise a file's extension."""
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
    """Parse a mail. Never raises for any bytes; takes time linear in their number."""
    reader = _Reader(data)
    reader.walk(0, len(data), 1)
    return Mail(
        headers=tuple((name, decode_words(value)) for name, value in reader.headers),
        text=reader.text,
        html=reader.html,
        files=tuple(reader.files),
        notes=tuple(reader.notes),
    )


class _Reader:
    """Walks the parts of one mail and collects its content."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = 0
        self.headers: list[tuple[str, str]] = []
        self.text: str | None = None
        self.html: str | None = None
        self.files: list[File] = []
        self.notes: list[str] = []

    def walk(self, start: int, end: int, depth: int) -> None:
        """Parse the part between two offsets, and the parts in it."""
        self._parts += 1
        headers, body = self._headers(start, end)
        if depth == 1:
            self.headers = headers
        part = _Described(headers)
        if part.boundary and depth < MAX_DEPTH:
            is_empty = True
            for first, last in self._divided(body, end, b"--" + part.boundary):
                is_empty = False
                if self._parts >= MAX_PARTS:
                    self._note(f"The mail has more than {MAX_PARTS} parts; the rest is not shown.")
                    return
                self.walk(first, last, depth + 1)
            if not is_empty:
                return
            self._note("A multipart has no parts; it is shown as text.")
        elif part.boundary:
            self._note(f"Parts are nested more than {MAX_DEPTH} deep; the inner ones are kept as a file.")
        self._leaf(part, self._data[body:end])

    def _headers(self, start: int, end: int) -> tuple[list[tuple[str, str]], int]:
        """Parse a header block; return the fields and the offset of the body."""
        data = self._data
        for empty_line in (b"\r\n", b"\n"):
            if data.startswith(empty_line, start, end):
                return [], start + len(empty_line)
        match = _END_OF_HEADERS.search(data, start, end)
        stop, body = match.span() if match else (end, end)
        if stop - start > MAX_HEADER_BLOCK:
            self._note(f"The headers are longer than {MAX_HEADER_BLOCK} bytes; the rest is not shown.")
            stop = start + MAX_HEADER_BLOCK
        lines = _FOLD.sub(b"", data[start:stop]).split(b"\n")
        fields: list[tuple[str, str]] = []
        for line in lines:
            field = _FIELD.match(line)
            if field is None:
                if line.strip():
                    self._note("A line in the header section is not a header; it is not shown.")
                continue
            if len(fields) == MAX_HEADERS:
                self._note(f"There are more than {MAX_HEADERS} headers; the rest is not shown.")
                break
            fields.append((field[1].decode("ascii"), text_of(field[2].strip())))
        return fields, body

    def _divided(self, start: int, end: int, delimiter: bytes) -> Iterator[tuple[int, int]]:
        """Return the offsets of each part between the delimiter lines (RFC 2046 §5.1.1)."""
        data = self._data
        first = -1
        at = data.find(delimiter, start, end)
        while at >= 0:
            after = at + len(delimiter)
            if at == start or data[at - 1] == ord("\n"):
                newline = data.find(b"\n", after, end)
                line_end = end if newline < 0 else newline
                is_last = data.startswith(b"--", after, line_end)
                if is_last or not data[after:line_end].strip():
                    if first >= 0:
                        yield first, max(first, self._without_newline(at))
                    if is_last:
                        return
                    first = after = min(line_end + 1, end)
            at = data.find(delimiter, after, end)
        if first >= 0:
            self._note("A multipart does not end; the last part may be cut.")
            yield first, end

    def _without_newline(self, at: int) -> int:
        """Step back over the line break before a delimiter, which belongs to the delimiter."""
        if at and self._data[at - 1] == ord("\n"):
            at -= 1
            if at and self._data[at - 1] == ord("\r"):
                at -= 1
        return at

    def _leaf(self, part: _Described, body: bytes) -> None:
        """Keep a part without parts: as the text, as the HTML, or as a file."""
        content = transfer_decoded(body, part.encoding)
        is_body = part.disposition != "attachment" and not part.name
        if is_body and part.content_type == "text/plain" and self.text is None:
            self.text = text_of(content, part.charset)
        elif is_body and part.content_type == "text/html" and self.html is None:
            self.html = text_of(content, part.charset)
        else:
            fallback = f"part-{len(self.files) + 1}{_EXTENSIONS.get(part.content_type, '.bin')}"
            self.files.append(
                File(
                    name=part.name or fallback,
                    content_type=part.content_type,
                    content=content,
                    content_id=part.content_id,
                    is_inline=part.disposition != "attachment" and bool(part.content_id),
                )
            )

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


class _Described:
    """What the headers of a part say about it (RFC 2045 §5 and §6, RFC 2183)."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        fields = {name.lower(): value for name, value in reversed(headers)}
        described = Message()
        for name in ("content-type", "content-disposition"):
            if name in fields:
                described[name] = _UNPRINTABLE.sub(" ", fields[name][:MAX_PARAMETERS])
        self.content_type = described.get_content_type()
        self.disposition = (described.get_content_disposition() or "").strip()
        self.encoding = fields.get("content-transfer-encoding", "").strip().lower()
        self.charset = _parameter(described, "charset", "content-type")
        self.content_id = fields.get("content-id", "").strip().strip("<>").strip()
        self.name = _file_name(
            _parameter(described, "filename", "content-disposition")
            or _parameter(described, "name", "content-type")
        )
        self.boundary = b""
        if self.content_type.startswith("multipart/"):
            boundary = _parameter(described, "boundary", "content-type").rstrip()
            if 0 < len(boundary) <= MAX_BOUNDARY:
                self.boundary = boundary.encode("utf-8", "replace")


def _parameter(described: Message, name: str, header: str) -> str:
    """Return a parameter's value, decoded as in RFC 2231 and RFC 2047; "" when absent or unreadable."""
    try:
        value = described.get_param(name, "", header)
    except (ValueError, TypeError, LookupError, AttributeError):
        # The standard library fails on some malformed continuations of RFC 2231.
        return ""
    if isinstance(value, tuple):
        charset, _, encoded = value
        return text_of(str(encoded).encode("latin-1", "replace"), str(charset or ""))
    return decode_words(str(value))


def _file_name(claimed: str) -> str:
    """Make a safe file name: without folders, and with nothing hidden."""
    last = claimed.replace("\\", "/").rpartition("/")[2]
    name = _UNPRINTABLE.sub("", last).strip()
    return "" if name in {".", ".."} else name[-MAX_NAME:]

"""Parses the content fields of a part, one way for all: to show it, to edit it and to count it.

As mail programs do, the first field of a name counts, a missing semicolon or quote is forgiven, and a parameter of
RFC 2231 wins over the plain one of the same name (RFC 6266 §4.3).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from aerogram.wire.mime.charsets import header_text, text_of
from aerogram.wire.mime.encoded_words import decode_words
from aerogram.wire.mime.transfer_decoding import encoding_of

MAX_PARAMETERS: Final = 8 * 1024
"""Characters of a field that are searched for parameters."""
MAX_BOUNDARY: Final = 200
"""RFC 2046 §5.1.1 allows 70; some senders use more."""
MAX_NAME: Final = 200
"""Characters of a file's name that are kept, counted from its end, where the extension is."""
_MAX_CACHED: Final = 300
_MAX_SECTION: Final = 40

PLAIN_TEXT: Final = "text/plain"
HTML: Final = "text/html"
ATTACHMENT: Final = "attachment"
INLINE: Final = "inline"

_CHARACTERS: Final = r"[A-Za-z0-9!#$&^_.+*~%-]{1,127}"
_TYPE: Final = re.compile(rf"[\s\"']*+({_CHARACTERS})\s*+/\s*+({_CHARACTERS})")
_USUAL: Final = frozenset(
    {"text/plain", "text/html", "multipart/alternative", "multipart/mixed", "multipart/related"}
)
_usual_boundary: Final = re.compile(r'[a-z/]{1,40}; ?boundary="([!#-\[\]-~]{1,200})"\Z').match
_WORD: Final = re.compile(r"[\s\"'`]*+([A-Za-z-]+)")
_BETWEEN: Final = re.compile(r"[\s;,\"]*+")
_PARAMETER: Final = re.compile(r"""([^\s=;,"()]++)[\s]*+=\s*+("(?:[^"\\]|\\.)*+"|[^;]*+)""", re.DOTALL)
_COMMENT: Final = re.compile(r"[()\\]")
_ESCAPED: Final = re.compile(r'\\(["\\])')
_NAMES: Final = ("name", "filename")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Controls, and the marks that reverse the writing direction to disguise a file's extension."""


class ContentFields(msgspec.Struct, frozen=True):
    """The values of the fields that describe a part, unfolded; "" for absent fields.

    Bytes that are not UTF-8 are lone surrogates.
    """

    content_type: str = ""
    disposition: str = ""
    encoding: str = ""
    is_cut: bool = False
    """The fields continue beyond the examined octets."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the content fields say of a part that is not a multipart."""

    charset: str
    """The label as it was written; "" without one."""
    encoding: str
    """One of `aerogram.wire.mime.transfer_decoding`."""
    disposition: str
    """`ATTACHMENT`, `INLINE`, another word in lower case, or "" without one."""
    is_named: bool
    """It has a file name."""


def content_fields(fields: list[bytes]) -> ContentFields:
    """Find the content fields among the fields of a header section; the first of each with a value counts."""
    content_type = disposition = encoding = ""
    for field in fields:
        if field[:8].lower() != b"content-":
            continue
        name, _, value = field.partition(b":")
        name = name.strip().lower()
        if name == b"content-type":
            content_type = content_type or _text(value)
        elif name == b"content-disposition":
            disposition = disposition or _text(value)
        elif name == b"content-transfer-encoding":
            encoding = encoding or _text(value)
    return ContentFields(content_type, disposition, encoding)


def _text(value: bytes) -> str:
    return value.replace(b"\r\n", b"").decode("utf-8", "surrogateescape").strip(" \t")


def media_type_of(content_type: str, default: str = PLAIN_TEXT) -> str:
    """Return the media type in lower case; the default when there is none (RFC 2045 §5.2)."""
    usual = content_type.partition(";")[0]
    if usual in _USUAL:
        return usual
    found = _TYPE.match(content_type, _after_comments(content_type, 0) if "(" in content_type else 0)
    return default if found is None else f"{found[1]}/{found[2]}".lower()


def boundary_of(content_type: str) -> str:
    """Return the boundary of a multipart; "" when it names none."""
    usual = _usual_boundary(content_type)
    if usual is not None:
        return usual[1]
    parameters = parameters_of(content_type)
    # As it was written: its bytes are compared, not its characters.
    boundary = parameters.get("boundary") or parameter(parameters, "boundary")
    return boundary if len(boundary) <= MAX_BOUNDARY else ""


def described(fields: ContentFields) -> Described:
    """Parse the content fields of a part."""
    values = fields.content_type, fields.disposition, fields.encoding
    # Most mail has one of a few combinations; a hostile one must not fill the memory.
    return _described(*values) if sum(map(len, values)) <= _MAX_CACHED else _described.__wrapped__(*values)


@lru_cache(maxsize=1024)
def _described(content_type: str, disposition: str, encoding: str) -> Described:
    typed = parameters_of(content_type)
    disposed = parameters_of(disposition)
    word = _WORD.match(disposition, _after_comments(disposition, 0))
    kind = "" if word is None else word[1].lower()
    return Described(
        charset=parameter(typed, "charset"),
        encoding=encoding_of(encoding),
        disposition=ATTACHMENT if kind.startswith("attach") else kind,
        is_named=bool(_named(disposed, typed)),
    )


def file_name(fields: ContentFields, charset: str = "") -> str:
    """Return the name of a file: without folders, and with nothing hidden; "" when it has none.

    Raw bytes that are not UTF-8 are in the charset of the file, else in the given one, which is that of the mail.
    """
    typed = parameters_of(fields.content_type)
    claimed = _named(parameters_of(fields.disposition), typed, parameter(typed, "charset") or charset)
    last = claimed.replace("\\", "/").rpartition("/")[2]
    name = _UNPRINTABLE.sub("", last).strip()
    return "" if name in {".", ".."} else name[-MAX_NAME:]


def _named(disposed: dict[str, str], typed: dict[str, str], charset: str = "") -> str:
    return parameter(disposed, "filename", charset) or parameter(typed, "name", charset)


def parameters_of(value: str) -> dict[str, str]:
    """Return the parameters of a field as written, by their names in lower case; the first of a name counts."""
    if ";" not in value and "=" not in value:
        return {}
    value = _UNPRINTABLE.sub(" ", value[:MAX_PARAMETERS])
    found: dict[str, str] = {}
    start = _TYPE.match(value, _after_comments(value, 0)) or _WORD.match(value)
    at = 0 if start is None or value.startswith("=", _between_end(value, start.end())) else start.end()
    while at < len(value):
        at = _after_comments(value, _between_end(value, at))
        match = _PARAMETER.match(value, at)
        if match is None:
            at = value.find(";", at) + 1
            if not at:
                break
            continue
        at = match.end()
        name = match[1].lower()
        found.setdefault(name, _written(match[2], is_name=name.startswith(_NAMES)))
    return found


def _written(value: str, *, is_name: bool) -> str:
    """Return a value without its quotes; unquoted, only names hold blanks."""
    if value.startswith('"'):
        if value.endswith('"') and len(value) > 1:
            return _ESCAPED.sub(r"\1", value[1:-1]).strip()
        value = value[1:]
    value = value.strip()
    return value if is_name or not value else value.split(None, 1)[0]


def parameter(parameters: dict[str, str], name: str, charset: str = "") -> str:
    """Return a parameter's value, decoded as in RFC 2231 and RFC 2047; "" when it is absent.

    ``charset`` is the label for raw bytes that are not UTF-8.
    """
    plain = parameters.get(name, "")
    if len(parameters) == (1 if plain else 0):
        return _decoded(plain, charset) if plain else ""
    single = parameters.get(f"{name}*")
    if single:
        return _extended([(True, single)])
    sections: list[tuple[int, bool, str]] = []
    for key, value in parameters.items():
        own, _, rest = key.partition("*")
        number = rest.removesuffix("*")
        if own == name and number.isascii() and number.isdigit() and len(number) <= _MAX_SECTION:
            sections.append((int(number), rest.endswith("*"), value))
    if sections:
        ordered = [(is_extended, value) for _, is_extended, value in sorted(sections)]
        if any(is_extended for is_extended, _ in ordered):
            return _extended(ordered)
        plain = "".join(value for _, value in ordered)
    return _decoded(plain, charset)


def _extended(sections: list[tuple[bool, str]]) -> str:
    """Decode values of RFC 2231 §4; the first begins with ``charset'language'``."""
    label, content = "", b""
    for number, (is_extended, value) in enumerate(sections):
        text = value
        if number == 0 and is_extended:
            parts = text.strip('"').split("'", 2)
            if len(parts) == 3:  # noqa: PLR2004 (charset, language, text)
                label, _, text = parts
        raw = text.encode("utf-8", "surrogateescape")
        content += unquote_to_bytes(raw) if is_extended else raw
    return text_of(content, label)


def _decoded(value: str, charset: str) -> str:
    if not value.isascii():
        value = header_text(value.encode("utf-8", "surrogateescape"), charset)
    return decode_words(value)


def _between_end(value: str, at: int) -> int:
    found = _BETWEEN.match(value, at)
    return at if found is None else found.end()


def _after_comments(value: str, at: int) -> int:
    """Return the offset after blanks and comments, which may be nested (RFC 5322 §3.2.2)."""
    at = _between_end(value, at)
    depth = 0
    while depth or value.startswith("(", at):
        found = _COMMENT.search(value, at)
        if found is None:
            return len(value)
        at = found.end()
        if found[0] == "\\":
            at += 1
        else:
            depth += 1 if found[0] == "(" else -1
        if not depth:
            at = _between_end(value, at)
    return at

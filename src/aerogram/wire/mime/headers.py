"""Safe writing of header fields: encoded, quoted, folded, and always exactly one field.

Every function returns whole fields with their final CRLF. Text with CR, LF or NUL is refused by
`HeaderError`, never silently folded: one caller's line break would be an attacker's header for the next hop.

Lines have at most 78 characters where they can be folded, and never more than 998 octets (RFC 5322 §2.1.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.address import is_email, normalised, wire_form
from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.encoded_words import encode_words
from aerogram.wire.mime.lines import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aerogram.wire.mime.parts import Mailbox

FOLD_AT: Final = 78
"""Characters that a line should not exceed (RFC 5322 §2.1.1)."""
_FOLD_ENCODED_AT: Final = 76
"""The same for lines with encoded words (RFC 2047 §2)."""
_MAX_QUOTED_NAME: Final = 60
"""Longer quoted names are written as encoded words, which can be folded anywhere."""

STRUCTURED: Final = frozenset(
    {
        "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post", "list-subscribe", "list-help",
        "list-post", "list-owner", "list-archive", "list-id", "auto-submitted", "precedence", "feedback-id",
    }
)  # fmt: skip
"""Fields that machines read: encoded words would change their meaning (RFC 2047 §5)."""

_is_name: Final = re.compile(r"[!-9;-~]{1,76}\Z").match  # ftext (RFC 5322 §2.2)
_is_printable_ascii: Final = re.compile(r"[ -~]*\Z").match
_is_unquoted_name: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z"
).match
_breaks_lines: Final = re.compile(r"[\r\n\0]").search
# A word with the white space before it: a value may be folded between them.
_words: Final = re.compile(r"[ \t]*[^ \t]+").findall
_QUOTE: Final = str.maketrans({'"': '\\"', "\\": "\\\\"})


def encode_text(name: str, value: str) -> bytes:
    """Write a field of free text (Subject, Comments) that decodes to ``value``.

    White space around the value is dropped. Raises `HeaderError` for CR, LF, NUL, half a surrogate pair, or
    an invalid name.
    """
    value = value.strip(" \t")
    if _is_printable_ascii(value) is not None and "=?" not in value:
        return _write_ascii(name, value, is_text=True)
    _check_name(name)
    return _write_encoded(name, value)


def encode_custom(name: str, value: str) -> bytes:
    """Write a field of any kind.

    ASCII stays as it is, so the caller may pass encoded text. The rest becomes encoded words, except in the
    fields of `STRUCTURED`. Raises `HeaderError` as `encode_text` does, and for a structured value that is not
    ASCII or cannot be folded.
    """
    value = value.strip(" \t")
    is_text = name.lower() not in STRUCTURED
    if _is_printable_ascii(value) is not None or (value.isascii() and value.replace("\t", " ").isprintable()):
        return _write_ascii(name, value, is_text=is_text)
    _check_name(name)
    if not is_text:
        _refuse_line_breaks(name, value)
        raise HeaderError(f"The header {name} must hold only printable ASCII characters.")
    return _write_encoded(name, value)


def encode_mailboxes(name: str, mailboxes: Sequence[Mailbox]) -> bytes:
    """Write a field of addresses; names are quoted or encoded, domains are written in ASCII.

    A local part beyond ASCII makes the line UTF-8, for SMTPUTF8 hops only (RFC 6532). Raises `HeaderError`
    for characters that break lines, in names and in addresses.
    """
    if len(mailboxes) == 1:
        mailbox = mailboxes[0]
        shown = mailbox.name
        if (not shown or _is_unquoted_name(shown) is not None) and "=?" not in shown:
            line = (
                f"{name}: {shown} <{_address(name, mailbox)}>"
                if shown
                else f"{name}: {_address(name, mailbox)}"
            )
            if len(line) <= FOLD_AT:
                return f"{line}\r\n".encode()
    pieces: list[str] = []
    for mailbox in mailboxes:
        pieces += _mailbox_pieces(name, mailbox)
        pieces[-1] += ","
    pieces[-1] = pieces[-1][:-1]
    return fold(name, pieces)


def _address(name: str, mailbox: Mailbox) -> str:
    if not is_email(mailbox.email):
        raise HeaderError(f"{mailbox.email[:80]!r} in {name} is not an email address.")
    return wire_form(mailbox.email if mailbox.email.isascii() else normalised(mailbox.email))


def _mailbox_pieces(name: str, mailbox: Mailbox) -> list[str]:
    address = _address(name, mailbox)
    shown = mailbox.name.strip(" \t")
    if not shown:
        return [f" {address}"]
    if _is_printable_ascii(shown) is None or "=?" in shown or len(shown) > _MAX_QUOTED_NAME:
        _refuse_line_breaks(name, shown)
        words = _encode(name, shown, len(name) + 2)
        return [*(f" {word}" for word in words), f" <{address}>"]
    if _is_unquoted_name(shown) is None:
        shown = f'"{shown.translate(_QUOTE)}"'
    return [f" {shown}", f" <{address}>"]


def fold(
    name: str, pieces: Iterable[str], *, at: int = _FOLD_ENCODED_AT, may_begin_empty: bool = True
) -> bytes:
    """Join pieces, each with the white space before it, into a field; break lines before pieces.

    With ``may_begin_empty`` the first line may be the name alone, if that keeps the next one short. Raises
    `HeaderError` when one piece is longer than a line may be.
    """
    lines = [f"{name}:"]
    width = len(name) + 1
    for piece in pieces:
        length = len(piece)
        # A character is at most four octets of UTF-8, so short pieces need no counting.
        if length > MAX_LINE // 4 and len(piece.encode()) > MAX_LINE:
            raise HeaderError(
                f"The header {name} has a word of more than {MAX_LINE} characters, too long for a line."
            )
        # An empty first line is avoided where it would not help.
        may_break = len(lines) > 1 or (length <= at and may_begin_empty) or width + length > MAX_LINE
        if width + length > at and may_break:
            lines.append("\r\n")
            width = 0
        lines.append(piece)
        width += length
    lines.append("\r\n")
    return "".join(lines).encode()


def _check_name(name: str) -> None:
    if _is_name(name) is None:
        raise HeaderError(f"{name[:80]!r} is not a valid header name.")


def _refuse_line_breaks(name: str, value: str) -> None:
    if _breaks_lines(value) is not None:
        raise HeaderError(f"The header {name} holds a line break or a NUL character.")


def _write_ascii(name: str, value: str, *, is_text: bool) -> bytes:
    _check_name(name)
    if len(name) + len(value) + 2 <= FOLD_AT:
        return f"{name}: {value}\r\n".encode() if value else f"{name}:\r\n".encode()
    pieces = _words(" " + value)
    if is_text and any(len(piece) > MAX_LINE for piece in pieces):
        return _write_encoded(name, value)
    # Simple parsers of machine-read fields find no value when the first line is empty.
    return fold(name, pieces, at=FOLD_AT, may_begin_empty=is_text)


def _write_encoded(name: str, value: str) -> bytes:
    _refuse_line_breaks(name, value)
    return fold(name, [f" {word}" for word in _encode(name, value, len(name) + 2)])


def _encode(name: str, value: str, column: int) -> list[str]:
    try:
        return encode_words(value, first_width=_FOLD_ENCODED_AT - column)
    except UnicodeEncodeError as error:
        raise HeaderError(
            f"The header {name} holds half of a surrogate pair, which is not a character."
        ) from error

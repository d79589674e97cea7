"""The relaxed forms of header fields and bodies (RFC 6376 §3.4.2, §3.4.4)."""

from __future__ import annotations

import re
from typing import Final

_trailing_line_ends: Final = re.compile(rb"(?:\r\n)+\Z").search


def relaxed_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return the fields of a header section as (lower-case name, relaxed value) pairs, in order."""
    fields = []
    for field in reduced_fields(head):
        name, _, value = field.partition(b":")
        fields.append((relaxed_name(name), value.strip(b" ")))
    return fields


def reduced_fields(head: bytes) -> list[bytes]:
    """Return the fields of a header section unfolded, with runs of white space as one space.

    White space is left around the colon and at the end; the rest is as written. What is not wanted of the fields
    costs nothing more.
    """
    # White space is reduced in the whole section at once, which is faster than field by field.
    if b"\r\n " in head or b"\r\n\t" in head:
        head = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    return _with_single_spaces(head).split(b"\r\n")


def relaxed_name(name: bytes) -> bytes:
    """Return the name of one of `reduced_fields` in lower case, without the space before the colon."""
    return name.rstrip(b" ").lower()


def relaxed_body(body: bytes) -> bytes:
    """Return a body with white space runs as one space, none at line ends, and no empty lines at the end.

    A body of empty lines only becomes empty; any other ends with one CRLF.
    """
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    body = _with_single_spaces(body)
    if b" \r\n" in body:
        body = body.replace(b" \r\n", b"\r\n")
    return _without_trailing_lines(body)


def _with_single_spaces(text: bytes) -> bytes:
    if b"\t" in text:
        text = text.replace(b"\t", b" ")
    # Each pass halves the longest run, and costs less than one match of a pattern.
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text


def _without_trailing_lines(body: bytes) -> bytes:
    text = body.rstrip(b"\r\n")
    tail = len(body) - len(text)
    if body[len(text) :] != b"\r\n" * (tail // 2):
        # A bare CR or LF is content; only whole CRLFs after it are line ends.
        found = _trailing_line_ends(body, len(text))
        text = body if found is None else body[: found.start()]
    return text + b"\r\n" if text else b""

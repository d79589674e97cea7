"""Parsers of single values for both versions, each with its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.flawed_json import nul_in
from aerogram.base.nesting import is_deeper
from aerogram.doors.http.send.shared import errors, limits
from aerogram.doors.http.send.shared.merging import overlay
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.model.message import Rank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.names import JsonObject

RANKS: Final[Mapping[int, Rank]] = {0: Rank.LOW, 1: Rank.FRONT_LOW, 2: Rank.HIGH, 3: Rank.FRONT_HIGH}
"""Priority: 0 low, 1 front of low, 2 high (the default), 3 front of high.

(compatibility: send-v31#properties)
"""
_encode: Final = msgspec.json.Encoder().encode
_MAX_DIGITS: Final = 19
"""Digits of the largest id, a signed 64-bit number."""


def text(path: str, value: Any, findings: Findings) -> str:
    """Parse a text that becomes the mail's content."""
    if isinstance(value, str):
        return value
    findings.errors.append(errors.wrong_type(path, "string"))
    return ""


def kept_text(path: str, value: Any, findings: Findings) -> str:
    """Parse a text that is stored with the mail and returned in events."""
    read = text(path, value, findings)
    if "\0" in read:
        findings.errors.append(errors.nul_character(path))
    return read


def has_control_characters(text: str) -> bool:
    """Return whether a text contains CR, LF or NUL, which could inject a header."""
    return not text.isprintable() and ("\n" in text or "\r" in text or "\0" in text)


def header_text(path: str, value: Any, findings: Findings) -> str:
    """Parse a text for a header of the mail (RFC 5322 section 2.2: no CR, no LF)."""
    read = text(path, value, findings)
    if has_control_characters(read):
        findings.errors.append(errors.control_characters(path))
    return read


def limited(
    parser: Callable[[str, Any, Findings], str], max_length: int
) -> Callable[[str, Any, Findings], str]:
    """Return a parser that reports texts longer than ``max_length`` characters."""

    def read_limited(path: str, value: Any, findings: Findings) -> str:
        read = parser(path, value, findings)
        if len(read) > max_length:
            findings.errors.append(errors.too_long(path, max_length))
        return read

    return read_limited


def whole_number(value: object) -> int:
    """Parse a non-negative integer, as a JSON number or string; -1 for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
        return int(value)
    return -1


def variables(path: str, value: Any, findings: Findings) -> JsonObject:
    """Parse an object of any values."""
    if not isinstance(value, dict):
        findings.errors.append(errors.wrong_type(path, "object"))
        return {}
    if len(value) > limits.MAX_VARIABLES:
        findings.errors.append(errors.too_many(path, limits.MAX_VARIABLES))
    if is_deeper(value, limits.MAX_DEPTH):
        findings.errors.append(errors.too_deep(path, limits.MAX_DEPTH))
        return {}
    if value and b"\\u0000" in _encode(value) and (flaw := nul_in(value)) is not None:
        findings.errors.append(errors.flawed(f"{path}.{flaw.place()}", flaw.holds))
    return value


def _limited_type(parser: Callable[[str, Any, Findings], str], max_length: int) -> PropertyType:
    return PropertyType(
        parser=limited(parser, max_length),
        schema={"type": "string", "maxLength": max_length},
        errors=("mj-0004", "mj-0005", "mj-0006"),
    )


KEPT_TEXT: Final = PropertyType(parser=kept_text, schema={"type": "string"}, errors=("mj-0004", "mj-0005"))
TEXT: Final = KEPT_TEXT
"""A part of the mail."""
HEADER_TEXT: Final = PropertyType(
    parser=header_text, schema={"type": "string"}, errors=("mj-0004", "mj-0005")
)
SUBJECT: Final = _limited_type(header_text, limits.MAX_SUBJECT)
CAMPAIGN: Final = _limited_type(kept_text, limits.MAX_CAMPAIGN)
URL_TAGS: Final = _limited_type(kept_text, limits.MAX_URL_TAGS)
"""A URL-encoded query string."""
VARIABLES: Final = PropertyType(
    parser=variables,
    schema={"type": "object", "maxProperties": limits.MAX_VARIABLES},
    errors=("mj-0004", "mj-0005", "mj-0008"),
    merge=overlay,
)

"""xtext: any ASCII text written as one word of an SMTP parameter (RFC 3461 §4)."""

from __future__ import annotations

import re
from typing import Final

_XTEXT: Final = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_ESCAPE: Final = re.compile(r"\+([0-9A-F]{2})")
_UNSAFE: Final = re.compile(r"[^!-*,-<>-~]")


def is_xtext(text: str) -> bool:
    """Tell whether ``text`` is xtext of at least one character."""
    return _XTEXT.fullmatch(text) is not None


def encode_xtext(text: str) -> str:
    """Write ASCII text as xtext. Raises ValueError for what lies beyond ASCII."""
    if not text.isascii():
        raise ValueError("xtext carries ASCII only")
    return _UNSAFE.sub(lambda found: f"+{ord(found[0]):02X}", text)


def decode_xtext(text: str) -> str:
    """Read xtext; the answer may hold any character up to 255, line breaks too. Never raises.

    What is no escape stays as it is.
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)

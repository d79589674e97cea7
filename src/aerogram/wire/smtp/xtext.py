"""xtext: ASCII text encoded as one word of an SMTP parameter (RFC 3461 §4)."""

from __future__ import annotations

import re
from typing import Final

_XTEXT: Final = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_ESCAPE: Final = re.compile(r"\+([0-9A-F]{2})")


def is_xtext(text: str) -> bool:
    """Tell whether ``text`` is xtext of at least one character."""
    return _XTEXT.fullmatch(text) is not None


def decode_xtext(text: str) -> str:
    """Decode xtext; the result may have any character up to 255, line breaks too. Never raises.

    Text that is not an escape stays as it is.
    """
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)

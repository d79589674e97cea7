"""Character references inside attribute values (WHATWG HTML 13.2.5.72 to 13.2.5.80).

`html.unescape` follows the rules of running text, by which ``?a=1&region=2`` contains the sign ®. In an
attribute, a reference without a semicolon is plain text when a letter, a digit or ``=`` follows.
"""

from __future__ import annotations

import html
import re
from html.entities import html5
from typing import Final

_REFERENCE: Final = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]++|[0-9]++);?+|([a-zA-Z][a-zA-Z0-9]*+)(;?+))(=?)")
_MOST_DIGITS: Final = 7
"""Most digits of a code point; longer numbers are invalid."""
_REPLACEMENT: Final = "\ufffd"


def decode_attribute(value: str) -> str:
    """Decode the character references of an attribute value."""
    return _REFERENCE.sub(_decoded, value) if "&" in value else value


def encode_attribute(text: str) -> str:
    """Encode a text for a quoted attribute value."""
    return html.escape(text, quote=True)


def _decoded(match: re.Match[str]) -> str:
    whole, name, semicolon, equals = match[0], match[1], match[2], match[3]
    if name is None:
        digits = whole[2:].strip(";=").lstrip("xX").lstrip("0")
        reference = whole.removesuffix("=").removesuffix(";") + ";"
        return (html.unescape(reference) if len(digits) <= _MOST_DIGITS else _REPLACEMENT) + equals
    is_reference = bool(semicolon) or not equals
    found = html5.get(name + semicolon) if is_reference else None
    return whole if found is None else found + equals

"""Read the cells of a spreadsheet as people mean them: invisible characters, no-break spaces, links. No IO."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_INVISIBLE: Final = dict.fromkeys(
    (
        0x00AD,  # soft hyphen
        0x034F,  # combining grapheme joiner
        0x061C,  # Arabic letter mark
        0x180E,  # Mongolian vowel separator
        *range(0x200B, 0x2010),  # zero-width space, joiners, marks of direction
        *range(0x202A, 0x202F),  # embeddings and overrides of direction
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
        *range(0xFE00, 0xFE10),  # variation selectors
        0xFEFF,  # byte order mark, zero-width no-break space
        *range(0xFFF9, 0xFFFC),  # interlinear annotations
        *range(0x20),
        *range(0x7F, 0xA0),
    )
)
"""Characters that no address has and that nobody sees; web pages, PDF files and mail clients leave them in copies."""
for _space in "\t\n\v\f\r\x85":
    _INVISIBLE[ord(_space)] = " "
_PLAIN: Final = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {
    0xFE6B: 0x40,
    0x3002: 0x2E,
    0xFF61: 0x2E,
}
"""Full-width forms of ASCII, a small at sign, and the full stops of domains in East Asia (RFC 3490 §3.1)."""
_NAMED: Final = re.compile(r"(?P<name>[^<>]*)<\s*(?P<address>[^<>\s]+)\s*>")
_LINK: Final = "mailto:"
_QUOTES: Final = "\"'\u2018\u2019\u201c\u201d\u00ab\u00bb"
_PAIRS: Final = {
    '"': '"',
    "'": "'",
    "\u2018": "\u2019",
    "\u201c": "\u201d",
    "\u201e": "\u201c",
    "\u00ab": "\u00bb",
}
_AFTER: Final = ",;"


class Addressee(NamedTuple):
    """The address that a cell holds, and the name beside it, or ""."""

    address: str
    name: str = ""


def visible(cell: str) -> str:
    """Return a cell without invisible characters, and without spaces of any kind around it."""
    return (cell if cell.isascii() and cell.isprintable() else cell.translate(_INVISIBLE)).strip()


def addressee_of(cell: str) -> Addressee:
    """Read ``ann@example.net``, ``mailto:ann@example.net`` or ``Ann <ann@example.net>``; the address may be invalid."""
    text = visible(cell)
    if not text.isascii():
        text = text.translate(_PLAIN).strip()
    found = _NAMED.fullmatch(text.rstrip(_AFTER))
    name = ""
    if found is not None:
        name, text = _unquoted(found["name"].strip()), found["address"]
    address = _unquoted(text.rstrip(_AFTER)).strip()
    if address[: len(_LINK)].lower() == _LINK:
        address = address[len(_LINK) :].partition("?")[0]
    return Addressee(address, name)


def _unquoted(text: str) -> str:
    """Drop the quotes around a text."""
    is_quoted = len(text) > 1 and _PAIRS.get(text[0]) == text[-1]
    return text[1:-1] if is_quoted else text

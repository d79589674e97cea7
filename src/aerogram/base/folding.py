"""Case folding by one table, so that Python, SQLite and PostgreSQL agree on it.

The table has the Latin, Greek and Cyrillic letters up to U+052F whose lower-case form is a single character.
The built-in lower-casing of the three differs by version and by locale of the server.
"""

from __future__ import annotations

from typing import Final

_LAST: Final = 0x52F
"""The end of the Cyrillic supplement."""
_LARGE: Final = tuple(
    letter
    for letter in map(chr, range(_LAST + 1))
    if letter.isupper() and len(letter.lower()) == 1 and letter.lower() != letter
)
LARGE: Final = "".join(_LARGE)
SMALL: Final = "".join(letter.lower() for letter in _LARGE)
"""The lower-case form of each letter of `LARGE`, in the same order."""
_TABLE: Final = str.maketrans(LARGE, SMALL)


def folded(text: str) -> str:
    """Lower-case the letters of the table; the length does not change."""
    return text.lower() if text.isascii() else text.translate(_TABLE)

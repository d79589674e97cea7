"""Letters whose case is ignored: one table, so that Python, SQLite and PostgreSQL ignore the same ones.

It has the letters of Latin, Greek and Cyrillic up to U+052F that have one small form of one character. What
each of the three calls lower case by itself differs with its version and with the locale of the server.
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
"""The small form of each letter of `LARGE`, in the same order."""
_TABLE: Final = str.maketrans(LARGE, SMALL)


def folded(text: str) -> str:
    """Give the text in small letters, as far as the table goes; its length stays."""
    return text.lower() if text.isascii() else text.translate(_TABLE)

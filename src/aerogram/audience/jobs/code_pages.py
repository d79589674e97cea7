"""Guess the code page of a spreadsheet's file that is not in Unicode, from its lines beyond ASCII. No IO.

Excel writes "CSV" in the code page of the country that the system is set to. Most are Windows-1252, and a wrong guess
corrupts names silently. So a file in which all words beyond ASCII look like words of Western Europe is
Windows-1252; the statistics of chardet decide about the others, among the code pages that spreadsheets write.
A client that knows better names the charset. (decision 51)
"""

from __future__ import annotations

import re
from typing import Final

from aerogram.audience.jobs.code_page.likeliest import likeliest
from aerogram.audience.jobs.text_lines import EAST_ASIAN

WESTERN: Final = "windows-1252"
CODE_PAGES: Final = (
    *(f"windows-{number}" for number in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 874)),
    *EAST_ASIAN,
    *("macintosh", "IBM850", "KOI8-R", "KOI8-U"),
    *(f"ISO-8859-{number}" for number in (2, 5, 7, 13, 15)),
)
"""The code pages of Windows, of Mac OS and of DOS in Western Europe, and of older systems in Russia."""
_OF_CHARDET: Final = {
    **{
        f"cp{number}": f"windows-{number}" for number in (1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 874)
    },
    "cp932": "Shift_JIS",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp949": "EUC-KR",
    "mac-roman": "macintosh",
    "cp850": "IBM850",
    "koi8-r": "KOI8-R",
}
"""Our names by those of chardet. A client has to name Windows-1258: chardet takes it for Windows-1252."""
_CHARDET_NAMES: Final = (*(name for name in _OF_CHARDET if name != "mac-roman"), "macroman")
MAX_ODD_SHARE: Final = 0.1
"""The share of words that may look odd in a file of Windows-1252; our choice, measured with names of 15 countries."""
MIN_LETTERS: Final = 8
"""With fewer letters beyond ASCII, statistics say nothing, and only words that look odd raise a doubt."""
MIN_LETTERS_OF_STATISTICS: Final = 40
"""Octets beyond ASCII from which statistics decide; our choice: about ten names."""
_LAST_OF_ASCII: Final = 0x7F
_MOST_LETTERS_TOGETHER: Final = 2
"""Accented letters that follow one another in languages of Western Europe."""
_WORD: Final = re.compile(r"[^\s;,|\"\u201c\u201d\u201e\u00ab\u00bb()/]+")
_LETTERS: Final = frozenset(
    "\u00c0\u00c1\u00c2\u00c3\u00c4\u00c5\u00c6\u00c7\u00c8\u00c9\u00ca\u00cb\u00cc\u00cd\u00ce\u00cf\u00d0\u00d1\u00d2\u00d3\u00d4\u00d5\u00d6\u00d8"
    "\u00d9\u00da\u00db\u00dc\u00dd\u00de\u00df\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5\u00e6\u00e7\u00e8\u00e9\u00ea\u00eb\u00ec\u00ed\u00ee\u00ef\u00f0"
    "\u00f1\u00f2\u00f3\u00f4\u00f5\u00f6\u00f8\u00f9\u00fa\u00fb\u00fc\u00fd\u00fe\u00ff\u0152\u0153\u0160\u0161\u017d\u017e\u0178"
)
_BETWEEN_LETTERS: Final = frozenset(
    "\u2018\u2019\u00b4\u00b7\u2013\u2014\u00ba\u00aa\u00b0\u00a9\u00ae\u2122\u2026\u20ac\u00ad"
)
_ONLY_AT_ENDS: Final = frozenset("\u2026\u2122\u00ae\u00a9")


def code_page_of(sample: bytes, *, ends_in_cr: bool = False) -> tuple[str, bool]:
    """Return the code page of lines beyond ASCII that are not UTF-8, and whether another one might be meant.

    Few letters are weighed by what languages write; statistics decide about many.
    """
    likely = likeliest(sample, ends_in_cr=ends_in_cr)
    letters = sum(octet > _LAST_OF_ASCII for octet in sample)
    if likely is not None and not likely.is_weak and likely.odd <= MAX_ODD_SHARE * letters:
        return likely.charset, False
    if likely is not None and letters < MIN_LETTERS_OF_STATISTICS:
        return likely.charset, True
    charset = _by_statistics(sample)
    is_guess = letters < MIN_LETTERS_OF_STATISTICS or likely is None or charset != likely.charset
    return charset, is_guess


def _by_statistics(sample: bytes) -> str:
    text = _western(sample)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    is_western = sum(map(_is_odd, words)) <= MAX_ODD_SHARE * len(words)
    letters = sum(not letter.isascii() and letter.isalpha() for letter in text)
    if is_western and letters < MIN_LETTERS:
        return WESTERN
    guess = _statistics_of(sample)
    return WESTERN if is_western and guess in {"macintosh", "IBM850"} else guess


def _western(sample: bytes) -> str:
    """Decode as Windows-1252; an octet that has no character there becomes a control character."""
    return sample.decode("cp1252", "replace").replace("\ufffd", "\x81")


def _statistics_of(sample: bytes) -> str:
    # It loads its tables, which most processes never need.
    import chardet  # noqa: PLC0415

    guess = chardet.detect(sample, include_encodings=_CHARDET_NAMES, compat_names=False)["encoding"]
    return _OF_CHARDET.get((guess or "").lower(), WESTERN)


def _is_odd(word: str) -> bool:
    """Return whether a word, read as Windows-1252, is none of a language of Western Europe."""
    together, before = 0, ""
    for place, letter in enumerate(word):
        after = word[place + 1 : place + 2]
        if letter in _LETTERS:
            together += 1
            if together > _MOST_LETTERS_TOGETHER or (letter.isupper() and before.islower()):
                return True
        else:
            together = 0
            if not letter.isascii() and _is_odd_sign(letter, before, after):
                return True
            if letter.isupper() and place == 1 and not before.isascii() and before.islower():
                return True
        before = letter
    return False


def _is_odd_sign(sign: str, before: str, after: str) -> bool:
    """Return whether a sign is none that stands beside these letters."""
    if "\x80" <= sign <= "\x9f":
        return True
    if sign in _BETWEEN_LETTERS:
        return sign in _ONLY_AT_ENDS and after.isalpha()
    return before.isalpha() or after.isalpha()

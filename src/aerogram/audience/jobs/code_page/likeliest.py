"""Tell the code page of a few lines by the letters that languages write, and by the countries of the addresses. No IO.

Statistics need dozens of letters; a file of one name has three. So each code page is tried: it must read all
octets, and its letters must be those of one language, in lower case within words, without symbols inside them. What
stays between two code pages is decided by the countries of the addresses, else by what is most usual, and is then called a guess.
(decision 51)
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from aerogram.audience.jobs.text_lines import EAST_ASIAN, codec_of

MIN_LEAD: Final = 1.0
"""Odd letters by which the best reading must lead the next one that differs, to be no guess; our choice."""
MIN_LEAD_OF_PAIRS: Final = 1.25
"""The same for code pages of East Asia, in which a few letters of another one are pairs too."""
_COUNTRY: Final = 2.0
"""Odd letters that an address of a country makes up for, once for all addresses."""
_LIKELY: Final = 0.6
"""Odd letters that a name or pair of letters usual in the language makes up for, once."""
_UNUSUAL: Final = 0.5
"""The handicap of code pages that hardly any program writes today, against all of the same script."""
_COUNTRIES: Final = {
    "windows-1250": "cz sk pl hu ro hr si rs ba",
    "ISO-8859-2": "cz sk pl hu ro hr si rs ba",
    "windows-1251": "ru ua bg by kz rs mk su xn--p1ai",
    "KOI8-R": "ru su",
    "windows-1252": "de fr es it pt nl be at ch dk se no fi is ie uk br mx ar",
    "ISO-8859-15": "fr de es it pt nl be at fi",
    "windows-1253": "gr cy",
    "windows-1254": "tr az",
    "windows-1255": "il",
    "windows-1256": "sa ae eg ir jo kw ma dz",
    "windows-1257": "lt lv ee",
    "windows-874": "th",
    "GB18030": "cn sg",
    "Big5": "tw hk mo",
    "Shift_JIS": "jp",
    "EUC-KR": "kr",
}
_CENTRAL: Final = (
    "\xe1\u010d\u010f\xe9\u011b\xed\u0148\xf3\u0159\u0161\u0165\xfa\u016f\xfd\u017e",  # Czech
    "\xe1\xe4\u010d\u010f\xe9\xed\u013a\u013e\u0148\xf3\xf4\u0155\u0161\u0165\xfa\xfd\u017e",  # Slovak
    "\u0105\u0107\u0119\u0142\u0144\xf3\u015b\u017a\u017c",  # Polish
    "\xe1\xe9\xed\xf3\xf6\u0151\xfa\xfc\u0171",  # Hungarian
    "\u0103\xe2\xee\u015f\u0163",  # Romanian
    "\u010d\u0107\u0111\u0161\u017e",  # Croatian, Slovene
    "\xe4\xf6\xfc\xdf",
)
_WESTERN: Final = (
    "\xe0\xe2\xe6\xe7\xe9\xe8\xea\xeb\xee\xef\xf4\xf9\xfb\xfc\xff\u0153",  # French
    "\xe4\xf6\xfc\xdf\xe9\xeb",  # German, Dutch
    "\xe1\xe9\xed\xf3\xfa\xf1\xfc\xe7\xe0\xe8\xef\xf2",  # Spanish, Catalan
    "\xe3\xf5\xe1\xe9\xed\xf3\xfa\xe2\xea\xf4\xe7\xe0",  # Portuguese
    "\xe6\xf8\xe5\xe9\xe4\xf6\xfc",  # Danish, Norwegian, Swedish, Finnish
    "\xe1\xe9\xed\xf3\xfa\xfd\xfe\xe6\xf6\xf0",  # Icelandic
    "\xe0\xe8\xe9\xec\xf2\xf9",  # Italian
)
_CYRILLIC: Final = (
    "".join(map(chr, range(0x430, 0x450))) + "\u0451",
    "".join(map(chr, range(0x430, 0x450))) + "\u0454\u0456\u0457\u0491\u045e",
    "".join(map(chr, range(0x430, 0x450))) + "\u0452\u0458\u0459\u045a\u045b\u045f\u0453\u0455\u045c",
)
_LANGUAGES: Final = {
    "windows-1252": _WESTERN,
    "windows-1250": _CENTRAL,
    "windows-1251": _CYRILLIC,
    "windows-1253": ("".join(map(chr, range(0x3AC, 0x3CF))) + "\u0390",),
    "windows-1254": ("\xe7\u011f\u0131\xf6\u015f\xfc\xe2\xee\xfb\u0130",),
    "windows-1255": ("".join(map(chr, range(0x5D0, 0x5EB))),),
    "windows-1256": ("".join(map(chr, range(0x621, 0x653))) + "\u067e\u0686\u0698\u06af",),
    "windows-1257": (
        "\u0105\u010d\u0119\u0117\u012f\u0161\u0173\u016b\u017e",  # Lithuanian
        "\u0101\u010d\u0113\u0123\u012b\u0137\u013c\u0146\u0161\u016b\u017e",  # Latvian
        "\xe4\xf5\xf6\xfc\u0161\u017e",  # Estonian
    ),
    "windows-874": ("".join(map(chr, (*range(0xE01, 0xE3B), *range(0xE40, 0xE4F)))),),
    "macintosh": _WESTERN,
    "IBM850": _WESTERN,
    "ISO-8859-15": _WESTERN,
    "ISO-8859-2": _CENTRAL,
    "KOI8-R": _CYRILLIC[:1],
}
_RARE: Final = frozenset({"macintosh", "IBM850", "ISO-8859-15", "ISO-8859-2", "KOI8-R"})
_COMMON: Final = {
    **dict.fromkeys(
        ("windows-1251", "KOI8-R"),
        "\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b\u043a\u043c\u0434\u043f",
    ),
    "windows-1253": "\u03b1\u03bf\u03b9\u03b5\u03c4\u03c3\u03bd\u03b7\u03c5\u03c1\u03c0\u03ba\u03c2\u03bb",
}
"""Letters of other alphabets that are most of a text; any other costs a little."""
_BARE: Final = 4
"""Consonants of Thai that may stand together without a vowel."""
_LESS_COMMON: Final = 0.15
_HINTS: Final = {
    "windows-1250": "sz|gy|zs|cz|rz|sk[iay]|ov\xe1|escu",
    "ISO-8859-2": "sz|gy|zs|cz|rz|sk[iay]|ov\xe1|escu",
    "windows-1252": "sch|\xf5es|ch\xe3o|th|qu|ou|ll",
}
_HINT_OF: Final = {page: re.compile(hint, re.IGNORECASE) for page, hint in _HINTS.items()}
_FIRST: Final = {
    "GB18030": (
        "\u738b\u674e\u5f20\u5218\u9648\u6768\u9ec4\u8d75\u5434\u5468\u5f90\u5b59\u9a6c\u6731"
        "\u80e1\u90ed\u4f55\u9ad8\u6797\u7f57\u90d1\u6881\u8c22\u5b8b\u5510\u8bb8\u97e9\u51af"
        "\u9093\u66f9\u5f6d\u66fe\u8096\u7530\u8463\u8881\u6f58\u4e8e\u848b\u8521\u4f59\u675c"
        "\u53f6\u7a0b\u82cf\u9b4f\u5415\u4e01\u4efb\u6c88\u59da\u5362\u59dc\u5d14\u949f\u8c2d"
        "\u9646\u6c6a\u8303\u91d1\u77f3\u5ed6\u8d3e\u590f\u97e6\u4ed8\u65b9\u767d\u90b9\u5b5f"
        "\u718a\u79e6\u90b1\u6c5f\u5c39\u859b\u95eb\u6bb5\u96f7\u4faf\u9f99\u53f2\u9676\u9ece"
        "\u8d3a\u987e\u6bdb\u90dd\u9f9a\u90b5\u4e07\u94b1\u4e25\u6b66\u6234\u83ab\u5b54\u6c64"
    ),
    "Big5": (
        "\u9673\u6797\u9ec3\u5f35\u674e\u738b\u5433\u5289\u8521\u694a\u8a31\u912d\u8b1d\u90ed"
        "\u6d2a\u66fe\u90b1\u5ed6\u8cf4\u5f90\u5468\u8449\u8607\u838a\u5442\u6c5f\u4f55\u856d"
        "\u7f85\u9ad8\u6f58\u7c21\u6731\u937e\u6e38\u5f6d\u8a79\u80e1\u65bd\u6c88\u4f59\u76e7"
        "\u6881\u8d99\u984f\u67ef\u7fc1\u9b4f\u5b6b\u6234\u8303\u65b9\u5b8b\u9127\u675c\u5085"
        "\u4faf\u66f9\u859b\u4e01\u5353\u962e\u99ac\u8463\u5510\u85cd\u77f3\u8523\u53e4\u7d00"
        "\u59da\u9023\u99ae\u6b50\u7a0b\u6e6f\u7530\u5eb7\u59dc\u767d\u6c6a\u9112\u5c24\u5deb"
    ),
    "EUC-KR": (
        "\uae40\uc774\ubc15\ucd5c\uc815\uac15\uc870\uc724\uc7a5\uc784\ud55c\uc624\uc11c\uc2e0"
        "\uad8c\ud669\uc548\uc1a1\ub958\uc804\ud64d\uace0\ubb38\uc591\uc190\ubc30\ubc31\ud5c8"
        "\uc720\ub0a8\uc2ec\ub178\ud558\uacfd\uc131\ucc28\uc8fc\uc6b0\uad6c\ub098\ubbfc\uc9c4"
        "\uc9c0\uc5c4\ucc44\uc6d0\ucc9c\ubc29\uacf5\ud604\ud568\ubcc0\uc5fc\uc5ec\ucd94\ub3c4"
        "\uc18c\uc11d\uc120\uc124\ub9c8\uae38\uc5f0\uc704\ud45c\uba85\uae30\ubc18\uc655\uae08"
        "\uc625\uc721\uc778\ub9f9\uc81c\ubaa8"
    ),
    "Shift_JIS": (
        "\u7530\u5c71\u672c\u4e2d\u6751\u6728\u5ddd\u4e95\u85e4\u4f50\u9234\u9ad8\u6a4b\u6e21"
        "\u4f0a\u5c0f\u52a0\u5409\u677e\u91ce\u539f\u4e0a\u5927\u5cf6\u592a\u90ce\u5b50\u7f8e"
    ),
}
"""Family names of China, Taiwan and Korea, and the characters that most names of Japan have."""
_COMMON_OCTETS: Final = {
    "GB18030": (0xB0, 0xD7, "gb2312"),
    "Big5": (0xA4, 0xC6, "big5"),
    "EUC-KR": (0xB0, 0xC8, "euc-kr"),
    "Shift_JIS": (0x82, 0x97, "shift-jis"),
}
"""The lead octets of the usual characters, which each of these standards puts first."""
_WORD: Final = re.compile(r"[^\s;,|\"\u201c\u201d\u201e\u00ab\u00bb()/.@<>-]+")
_SIGNS: Final = frozenset(
    "\u2018\u2019\u2013\u2014\u2026\u2122\u20ac\xb0\xa9\xae\xa3\xa7\xa0\xad\u201c\u201d\u201e\xab\xbb\xba\xaa\xb4"
)
_JOINTS: Final = frozenset("\u2019\u2018\xb4\xad\xa0")
_NAME_LENGTHS: Final = (2, 3, 4)
_AT_ENDS: Final = frozenset("\u2026\u2122\xae\xa9\xb0\xba\xaa\u20ac")
_THAI: Final = re.compile(
    "(?<![\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4d])[\u0e30-\u0e3a\u0e47-\u0e4e]|[\u0e40-\u0e44](?![\u0e01-\u0e2e])"
)
"""A mark or vowel that follows no consonant, or precedes none, which no word of Thai has."""
_ADDRESS: Final = re.compile(rb"@[\w.-]*\.([a-z]{2}|xn--p1ai)\b", re.IGNORECASE)


class Guess(NamedTuple):
    """A code page, the odd letters that its reading has, and whether another one might be meant."""

    charset: str
    odd: float
    is_weak: bool


class _Reading(NamedTuple):
    charset: str
    text: str
    odd: float
    cost: float


def likeliest(sample: bytes, *, ends_in_cr: bool = False) -> Guess | None:
    """Return the likeliest code page of lines beyond ASCII; None if none of them reads all octets."""
    countries = {country.decode().lower() for country in _ADDRESS.findall(sample)}
    readings: list[_Reading] = []
    for charset in (*_LANGUAGES, *EAST_ASIAN):
        try:
            text = sample.decode(codec_of(charset))
        except UnicodeDecodeError:
            continue
        words = [word for word in _WORD.findall(text) if not word.isascii()]
        odd = _odd_wide(charset, words) if charset in EAST_ASIAN else _odd_letters(charset, words, text)
        cost = odd + (_UNUSUAL if charset in _RARE else 0.0)
        if charset != "windows-1252" and charset in _LANGUAGES:
            cost += 0.1
        if not countries.isdisjoint(_COUNTRIES.get(charset, "").split()):
            cost -= _COUNTRY
        if charset == "macintosh" and ends_in_cr:
            cost -= _COUNTRY
        readings.append(_Reading(charset, text, odd, cost))
    if not readings:
        return None
    readings.sort(key=lambda reading: reading.cost)
    best = readings[0]
    lead = MIN_LEAD_OF_PAIRS if best.charset in EAST_ASIAN else MIN_LEAD
    rivals = [reading for reading in readings if reading.text != best.text]
    is_weak = bool(rivals) and rivals[0].cost - best.cost < lead
    return Guess(best.charset, best.odd, is_weak)


def _odd_letters(charset: str, words: list[str], text: str) -> float:
    """Count what is odd in words of a code page of single octets: by its best language, of the whole text."""
    letters = [letter for word in words for letter in word if not letter.isascii()]
    lower = [letter.lower() if len(letter.lower()) == 1 else letter for letter in letters]
    odd = min(
        sum(letter not in language and letter not in _SIGNS for letter in lower)
        for language in _LANGUAGES[charset]
    )
    common = _COMMON.get(charset)
    cost = float(odd)
    if common is not None:
        cost += _LESS_COMMON * sum(letter not in common for letter in lower)
    cost += sum(map(_odd_shape, words))
    if charset == "windows-874":
        cost += len(_THAI.findall(text))
        # Words of Thai have vowels, which are signs of their own.
        cost += sum(
            not any("\u0e30" <= letter <= "\u0e44" for letter in word) for word in words if len(word) > _BARE
        )
    if charset in {"windows-1252", "macintosh", "IBM850", "ISO-8859-15"}:
        # A tilde on an o is followed by an e in Portuguese, a thorn begins words of Icelandic; and no language
        # of this page has three letters of the kind in a row.
        cost += _UNUSUAL * len(re.findall("(?<=[^\\W\\d])\xfe", text))
        cost += 0.7 * len(re.findall("\xf5(?!e)", text, re.IGNORECASE))
        cost += len(re.findall(r"[^\x00-\x7f]{3,}", text))
    hint = _HINT_OF.get(charset)
    if hint is not None and any(hint.search(word) for word in words):
        cost -= _LIKELY
    return cost


def _odd_shape(word: str) -> int:
    """Count upper case after lower case, lower case amid upper case, and signs between letters."""
    around = zip(" " + word, word, word[1:] + " ", strict=False)
    return sum(_is_odd(before, letter, after) for before, letter, after in around)


def _is_odd(before: str, letter: str, after: str) -> bool:
    if letter in _AT_ENDS:
        return after.isalpha()
    if letter in _SIGNS:
        return letter not in _JOINTS and (before.isalpha() or after.isalpha())
    if before.isascii() and letter.isascii():
        return False
    if before.islower() and letter.isupper():
        return True
    if not letter.isascii() and letter.islower() and before.isupper() and after.isupper():
        return True
    return before.isalpha() and letter.isalpha() and _is_latin(before) != _is_latin(letter)


def _is_latin(letter: str) -> bool:
    return letter < "\u0250"


def _odd_wide(charset: str, words: list[str]) -> float:
    """Count the characters that are not usual ones of their standard, less a family name that is."""
    first, last, codec = _COMMON_OCTETS[charset]
    cost = 0.0
    for word in words:
        for letter in word:
            if letter.isascii():
                cost += letter.isalpha()
                continue
            try:
                octets = letter.encode(codec)
            except UnicodeEncodeError:
                cost += 1
            else:
                # Two octets that are one character stand for two letters of another reading.
                cost += 0.0 if len(octets) > 1 and first <= octets[0] <= last else 1.0
    starts = [word[0] in _FIRST[charset] for word in words if len(word) in _NAME_LENGTHS]
    is_name = any(any(letter in _FIRST[charset] for letter in word) for word in words)
    if any(starts) or (charset == "Shift_JIS" and is_name):
        cost -= 2 * _LIKELY * (sum(starts) / len(starts) if starts else 1)
    return cost

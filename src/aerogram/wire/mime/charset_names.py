"""The charsets of mail by their names: each leads to the codec that reads it as mail programs do.

Labels and their encodings come from webencodings, the table of the WHATWG Encoding Standard; the names that mail uses
beyond it, and the codecs of Python that read a superset, are here.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

import webencodings

MAX_CHARSET_NAME: Final = 80
"""Characters of a label; registered names have at most 40 (RFC 2978 §2.3), some writers add parameters."""

UNKNOWN: Final = ""
"""The codec of no label, and of one that nobody knows."""
ASCII: Final = "ascii"
UTF_8: Final = "utf-8"

_SUPERSETS: Final = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "cp950": "big5hkscs",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
    "utf-8-sig": UTF_8,
    "utf-16": "utf-16-le",
}
"""Python's codec -> the codec that reads it and more, as WHATWG Encoding §4.2 and §10 to §13 define."""
_NOT_CHARSETS: Final = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)
"""Codecs of Python that are not charsets of mail; some take quadratic time."""
_OF_MAIL: Final = {
    "utf7": "utf-7",
    "unicode11utf7": "utf-7",
    "csunicode11utf7": "utf-7",
    "utf16": "utf-16-le",
    "unicodelittle": "utf-16-le",
    "unicodebig": "utf-16-be",
    "hzgb2312": "hz",
    "iso2022kr": "iso2022_kr",
    "csiso2022kr": "iso2022_kr",
    "iso2022jpms": "iso2022_jp_ext",
    "csiso2022jpms": "iso2022_jp_ext",
    "gb1802000": "gb18030",
    "gb23121980": "gb18030",
    "xgb2312": "gb18030",
    "euccn": "gb18030",
    "xeuccn": "gb18030",
    "cngb": "gb18030",
    "cngb12345": "gb18030",
    "cnbig5": "big5hkscs",
    "big5eten": "big5hkscs",
    "big5uao": "big5hkscs",
    "xbig5": "big5hkscs",
    "eucjpms": "euc_jp",
    "eucjpwin": "euc_jp",
    "xsjiscp932": "cp932",
    "sjiswin": "cp932",
    "sjisms": "cp932",
    "mskanji": "cp932",
    "xmscp932": "cp932",
    "xwindows949": "cp949",
    "ksc56011987": "cp949",
    "ksc56011992": "cp949",
    "uhc": "cp949",
    "tis6202533": "cp874",
    "isolatin1": "cp1252",
    "ansi": "cp1252",
    "windowslatin1": "cp1252",
    "macce": "mac_latin2",
    "xmacce": "mac_latin2",
    "xmacgreek": "mac_greek",
    "xmacturkish": "mac_turkish",
    "xmacicelandic": "mac_iceland",
    "xmacjapanese": "cp932",
    "xmacchinesesimp": "gb18030",
    "xmacchinesetrad": "big5hkscs",
    "xmackorean": "cp949",
}
"""Names beyond the standard's, by their letters and digits alone."""
_CODE_PAGES: Final = {
    "819": "cp1252",
    "932": "cp932",
    "936": "gb18030",
    "943": "cp932",
    "949": "cp949",
    "950": "big5hkscs",
    "1200": "utf-16-le",
    "1201": "utf-16-be",
    "10000": "mac_roman",
    "20127": ASCII,
    "20866": "koi8-r",
    "20932": "euc_jp",
    "20936": "gb18030",
    "21866": "koi8-u",
    "50220": "iso2022_jp_ext",
    "50221": "iso2022_jp_ext",
    "50222": "iso2022_jp_ext",
    "50225": "iso2022_kr",
    "51932": "euc_jp",
    "51936": "gb18030",
    "51949": "cp949",
    "52936": "hz",
    "54936": "gb18030",
    "65000": "utf-7",
    "65001": UTF_8,
}
"""Numbers of code pages whose codecs Python names otherwise."""

_without_signs: Final = re.compile(r"[^a-z0-9]+").sub
_code_page: Final = re.compile(
    r"(?:x)?(?:cp|ms|win|windows|windowscp|ibm|ibmcp|dos|oem|codepage|mscp)?(\d{3,5})\Z"
).match
_iso_8859: Final = re.compile(r"(?:x|cs)?(?:iso|is)?8859(1[0-6]|[1-9])(?:[ei]|19\d\d|windows.*)?\Z").match
_first_word: Final = re.compile(r"[^\s;:,\"'()]+").search


def codec_of(label: str) -> str:
    """Return the codec of Python that reads a charset; `UNKNOWN` for labels that nobody knows."""
    return _codec_of(label) if len(label) <= MAX_CHARSET_NAME and label.isascii() else UNKNOWN


@lru_cache(maxsize=1024)
def _codec_of(label: str) -> str:
    # A language may follow after an asterisk (RFC 2231 §5), and careless writers repeat the parameter's name.
    name = (
        label.lower().partition("*")[0].strip(" \t\r\n\"'`<>;:,.=").removeprefix("charset").strip(" \t\"'=")
    )
    word = _first_word(name)
    return _named(name) or (_named(word[0]) if word is not None and word[0] != name else UNKNOWN)


def _named(name: str) -> str:
    signs = _without_signs("", name)
    if "utf8" in signs or signs == "cesu8":
        return UTF_8
    return (
        _standard(name) or _numbered(signs) or _OF_MAIL.get(signs, "") or _standard(signs) or _foreign(signs)
    )


def _foreign(signs: str) -> str:
    """Return the codec of a name with ``x-``, as names are marked that are not registered (RFC 2978 §2.3)."""
    own = signs.removeprefix("x")
    return UNKNOWN if own == signs else _OF_MAIL.get(own, "") or _standard(own)


def _standard(name: str) -> str:
    """Return the codec of a name of the Encoding Standard, or else of Python."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        python = UNKNOWN
    else:
        # `bytes.decode` itself uses `_is_text_encoding` to tell charsets from transforms such as zlib.
        python = found.name if getattr(found, "_is_text_encoding", True) else UNKNOWN
    if python == ASCII:
        return ASCII
    standard = webencodings.lookup(name)
    if standard is not None and standard.name not in ("replacement", "x-user-defined"):
        python = str(standard.codec_info.name)
    return UNKNOWN if python.replace("_", "-") in _NOT_CHARSETS else _SUPERSETS.get(python, python)


def _numbered(signs: str) -> str:
    """Return the codec of a code page or a part of ISO 8859 by its number."""
    found = _iso_8859(signs)
    if found is not None:
        python = f"iso8859-{found[1]}"
    else:
        found = _code_page(signs)
        if found is None:
            return UNKNOWN
        number = found[1]
        if number in _CODE_PAGES:
            return _CODE_PAGES[number]
        # Microsoft numbers the parts of ISO 8859 from 28591.
        is_iso = number.startswith(("2859", "2860"))
        python = f"iso8859-{int(number) - 28590}" if is_iso else f"cp{number}"
    try:
        python = codecs.lookup(python).name
    except LookupError:
        return UNKNOWN
    return _SUPERSETS.get(python, python)

"""Read text in the charsets of mail, as mail programs and browsers do (WHATWG Encoding).

Nothing raises, every character of the charset is kept, and a byte that is not in it becomes U+FFFD.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Final

from aerogram.wire.mime.charset_names import ASCII, UNKNOWN, UTF_8, codec_of
from aerogram.wire.mime.html_charset import declared_charset

_UTF_16: Final = frozenset({"utf-16-le", "utf-16-be"})
_SHOWN: Final = "aerogram-shown"


def text_of(data: bytes, label: str = "", *, is_html: bool = False) -> str:
    """Decode a body.

    A byte order mark wins over the label. Without a label, or with one that says nothing (unknown, ASCII), valid
    UTF-8 is UTF-8. Else HTML is asked for its own charset; then text is UTF-8 if more of it is valid than not, else
    windows-1252. Valid UTF-8 is also preferred to a label that it does not fit.
    """
    codec = codec_of(label)
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :].decode(UTF_8, "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not codec.startswith("utf-32"):
        return data.decode("utf-16", "replace")
    if codec in (UNKNOWN, ASCII):
        return _guessed(data, is_html=is_html)
    text = decoded(data, codec)
    if "\ufffd" in text and not data.isascii():
        return _valid_utf_8(data) or text
    return text


def decoded(data: bytes, codec: str) -> str:
    """Decode with a codec of `codec_of` other than `UNKNOWN`."""
    if codec in (UTF_8, ASCII):
        return data.decode(UTF_8, "replace")
    if codec in _UTF_16:
        return _utf_16(data, codec)
    if codec == "utf-7":
        # The codec lets halves of surrogate pairs through.
        return data.decode(codec, "replace").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = data.decode(codec, "replace" if codec.startswith("utf-") else _SHOWN)
    return text.translate(_AS_MICROSOFT) if codec in _JIS else text


def header_text(data: bytes, label: str = "") -> str:
    """Decode the raw bytes of a header: UTF-8 (RFC 6532), else the charset of the body, else windows-1252."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        codec = codec_of(label)
        return decoded(data, "cp1252" if codec in (UNKNOWN, ASCII, UTF_8) or codec in _UTF_16 else codec)


def is_utf_8(data: bytes) -> bool:
    """Tell whether bytes are valid UTF-8, as text beyond ASCII in other charsets hardly ever is."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def keeps_ascii(label: str) -> bool:
    """Tell whether text in this charset has the bytes of ASCII where it has its characters."""
    return _keeps_ascii(codec_of(label))


@lru_cache(maxsize=256)
def _keeps_ascii(codec: str) -> bool:
    if codec in (UNKNOWN, ASCII, UTF_8):
        return True
    return "[[UNSUB_".encode(codec, "replace") == b"[[UNSUB_" and codec not in ("utf-7", "hz")


def _declared(data: bytes) -> str:
    """Return the codec that HTML names in itself (WHATWG HTML §13.2.3.2)."""
    codec = codec_of(declared_charset(data))
    # Bytes in which a meta element was found are not UTF-16; and UTF-7 disguises tags.
    return UTF_8 if codec in _UTF_16 else UNKNOWN if codec == "utf-7" else codec


def _valid_utf_8(data: bytes) -> str:
    """Decode UTF-8 strictly; "" when it is not, or when it is empty."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _guessed(data: bytes, *, is_html: bool) -> str:
    text = _valid_utf_8(data)
    if text or not data:
        return text
    codec = _declared(data) if is_html else UNKNOWN
    if codec not in (UNKNOWN, ASCII):
        return decoded(data, codec)
    text = data.decode(UTF_8, "replace")
    wrong = text.count("\ufffd")
    is_utf_8 = len(text) - len(text.encode(ASCII, "ignore")) > 2 * wrong
    return text if is_utf_8 else decoded(data, "cp1252")


def _utf_16(data: bytes, codec: str) -> str:
    """Decode UTF-16 without a byte order mark, in the order in which it has ASCII characters."""
    high, low = data[::2].count(0), data[1::2].count(0)
    if not high and not low and data.isascii():
        return data.decode(ASCII)
    if high != low:
        codec = "utf-16-be" if high > low else "utf-16-le"
    return data.decode(codec, "replace")


_JIS: Final = frozenset({"euc_jp", "iso2022_jp_ext"})
_JIS_PAIR: Final = 2
_SPACE: Final = 0x20
_AS_MICROSOFT: Final = str.maketrans(
    "\u301c\u2016\u2212\u00a2\u00a3\u00ac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2"
)
"""Characters of JIS X 0208 that WHATWG's index reads as windows-31j does; Shift_JIS and the others must agree."""


def _shown(error: UnicodeError) -> tuple[str, int]:
    """Decode what Python's codec does not know and the standard does; an error handler of `codecs`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, at = error.object, error.start
    first, pair = data[at], data[at : at + 2]
    match error.encoding:
        case "charmap" if first < 0xA0:  # noqa: PLR2004 (C1: the standard keeps bytes that a page lacks)
            return chr(first), at + 1
        case "gb18030" if first == 0x80:  # noqa: PLR2004 (a euro sign in Microsoft's code page 936)
            return "\u20ac", at + 1
        case "euc_jp":
            text = _microsoft_jis(pair)
        case "iso2022_jp_ext":
            # The codec counts an escape sequence after half a character as its other half.
            return _microsoft_jis(pair) or "\ufffd", at + (
                2 if pair[-1] > _SPACE and len(pair) == _JIS_PAIR else 1
            )
        case "big5hkscs":
            text = pair.decode("cp950", "ignore") if len(pair) == _JIS_PAIR else ""
        case _:
            text = ""
    return (text, at + 2) if len(text) == 1 else ("\ufffd", error.end)


def _microsoft_jis(pair: bytes) -> str:
    """Decode a character of JIS X 0208 that only Microsoft's extension has, such as a circled digit."""
    row, cell = (byte & 0x7F for byte in pair.ljust(_JIS_PAIR, b"\0"))
    if not 0x21 <= row <= 0x7E or not 0x21 <= cell <= 0x7E or (pair[0] ^ pair[1]) & 0x80:  # noqa: PLR2004
        return ""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)  # noqa: PLR2004 (JIS X 0208:1997, annex 1)
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E  # noqa: PLR2004
    return bytes((lead, trail)).decode("cp932", "ignore")


codecs.register_error(_SHOWN, _shown)

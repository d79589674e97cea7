"""Find the charset of a CSV file before any of it is imported, from all of its bytes.

A file has one charset. In order: what the client names; a byte order mark; NULs in every second octet are UTF-16;
bytes that are valid UTF-8 throughout are UTF-8. A file that is not valid UTF-8 throughout is still UTF-8 when at
least a third of its octets beyond ASCII belong to valid characters: then its invalid lines are damaged, and are
refused. Everything else is in the code page of some spreadsheet: see `aerogram.audience.jobs.code_pages`.
(decision 51)
"""

from __future__ import annotations

import codecs
import re
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from aerogram.audience.jobs.code_pages import CODE_PAGES, code_page_of
from aerogram.audience.jobs.text_lines import UTF8, UTF16
from aerogram.base.errors import RefusedError
from aerogram.jobs.halt import NEVER
from aerogram.wire.mime import charset_names
from aerogram.wire.mime.charsets import is_utf_8

if TYPE_CHECKING:
    from aerogram.jobs.halt import Halt

BLOCK_BYTES: Final = 256 * 1024
"""Bytes that are looked at between two looks at the halt: some milliseconds."""
MAX_SAMPLE_BYTES: Final = 64 * 1024
"""Bytes of lines beyond ASCII from which a code page is guessed; our choice: about a thousand names."""
_LOOKED_AT: Final = 64 * 1024
"""Bytes of the beginning in which NULs are counted."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
)
_MAX_MARK: Final = 4
_NUL_SHARE: Final = 10
"""UTF-16 has a NUL in at least one of this many pairs: addresses and delimiters are ASCII in every country."""
_VALID: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEGUN: Final = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
"""A character of UTF-8 that the end of a block cuts."""
_MAX_BEGUN: Final = 3
_ASCII: Final = bytes(range(128))


class Survey(NamedTuple):
    """The charset of a file, the byte where its first line begins, and its number of lines."""

    charset: str
    start: int
    lines: int


def survey(file: IO[bytes], halt: Halt = NEVER, *, named: str = "") -> Survey:
    """Look at a whole file; ``named`` is a charset that the client named. Raises `RefusedError` and `HaltedError`."""
    file.seek(0)
    beginning = file.read(_LOOKED_AT)
    marked, start = _marked(beginning)
    octets = _Octets()
    octets.look_at(file, start, halt)
    charset = named or marked or _wide(beginning) or octets.charset
    if not charset:
        charset = code_page_of(_sample(file, start, halt))
    return Survey(charset, start, octets.lines)


def start_of(file: IO[bytes]) -> int:
    """Return the byte where the first line begins: after the byte order mark, if any."""
    file.seek(0)
    return _marked(file.read(_MAX_MARK))[1]


def charset_named(label: str) -> str:
    """Return our name of a charset that a client names, in any of the names that mail may use for it.

    Raises `RefusedError` for an unknown or unfit one.
    """
    # UTF-16 alone does not say which octet comes first; a byte order mark does, and needs no name.
    name = None if label.strip().lower() in _WITHOUT_ORDER else _NAMES.get(charset_names.codec_of(label))
    if name is None:
        raise RefusedError(
            f'Unknown charset "{label[:40]}"; known are {", ".join(sorted(set(_NAMES.values())))}.'
        )
    return name


def _marked(beginning: bytes) -> tuple[str, int]:
    for mark, charset in _MARKS:
        if beginning.startswith(mark):
            if not charset:
                raise RefusedError("The file is in UTF-32; save it in UTF-8.")
            return charset, len(mark)
    return "", 0


def _wide(beginning: bytes) -> str:
    """Return the kind of UTF-16 in which every second octet is often NUL and the others hardly ever are; else ""."""
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if max(even, odd) * _NUL_SHARE < max(1, len(beginning) // 2) or not max(even, odd):
        return ""
    if even * _NUL_SHARE < odd:
        return "UTF-16LE"
    return "UTF-16BE" if odd * _NUL_SHARE < even else ""


class _Octets:
    """Counts of a whole file: lines, and the octets beyond ASCII that belong to valid UTF-8 and those that do not."""

    def __init__(self) -> None:
        self.lines = 0
        self._valid = 0
        self._invalid = 0

    def look_at(self, file: IO[bytes], start: int, halt: Halt) -> None:
        """Count the rest of a file."""
        file.seek(start)
        rest, last = b"", b"\n"
        while block := file.read(BLOCK_BYTES):
            halt.check()
            self.lines += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
            # A CRLF that lies on the edge of two blocks was counted twice.
            self.lines -= last == b"\r" and block.startswith(b"\n")
            last = block[-1:]
            rest = self._count(rest + block)
        self._invalid += len(rest)
        self.lines += last not in {b"\n", b"\r"}

    @property
    def charset(self) -> str:
        """UTF-8, or "" for a code page."""
        return UTF8 if 2 * self._valid >= self._invalid else ""

    def _count(self, block: bytes) -> bytes:
        """Count a block; return the octets at its end that may begin a character of UTF-8."""
        if block.isascii():
            return b""
        begun = _BEGUN.search(block, max(0, len(block) - _MAX_BEGUN))
        if begun is not None:
            block = block[: begun.start()]
        beyond = len(block.translate(None, _ASCII))
        try:
            block.decode()
        except UnicodeDecodeError:
            invalid = len(_VALID.sub(b"", block).translate(None, _ASCII))
        else:
            invalid = 0
        self._invalid += invalid
        self._valid += beyond - invalid
        return begun[0] if begun else b""


def _sample(file: IO[bytes], start: int, halt: Halt) -> bytes:
    """Return lines beyond ASCII that are not valid UTF-8, each once, from the beginning of a file on."""
    file.seek(start)
    found: dict[bytes, None] = {}
    size, rest = 0, b""
    while block := file.read(BLOCK_BYTES):
        halt.check()
        lines = (rest + block).splitlines()
        rest = lines.pop() if len(lines) > 1 else b""
        for line in lines:
            if line in found or line.isascii() or is_utf_8(line):
                continue
            found[line[:MAX_SAMPLE_BYTES]] = None
            size += len(line)
            if size > MAX_SAMPLE_BYTES:
                return b"\n".join(found)
    if not rest.isascii() and not is_utf_8(rest):
        found[rest[:MAX_SAMPLE_BYTES]] = None
    return b"\n".join(found)


_NAMES: Final = {charset_names.codec_of(name): name for name in (UTF8, *UTF16, *CODE_PAGES)}
"""Our names of charsets by the codecs that read them in mail, so that each has the same names here and there."""
_WITHOUT_ORDER: Final = frozenset({"utf-16", "utf16"})

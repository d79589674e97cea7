"""Find the charset of a CSV file before any of it is imported, from all of its bytes.

A file has one charset. In order: what the client names; a byte order mark; NULs in every second octet are UTF-16;
bytes that are valid UTF-8 throughout are UTF-8. A file that is not valid UTF-8 throughout is still UTF-8 when at
least half of its lines beyond ASCII are valid, and no code page reads all of them as words of one language: then
its invalid lines are damaged, and are refused. Everything else is in the code page of some spreadsheet: see `aerogram.audience.jobs.code_pages`.
(decision 51)
"""

from __future__ import annotations

import codecs
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from aerogram.audience.jobs.code_page.likeliest import likeliest
from aerogram.audience.jobs.code_page.other_kinds import other_kind
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
MAX_ODD: Final = 0.5
"""Odd letters with which lines may still be those of a code page; our choice."""


class Survey(NamedTuple):
    """The charset of a file, the byte where its first line begins, and its number of lines."""

    charset: str
    start: int
    lines: int
    is_guess: bool = False
    """Whether another code page might be meant."""


def survey(file: IO[bytes], halt: Halt = NEVER, *, named: str = "") -> Survey:
    """Look at a whole file; ``named`` is a charset that the client named. Raises `RefusedError` and `HaltedError`."""
    file.seek(0)
    beginning = file.read(_LOOKED_AT)
    marked, start = _marked(beginning)
    kind = other_kind(beginning[start:])
    if kind:
        raise RefusedError(f"The file is {kind}, not CSV; save it as CSV in UTF-8 and import that.")
    octets = _Octets()
    octets.look_at(file, start, halt)
    charset = named or marked or _wide(beginning) or (UTF8 if octets.is_utf8 else "")
    is_guess = False
    if not charset:
        lines = _Lines()
        lines.look_at(file, start, halt)
        if lines.is_damaged_utf8():
            charset = UTF8
        else:
            charset, is_guess = code_page_of(lines.sample, ends_in_cr=octets.ends_in_cr)
    return Survey(charset, start, octets.lines, is_guess)


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
    """What is found in a whole file: its number of lines, and whether it is valid UTF-8."""

    def __init__(self) -> None:
        self.lines = 0
        self.is_utf8 = True
        self.ends_in_cr = False
        """Whether lines end with CR alone, as on a Mac."""

    def look_at(self, file: IO[bytes], start: int, halt: Halt) -> None:
        """Look at the rest of a file."""
        file.seek(start)
        decoder = codecs.getincrementaldecoder("utf-8")()
        feeds, last = 0, b"\n"
        while block := file.read(BLOCK_BYTES):
            halt.check()
            feeds += block.count(b"\n")
            self.lines += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
            # A CRLF that lies on the edge of two blocks was counted twice.
            self.lines -= last == b"\r" and block.startswith(b"\n")
            last = block[-1:]
            self.is_utf8 = self.is_utf8 and _is_valid(decoder, block)
        self.is_utf8 = self.is_utf8 and _is_valid(decoder, b"", is_end=True)
        self.ends_in_cr = not feeds and self.lines > 0
        self.lines += last not in {b"\n", b"\r"}


def _is_valid(decoder: codecs.IncrementalDecoder, block: bytes, *, is_end: bool = False) -> bool:
    try:
        decoder.decode(block, is_end)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """The lines beyond ASCII of a file that is not valid UTF-8 throughout: counts of both kinds, and samples."""

    def __init__(self) -> None:
        self.valid = 0
        self.invalid = 0
        self._kinds: dict[bool, dict[bytes, None]] = {True: {}, False: {}}
        self._sizes = {True: 0, False: 0}

    def look_at(self, file: IO[bytes], start: int, halt: Halt) -> None:
        """Look at all lines from a byte on."""
        file.seek(start)
        rest = b""
        while block := file.read(BLOCK_BYTES):
            halt.check()
            lines = (rest + block).splitlines()
            rest = lines.pop() if len(lines) > 1 else b""
            for line in lines:
                self._take(line)
        self._take(rest)

    def _take(self, line: bytes) -> None:
        if line.isascii():
            return
        is_valid = is_utf_8(line)
        self.valid += is_valid
        self.invalid += not is_valid
        if self._sizes[is_valid] <= MAX_SAMPLE_BYTES and line not in self._kinds[is_valid]:
            self._kinds[is_valid][line[:MAX_SAMPLE_BYTES]] = None
            self._sizes[is_valid] += len(line)

    @property
    def sample(self) -> bytes:
        """Lines beyond ASCII that are not valid UTF-8, each once."""
        return b"\n".join(self._kinds[False])

    def is_damaged_utf8(self) -> bool:
        """Return whether most lines are valid, and no code page reads all of them as letters of one language.

        UTF-8 read in a code page has signs inside words; a code page whose lines are valid UTF-8 by chance has not.
        """
        if self.valid < self.invalid:
            return False
        # With as many of both, it is enough that a code page reads those that UTF-8 does not.
        lines = self._kinds[False] if self.valid == self.invalid else self._kinds[True] | self._kinds[False]
        read = likeliest(b"\n".join(lines))
        return read is None or read.odd > MAX_ODD


_NAMES: Final = {charset_names.codec_of(name): name for name in (UTF8, *UTF16, *CODE_PAGES)}
"""Our names of charsets by the codecs that read them in mail, so that each has the same names here and there."""
_WITHOUT_ORDER: Final = frozenset({"utf-16", "utf16"})

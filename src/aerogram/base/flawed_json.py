r"""Decode JSON that a strict decoder refuses for single values, and say which values they are.

Clients cut texts in the middle of an emoji (``"\ud83d"``), send bytes of another charset, line breaks that are not
escaped, ``NaN``, or numbers that no type holds. The rest of such a document is sound, so the error can name the value. Documents are first decoded
strictly; only those that fail come here, so ordinary calls pay nothing.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import Any, Final, NamedTuple

MAX_VALUES: Final = 200_000
"""Commas and opening brackets of a document that is searched for flaws, and so nearly its values: about a second
when each has a flaw. A larger one is refused as a whole."""
MAX_FLAWS: Final = 10
"""Flaws of one object that an error names; an object with more is still refused."""
MAX_INTEGER_DIGITS: Final = 4_300
"""Digits of the largest integer that Python reads and writes, which takes quadratic time."""

CUT_CHARACTER: Final = "half of a surrogate pair, which is not a character"
NOT_UTF8: Final = "bytes that are not UTF-8"
CONTROL: Final = "a control character that is not escaped"
NUL: Final = "a NUL character"
NOT_A_NUMBER: Final = "a number that JSON or the value's type cannot hold"

_is_flawed: Final = re.compile("[\ud800-\udfff]").search
_flaws: Final = re.compile("[\ud800-\udfff]")
_strings: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""Strings of JSON; one without an end reaches to the end of the text, so that the search takes linear time."""
_control: Final = re.compile("[\0-\x1f]")
_MARKS: Final = {code: 0xDC00 + code for code in range(0x20)}
_FIRST_MARK: Final = "\udc00"
_LAST_MARK: Final = "\udc1f"
"""Halves of surrogate pairs that stand for control characters; no UTF-8 decodes to them."""
_FIRST_ESCAPED_BYTE: Final = "\udc80"
_LAST_ESCAPED_BYTE: Final = "\udcff"


class Flaw(NamedTuple):
    """A value that is not allowed: the keys and indexes that lead to it, and what it holds."""

    path: tuple[str | int, ...]
    holds: str

    def place(self, start: int = 0) -> str:
        """Return the path as in ``To[1].Name``, without its first ``start`` elements; "" for the whole value."""
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path[start:]]
        return "".join(steps).removeprefix(".")


def decode_flawed(body: bytes) -> tuple[Any, list[Flaw]]:
    """Decode a body that the strict decoder refused; return its value and all flaws.

    In the value a replacement is in the place of each flaw: U+FFFD for a character, 0 for a number. A byte order mark
    is ignored (RFC 8259 §8.1), and a NUL is no flaw of JSON. Raises ``ValueError`` or ``RecursionError`` for what is not JSON.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ValueError("The document has too many values to search.")
    text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
    if _control.search(text):
        # Between strings some of them are blanks, and the others are no JSON.
        text = _strings.sub(_marked, text)
    holder = [json.loads(text, parse_int=_integer)]
    flaws = [Flaw(flaw.path[1:], flaw.holds) for flaw in _search(holder) if flaw.holds is not NUL]
    return holder[0], flaws


def _marked(string: re.Match[str]) -> str:
    return string[0].translate(_MARKS) if _control.search(string[0]) else string[0]


def nul_in(value: Any) -> Flaw | None:
    r"""Return the first text with a NUL in a value without other flaws; None if there is none."""
    return next((flaw for flaw in _search(value) if flaw.holds is NUL), None)


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else math.inf


class _Place(NamedTuple):
    """The place of a container: its own container's place, and its key there."""

    container: _Place | None
    key: str | int

    def path(self, *last: str | int) -> tuple[str | int, ...]:
        steps = list(reversed(last))
        place: _Place | None = self
        while place is not None:
            steps.append(place.key)
            place = place.container
        return tuple(reversed(steps))[1:]


def _search(root: Any) -> list[Flaw]:
    """Find all flaws, and put a replacement in the place of each but a NUL."""
    flaws: list[Flaw] = []
    waiting: list[tuple[Any, _Place]] = [(root, _Place(None, ""))]
    while waiting:
        container, place = waiting.pop()
        _mend_keys(container, place, flaws)
        items = container.items() if isinstance(container, dict) else enumerate(container)
        for key, value in list(items):
            if isinstance(value, dict | list):
                waiting.append((value, _Place(place, key)))
            elif holds := _flaw_of(value):
                flaws.append(Flaw(place.path(key), holds))
                if holds is not NUL:
                    container[key] = _replaced(value)
    flaws.sort(key=lambda flaw: [str(step) for step in flaw.path])
    return flaws


def _mend_keys(container: Any, place: _Place, flaws: list[Flaw]) -> None:
    if not isinstance(container, dict) or not any(map(_flaw_of, container)):
        return
    items = list(container.items())
    container.clear()
    for key, value in items:
        holds = _flaw_of(key)
        name = _flaws.sub("\ufffd", key)
        if holds:
            flaws.append(Flaw(place.path(name), holds))
        container[name] = value


def _flaw_of(value: Any) -> str:
    """Return what a text or number must not hold; "" when it is sound."""
    if isinstance(value, str):
        found = None if value.isascii() else _is_flawed(value)
        if found is None:
            return NUL if "\0" in value else ""
        if _FIRST_MARK <= found[0] <= _LAST_MARK:
            return CONTROL
        is_byte = _FIRST_ESCAPED_BYTE <= found[0] <= _LAST_ESCAPED_BYTE
        return NOT_UTF8 if is_byte else CUT_CHARACTER
    return NOT_A_NUMBER if isinstance(value, float) and not math.isfinite(value) else ""


def _replaced(value: Any) -> Any:
    return _flaws.sub("\ufffd", value) if isinstance(value, str) else 0

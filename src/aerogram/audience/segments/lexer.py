"""The words of an expression.

Texts stand in double quotes; a backslash takes the meaning from a quote or a backslash behind it, and is
itself before everything else.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from aerogram.audience.segments.errors import SegmentError, shown

MAX_LENGTH: Final = 8_192
"""Characters of an expression; ours to choose, as those below. The largest one seen has under 500."""
MAX_WORDS: Final = 1_500
MAX_NAME: Final = 255
MAX_DIGITS: Final = 40

_WORD: Final = re.compile(
    r"""
      (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
    | (?P<name>[^\W\d][\w.-]*)
    | (?P<operator><=|>=|<>|!=|[=<>])
    | (?P<mark>[(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE: Final = re.compile(r"\s*")
_ESCAPED: Final = re.compile(r'\\(["\\])')
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class Word(NamedTuple):
    """A word and where it begins; ``kind`` is a group of the expression above, or ``end``."""

    kind: str
    text: str
    at: int

    @property
    def keyword(self) -> str:
        """Give a name as keywords and functions are compared: in small letters. "" for what is no name."""
        return self.text.lower() if self.kind == "name" else ""

    @property
    def value(self) -> str:
        """Give what a text means."""
        return _ESCAPED.sub(r"\1", self.text[1:-1])

    @property
    def shown(self) -> str:
        """Give it as a sentence names it."""
        return "the end of the expression" if self.kind == "end" else shown(self.text)


def words_of(expression: str) -> list[Word]:
    """Read all words; the last one is of the kind ``end``. Raises `SegmentError`."""
    if len(expression) > MAX_LENGTH:
        raise SegmentError(f"An expression may have {MAX_LENGTH} characters", MAX_LENGTH)
    odd = _UNSTORABLE.search(expression)
    if odd:
        raise SegmentError("A character that is no text", odd.start())
    words: list[Word] = []
    position = _after_space(expression, 0)
    while position < len(expression):
        word = _word_at(expression, position)
        if len(words) == MAX_WORDS:
            raise SegmentError(f"An expression may have {MAX_WORDS} words", position)
        words.append(word)
        position = _after_space(expression, position + len(word.text))
    words.append(Word("end", "", len(expression)))
    return words


def _after_space(expression: str, position: int) -> int:
    found = _SPACE.match(expression, position)
    return found.end() if found else position


def _word_at(expression: str, position: int) -> Word:
    found = _WORD.match(expression, position)
    if found is None:
        raise _unreadable(expression, position)
    word = Word(found.lastgroup or "", found[0], position)
    if word.kind == "name" and len(word.text) > MAX_NAME:
        raise SegmentError(f"A name may have {MAX_NAME} characters", position)
    if word.kind == "number" and len(word.text) > MAX_DIGITS:
        raise SegmentError(f"A number may have {MAX_DIGITS} digits", position)
    return word


def _unreadable(expression: str, position: int) -> SegmentError:
    character = expression[position]
    if character == '"':
        return SegmentError("A text without its closing quote", position)
    if character in "'\u201c\u201d\u2018\u2019":
        return SegmentError('A text stands in double quotes, as "Paris"', position)
    if character.isdigit() or character == "-":
        return SegmentError("Not a number such as 40 or -2.5", position)
    return SegmentError(f"Unexpected character {shown(character)}", position)

"""Split an expression into words.

Texts are in double quotes. A backslash escapes a following quote or backslash; before any other character it
is literal.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from aerogram.audience.segments.errors import SegmentError, shown

MAX_LENGTH: Final = 8_192
"""Characters of an expression; our choice, as are the limits below. The largest seen has under 500."""
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
    """A word and its position; ``kind`` is a group of the regular expression above, or ``end``."""

    kind: str
    text: str
    at: int

    @property
    def keyword(self) -> str:
        """The name in lower case, for comparison with keywords and functions; "" if this is no name."""
        return self.text.lower() if self.kind == "name" else ""

    @property
    def value(self) -> str:
        """The text without quotes and escapes."""
        return _ESCAPED.sub(r"\1", self.text[1:-1])

    @property
    def shown(self) -> str:
        """The word as errors quote it."""
        return "the end of the expression" if self.kind == "end" else shown(self.text)


def words_of(expression: str) -> list[Word]:
    """Split an expression into words; the last has the kind ``end``. Raises `SegmentError`."""
    if len(expression) > MAX_LENGTH:
        raise SegmentError(f"An expression may have at most {MAX_LENGTH} characters", MAX_LENGTH)
    odd = _UNSTORABLE.search(expression)
    if odd:
        raise SegmentError("This character is not allowed", odd.start())
    words: list[Word] = []
    position = _after_space(expression, 0)
    while position < len(expression):
        word = _word_at(expression, position)
        if len(words) == MAX_WORDS:
            raise SegmentError(f"An expression may have at most {MAX_WORDS} words", position)
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
        raise SegmentError(f"A name may have at most {MAX_NAME} characters", position)
    if word.kind == "number" and len(word.text) > MAX_DIGITS:
        raise SegmentError(f"A number may have at most {MAX_DIGITS} digits", position)
    return word


def _unreadable(expression: str, position: int) -> SegmentError:
    character = expression[position]
    if character == '"':
        return SegmentError("The closing quote of this text is missing", position)
    if character in "'\u201c\u201d\u2018\u2019":
        return SegmentError('Write texts in double quotes, such as "Paris"', position)
    if character.isdigit() or character == "-":
        return SegmentError("Invalid number; write it as 40 or -2.5", position)
    return SegmentError(f"Unexpected character {shown(character)}", position)

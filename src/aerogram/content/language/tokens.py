"""Split a tag into words.

Names may contain hyphens (compatibility: templates#syntax), so a minus after a name needs a space. Texts are in
double or single quotes without escapes: to write one kind of quote, use the other kind around the text.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from aerogram.content.language.errors import Place, TemplateError
from aerogram.content.language.runtime.budget import MAX_NAME

SEGMENT: Final = r"\w+(?:-+\w+)*"
PATH: Final = rf"{SEGMENT}(?:\.{SEGMENT})*"

_TOKEN: Final = re.compile(
    rf"""
      (?P<end>\}}\}}|%\}})
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<reference>(?:var|data|mj):{PATH})
    | (?P<segment>segment:(?:{SEGMENT}|"[^"]*"|'[^']*'))
    | (?P<name>[^\W\d]\w*(?:-+\w+)*(?:\.{SEGMENT})*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<operator>===|==|=|!=|<>|<=|>=|[-+*/()<>!,:])
    """,
    re.VERBOSE,
)
_SPACE: Final = re.compile(r"\s*")
_LENGTH_OF_OPENING: Final = 2


class Token(NamedTuple):
    """A word and its position in the source; ``kind`` is a group of the regular expression above."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The token in lower case, for comparison with keywords and function names."""
        return self.text.lower() if self.kind == "name" else self.text


class Tag:
    """The words of one tag, read from left to right. The last one is always the end of the tag."""

    def __init__(self, source: str, opening: int, closing: str, allowance: int) -> None:
        """Read the tag at ``opening``, with at most ``allowance`` words. Raises `TemplateError`."""
        self.source: Final = source
        self.opening: Final = opening
        self.tokens: Final = _read(source, opening, closing, allowance)
        self._index = 0

    @property
    def next(self) -> Token:
        """The next word."""
        return self.tokens[self._index]

    @property
    def following(self) -> str:
        """The word after the next one; "" at the end."""
        return self.tokens[self._index + 1].text if self._index + 1 < len(self.tokens) else ""

    @property
    def is_at_end(self) -> bool:
        """Whether only the end of the tag is left."""
        return self.next.kind == "end"

    @property
    def end(self) -> int:
        """The position after the tag."""
        return self.tokens[-1].end

    @property
    def cost(self) -> int:
        """The number of words: the steps of evaluating the tag."""
        return len(self.tokens) - 1

    def take(self) -> Token:
        """Return the next word and advance."""
        token = self.tokens[self._index]
        if token.kind != "end":
            self._index += 1
        return token

    def accept(self, word: str) -> bool:
        """Advance if the next word is this one; return whether it was."""
        if self.next.word != word:
            return False
        self._index += 1
        return True

    def place(self, token: Token) -> Place:
        """Return the place of a word of this tag."""
        return Place(self.source, self.opening, token.start, token.end)

    @property
    def whole(self) -> Place:
        """The place of the tag itself."""
        return Place(self.source, self.opening, self.opening, self.end)


def _read(source: str, opening: int, closing: str, allowance: int) -> list[Token]:
    tokens: list[Token] = []
    position = opening + _LENGTH_OF_OPENING
    while True:
        space = _SPACE.match(source, position)
        position = space.end() if space else position
        found = _TOKEN.match(source, position)
        if found is None:
            raise _unreadable(source, opening, position, closing)
        token = Token(found.lastgroup or "", found[0], position, found.end())
        place = Place(source, opening, position, token.end)
        if token.kind == "end":
            if token.text != closing:
                raise place.expression_error(f"Expected {closing}, found {token.text}")
            tokens.append(token)
            return tokens
        if token.kind in {"reference", "segment", "name"} and len(token.text) > MAX_NAME:
            raise place.expression_error(f"A name of more than {MAX_NAME} characters")
        if len(tokens) >= allowance:
            raise place.exceeded("too many tags and words")
        tokens.append(token)
        position = token.end


def _unreadable(source: str, opening: int, position: int, closing: str) -> TemplateError:
    if position >= len(source):
        return Place(source, opening, opening, position).unclosed(f"the tag has no {closing}")
    place = Place(source, opening, position, position + 1)
    character = source[position]
    if character in "\"'":
        return place.expression_error("The closing quote of this text is missing")
    if source.startswith(("&quot;", "&lt;", "&gt;", "&amp;", "&#"), position):
        return place.expression_error("HTML entities are not allowed in a tag; write the character itself")
    return place.expression_error(f"Unexpected character: {character}")

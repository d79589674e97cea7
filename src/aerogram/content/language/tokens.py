"""The words within a tag.

Names may hold hyphens (compatibility: templates#syntax), so a minus after a name needs a space. Texts
stand in double or single quotes and know no escapes: the other quote holds a quote.
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
    """A word and where it stands in the source; ``kind`` is a group of the expression above."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """Give the token as keywords and names of functions are compared: in any case."""
        return self.text.lower() if self.kind == "name" else self.text


class Tag:
    """The words of one tag, read from left to right. The last is always its end."""

    def __init__(self, source: str, opening: int, closing: str, allowance: int) -> None:
        """Read the tag that opens at ``opening``, with at most ``allowance`` words. Raises `TemplateError`."""
        self.source: Final = source
        self.opening: Final = opening
        self.tokens: Final = _read(source, opening, closing, allowance)
        self._index = 0

    @property
    def next(self) -> Token:
        """The word that comes next."""
        return self.tokens[self._index]

    @property
    def following(self) -> str:
        """The word after the next one, "" at the end."""
        return self.tokens[self._index + 1].text if self._index + 1 < len(self.tokens) else ""

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left but the end of the tag."""
        return self.next.kind == "end"

    @property
    def end(self) -> int:
        """Where the text after the tag begins."""
        return self.tokens[-1].end

    @property
    def cost(self) -> int:
        """How many words it has: the steps of evaluating it."""
        return len(self.tokens) - 1

    def take(self) -> Token:
        """Give the next word and go on."""
        token = self.tokens[self._index]
        if token.kind != "end":
            self._index += 1
        return token

    def accept(self, word: str) -> bool:
        """Go on when the next word is this one, and tell whether it was."""
        if self.next.word != word:
            return False
        self._index += 1
        return True

    def place(self, token: Token) -> Place:
        """Give the place of a word of this tag."""
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
        return place.expression_error("A text without its closing quote")
    if source.startswith(("&quot;", "&lt;", "&gt;", "&amp;", "&#"), position):
        return place.expression_error("HTML entities cannot stand in a tag; write the character itself")
    return place.expression_error(f"Unexpected character: {character}")

"""From source to template, in one pass from left to right.

Statements nest on a stack of our own, not on the interpreter's. Texts between tags are kept verbatim.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.content.language.budget import MAX_BLOCK_DEPTH, MAX_SOURCE, MAX_TOKENS
from aerogram.content.language.errors import Place
from aerogram.content.language.expressions import KEYWORDS, NAMESPACES, parse_expression, unexpected
from aerogram.content.language.marks import MARK_OPENING, mark_at
from aerogram.content.language.references import constant
from aerogram.content.language.tokens import Tag
from aerogram.content.language.template import (
    Branch,
    Node,
    Piece,
    Template,
    choose,
    print_pieces,
    print_text,
    repeat,
    set_local,
)

if TYPE_CHECKING:
    from aerogram.content.language.expressions import Expression

_CLOSINGS: Final = {"{{": "}}", "{%": "%}"}
_COST_OF_MARK: Final = 1


def compile_template(source: str, *, has_language: bool, has_marks: bool) -> Template:
    """Compile a source. ``has_language``: ``{{ }}`` and ``{% %}``; ``has_marks``: ``[[var:name]]`` and the like.

    What is switched off is text as any other. Raises `TemplateError`.
    """
    opening = _opening_of(has_language, has_marks)
    found = opening.search(source) if opening else None
    if opening is None or found is None:
        return Template(source)
    if len(source) > MAX_SOURCE:
        place = Place(source, found.start(), found.start(), found.end())
        raise place.exceeded(f"a template of more than {MAX_SOURCE} characters")
    return _Compiler(source, opening).compile()


@lru_cache(maxsize=4)
def _opening_of(has_language: bool, has_marks: bool) -> re.Pattern[str] | None:  # noqa: FBT001 - both are flags of the caller
    kinds = [r"\{\{|\{%"] * has_language + [MARK_OPENING] * has_marks
    return re.compile("|".join(kinds)) if kinds else None


class _Block:
    """A statement that is not closed yet, or the source itself: nodes, and texts and values not yet nodes."""

    def __init__(self, keyword: str, place: Place) -> None:
        self.keyword: Final = keyword
        self.place: Final = place
        self.nodes: list[Node] = []
        self.branches: list[Branch] = []
        self.condition: Expression = constant(value=True)
        self.condition_cost = 0
        self.condition_place = place
        self.has_else = False
        self.name = ""
        self.values: Expression = constant(value=None)
        self.words = ""
        self._pieces: list[Piece] = []
        self._pieces_cost = 0
        self._text = ""

    def add_text(self, text: str) -> None:
        """Take the text before a tag."""
        self._text = text

    def add_value(self, read: Expression, key: str | None, cost: int, place: Place) -> None:
        """Take a value to be printed after the text."""
        self._pieces.append(Piece(self._text, key, read, place))
        self._pieces_cost += cost
        self._text = ""

    def add_node(self, node: Node) -> None:
        """Take a statement."""
        self._flush()
        self.nodes.append(node)

    def take_nodes(self) -> tuple[Node, ...]:
        """Give all that was added, and begin anew."""
        self._flush()
        nodes, self.nodes = tuple(self.nodes), []
        return nodes

    def take_branch(self) -> None:
        """End the branch of a condition."""
        branch = Branch(self.condition, self.take_nodes(), self.condition_cost, self.condition_place)
        self.branches.append(branch)

    def _flush(self) -> None:
        if self._pieces:
            self.nodes.append(print_pieces(tuple(self._pieces), self._text, self._pieces_cost))
        elif self._text:
            self.nodes.append(print_text(self._text, self.place))
        self._pieces, self._pieces_cost, self._text = [], 0, ""


class _Compiler:
    """Works through one source, once."""

    def __init__(self, source: str, opening: re.Pattern[str]) -> None:
        self._source = source
        self._opening = opening
        self._stack = [_Block("", Place(source, 0, 0, 0))]
        self._tokens = 0
        self._uses_unsubscribe_link = False

    def compile(self) -> Template:
        source = self._source
        position = done = 0
        while found := self._opening.search(source, position):
            start, kind = found.span()[0], found[0]
            position = self._mark(done, start) if kind == "[[" else self._tag(done, start, kind)
            if position > start:
                done = position
            else:
                position = found.end()
        self._block.add_text(source[done:])
        if len(self._stack) > 1:
            block = self._block
            raise block.place.unclosed(f"this {{% {block.keyword} %}} has no {{% end{block.keyword} %}}")
        return Template(
            source, self._block.take_nodes(), self._tokens, uses_unsubscribe_link=self._uses_unsubscribe_link
        )

    @property
    def _block(self) -> _Block:
        return self._stack[-1]

    def _mark(self, done: int, start: int) -> int:
        """Compile a mark and give where it ends; where it begins when it is text."""
        mark = mark_at(self._source, start)
        if mark is None:
            return start
        place = Place(self._source, start, start, mark.end)
        self._tokens += 1
        if self._tokens > MAX_TOKENS:
            raise place.exceeded(f"more than {MAX_TOKENS} tags and words")
        self._uses_unsubscribe_link |= mark.is_unsubscribe_link
        self._block.add_text(self._source[done:start])
        self._block.add_value(mark.reader(), None, _COST_OF_MARK, place)
        return mark.end

    def _tag(self, done: int, start: int, kind: str) -> int:
        """Compile a tag and give where it ends."""
        tag = Tag(self._source, start, _CLOSINGS[kind], MAX_TOKENS - self._tokens)
        self._tokens += len(tag.tokens)
        self._uses_unsubscribe_link |= any(
            token.kind == "reference" and token.text.startswith("mj:unsub_link") for token in tag.tokens
        )
        self._block.add_text(self._source[done:start])
        if kind == "{{":
            self._block.add_value(parse_expression(tag), _plain_variable(tag), tag.cost, tag.whole)
        else:
            self._statement(tag)
        return tag.end

    def _statement(self, tag: Tag) -> None:
        token = tag.take()
        compile_statement = {
            "if": self._if,
            "elseif": self._elseif,
            "else": self._else,
            "endif": self._endif,
            "for": self._for,
            "endfor": self._endfor,
            "set": self._set,
        }.get(token.word)
        if compile_statement is None:
            what = "an empty statement" if token.kind == "end" else f"unknown statement: {token.text}"
            raise tag.whole.invalid(what)
        compile_statement(tag)

    def _if(self, tag: Tag) -> None:
        self._open("if", tag)
        self._condition(tag)

    def _elseif(self, tag: Tag) -> None:
        self._next_branch(tag, "elseif")
        self._condition(tag)

    def _else(self, tag: Tag) -> None:
        self._next_branch(tag, "else")
        _end_of(tag)
        block = self._block
        block.condition, block.condition_cost, block.has_else = constant(value=True), 0, True

    def _endif(self, tag: Tag) -> None:
        block = self._close("if", tag)
        block.take_branch()
        self._block.add_node(choose(tuple(block.branches)))

    def _for(self, tag: Tag) -> None:
        self._open("for", tag)
        block = self._block
        block.name = _local_name(tag)
        if not tag.accept("in"):
            raise unexpected(tag)
        first = tag.next
        block.values = parse_expression(tag)
        block.words = self._source[first.start : tag.tokens[-2].end]
        block.condition_cost = tag.cost

    def _endfor(self, tag: Tag) -> None:
        block = self._close("for", tag)
        loop = repeat(block.name, block.values, block.words, block.take_nodes(), block.place)
        self._block.add_node(loop)

    def _set(self, tag: Tag) -> None:
        name = _local_name(tag)
        if not tag.accept("="):
            raise unexpected(tag)
        self._block.add_node(set_local(name, parse_expression(tag), tag.cost, tag.whole))

    def _condition(self, tag: Tag) -> None:
        block = self._block
        block.condition, block.condition_cost, block.condition_place = (
            parse_expression(tag),
            tag.cost,
            tag.whole,
        )

    def _open(self, keyword: str, tag: Tag) -> None:
        if len(self._stack) > MAX_BLOCK_DEPTH:
            raise tag.whole.exceeded(f"conditions and loops more than {MAX_BLOCK_DEPTH} deep")
        self._stack.append(_Block(keyword, tag.whole))

    def _close(self, keyword: str, tag: Tag) -> _Block:
        self._expect("if" if keyword == "if" else "for", f"end{keyword}", tag)
        _end_of(tag)
        return self._stack.pop()

    def _next_branch(self, tag: Tag, keyword: str) -> None:
        self._expect("if", keyword, tag)
        if self._block.has_else:
            raise tag.whole.invalid(f"{keyword} after else")
        self._block.take_branch()

    def _expect(self, opened: str, keyword: str, tag: Tag) -> None:
        if self._block.keyword != opened:
            inner = f" within {self._block.keyword}" if self._block.keyword else ""
            raise tag.whole.invalid(f"{keyword} without {opened}{inner}")


def _plain_variable(tag: Tag) -> str | None:
    """Give the name when a tag is ``var:name`` with or without a plain default; else None."""
    first = tag.tokens[0]
    has_default = len(tag.tokens) == 4 and tag.tokens[1].text == ":"  # noqa: PLR2004 - name, colon, default, end
    is_alone = len(tag.tokens) == 2 or has_default  # noqa: PLR2004 - name, end
    if first.kind != "reference" or not is_alone:
        return None
    space, _, path = first.text.partition(":")
    return path if space == "var" and "." not in path else None


def _local_name(tag: Tag) -> str:
    token = tag.take()
    if token.kind != "name" or "." in token.text or token.text in NAMESPACES or token.word in KEYWORDS:
        raise tag.place(token).expression_error(f"Not a name for a local: {token.text}")
    return token.text


def _end_of(tag: Tag) -> None:
    if not tag.is_at_end:
        raise unexpected(tag)

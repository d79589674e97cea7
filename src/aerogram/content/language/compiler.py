"""Compile a source to a template in one pass from left to right.

Nested statements use an explicit stack, not the interpreter's. Texts between tags are kept verbatim.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.base.pieces import first_match
from aerogram.content.language.blocks import Block, Condition, Loop
from aerogram.content.language.errors import Place
from aerogram.content.language.expressions import KEYWORDS, NAMESPACES, parse_expression, unexpected
from aerogram.content.language.merge_tags import LONGEST_OPENING, MERGE_TAG_OPENING, merge_tag_at
from aerogram.content.language.nodes import set_local
from aerogram.content.language.runtime.budget import MAX_BLOCK_DEPTH, MAX_SOURCE, MAX_TOKENS
from aerogram.content.language.template import Template
from aerogram.content.language.tokens import Tag

if TYPE_CHECKING:
    from aerogram.content.language.errors import TemplateError

_CLOSINGS: Final = {"{{": "}}", "{%": "%}"}
_COST_OF_MERGE_TAG: Final = 1


def compile_template(source: str, *, has_language: bool, has_merge_tags: bool) -> Template:
    """Compile a source. ``has_language``: ``{{ }}`` and ``{% %}``; ``has_merge_tags``: ``[[var:name]]`` and the like.

    Disabled tags are plain text. Raises `TemplateError`.
    """
    # Searching for fixed strings is fast, so a plain body costs almost nothing.
    may_have_tags = has_language and ("{{" in source or "{%" in source)
    may_have_merge_tags = has_merge_tags and "[[" in source
    opening = _opening_of(may_have_tags, may_have_merge_tags)
    found = first_match(opening, source, LONGEST_OPENING) if opening else None
    if opening is None or found is None:
        return Template(source)
    if len(source) > MAX_SOURCE:
        place = Place(source, found.start(), found.start(), found.end())
        raise place.exceeded(f"a template of more than {MAX_SOURCE} characters")
    return _Compiler(source, opening).compile()


@lru_cache(maxsize=4)
def _opening_of(has_language: bool, has_merge_tags: bool) -> re.Pattern[str] | None:  # noqa: FBT001 - lru_cache
    kinds = [r"\{\{|\{%"] * has_language + [MERGE_TAG_OPENING] * has_merge_tags
    return re.compile("|".join(kinds)) if kinds else None


class _Compiler:
    """Compiles one source, once."""

    def __init__(self, source: str, opening: re.Pattern[str]) -> None:
        self._source = source
        self._opening = opening
        self._stack = [Block(Place(source, 0, 0, 0))]
        self._tokens = 0
        self._uses_unsubscribe_link = False

    def compile(self) -> Template:
        source = self._source
        position = done = 0
        while found := self._opening.search(source, position):
            start, kind = found.span()[0], found[0]
            position = self._merge_tag(done, start) if kind == "[[" else self._tag(done, start, kind)
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
    def _block(self) -> Block:
        return self._stack[-1]

    def _merge_tag(self, done: int, start: int) -> int:
        """Compile a merge tag and return its end; return its start if it is plain text."""
        merge_tag = merge_tag_at(self._source, start)
        if merge_tag is None:
            return start
        place = Place(self._source, start, start, merge_tag.end)
        self._tokens += 1
        if self._tokens > MAX_TOKENS:
            raise place.exceeded(f"more than {MAX_TOKENS} tags and words")
        self._uses_unsubscribe_link |= merge_tag.is_unsubscribe_link
        self._block.add_text(self._source[done:start])
        self._block.add_value(merge_tag.getter(), None, _COST_OF_MERGE_TAG, place)
        return merge_tag.end

    def _tag(self, done: int, start: int, kind: str) -> int:
        """Compile a tag and return its end."""
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
        self._open(Condition(tag.whole, parse_expression(tag), tag.cost))

    def _elseif(self, tag: Tag) -> None:
        self._condition("elseif", tag).begin_branch(parse_expression(tag), tag.cost, tag.whole)

    def _else(self, tag: Tag) -> None:
        block = self._condition("else", tag)
        _end_of(tag)
        block.begin_else(tag.whole)

    def _endif(self, tag: Tag) -> None:
        block = self._block
        if not isinstance(block, Condition):
            raise self._misplaced("endif", "if", tag)
        self._close(block, tag)

    def _for(self, tag: Tag) -> None:
        name = _local_name(tag)
        if not tag.accept("in"):
            raise unexpected(tag)
        first = tag.next
        values = parse_expression(tag)
        words = self._source[first.start : tag.tokens[-2].end]
        self._open(Loop(tag.whole, name, values, words, tag.cost))

    def _endfor(self, tag: Tag) -> None:
        block = self._block
        if not isinstance(block, Loop):
            raise self._misplaced("endfor", "for", tag)
        self._close(block, tag)

    def _set(self, tag: Tag) -> None:
        name = _local_name(tag)
        if not tag.accept("="):
            raise unexpected(tag)
        self._block.add_node(set_local(name, parse_expression(tag), tag.cost, tag.whole))

    def _open(self, block: Block) -> None:
        if len(self._stack) > MAX_BLOCK_DEPTH:
            raise block.place.exceeded(f"conditions and loops more than {MAX_BLOCK_DEPTH} deep")
        self._stack.append(block)

    def _close(self, block: Condition | Loop, tag: Tag) -> None:
        _end_of(tag)
        self._stack.pop()
        self._block.add_node(block.close())

    def _condition(self, keyword: str, tag: Tag) -> Condition:
        """Return the open condition for another branch. Raises `TemplateError`."""
        block = self._block
        if not isinstance(block, Condition):
            raise self._misplaced(keyword, "if", tag)
        if block.has_else:
            raise tag.whole.invalid(f"{keyword} after else")
        return block

    def _misplaced(self, keyword: str, opened: str, tag: Tag) -> TemplateError:
        inner = f" within {self._block.keyword}" if self._block.keyword else ""
        return tag.whole.invalid(f"{keyword} without {opened}{inner}")


def _plain_variable(tag: Tag) -> str | None:
    """Return the name if a tag is just ``var:name``, with or without a plain default; else None."""
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
        raise tag.place(token).expression_error(f"Invalid name of a local variable: {token.text}")
    return token.text


def _end_of(tag: Tag) -> None:
    if not tag.is_at_end:
        raise unexpected(tag)

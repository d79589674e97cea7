"""Parse words into a tree. From weakest to strongest: OR and XOR (equal, left to right), AND, NOT.

(compatibility: segments#grammar)
"""

from __future__ import annotations

from typing import Final

from aerogram.audience.segments.errors import SegmentError, shown
from aerogram.audience.segments.lexer import Word, words_of
from aerogram.audience.segments.signatures import FUNCTIONS, check_call
from aerogram.audience.segments.tree import Call, Chain, Comparison, Literal, Name, Not, Operand, Term
from aerogram.audience.segments.values import number_in
from aerogram.model.segment import Operator

MAX_DEPTH: Final = 32
"""Nested brackets; our choice. Editors produce three levels."""
MAX_LEVELS: Final = 8
"""Nesting of AND, OR and XOR, with changes from OR to XOR: the stack of SQLite's parser holds 100 entries."""
MAX_CONDITIONS: Final = 200
"""Comparisons and conditional functions of an expression; SQLite accepts a chain of fewer than 1000."""

_OPERATORS: Final = {each.value: each for each in Operator} | {"<>": Operator.DIFFERENT}
_TRUTHS: Final = {"true": True, "false": False}
_KEYWORDS: Final = frozenset({"and", "or", "xor", "not"})


def parse(expression: str) -> Term:
    """Parse an expression and check its function calls. Raises `SegmentError`."""
    return _Parser(words_of(expression)).whole()


class _Parser:
    """Recursive descent, one method per level of precedence."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._index = 0
        self._depth = 0
        self._conditions = 0

    @property
    def _next(self) -> Word:
        return self._words[self._index]

    def whole(self) -> Term:
        if self._next.kind == "end":
            raise SegmentError("The expression is empty", 0)
        term = self._either()
        if self._next.text == ")":
            raise SegmentError("This closing bracket has no opening bracket", self._next.at)
        if self._next.kind != "end":
            raise SegmentError(f"Expected AND, OR or XOR, found {self._next.shown}", self._next.at)
        if _levels(term) > MAX_LEVELS:
            raise SegmentError(f"AND, OR and XOR may be nested at most {MAX_LEVELS} deep", 0)
        return term

    def _either(self) -> Term:
        """Parse a chain of OR and XOR; when the operator changes, the chain so far becomes its first operand."""
        depth = self._depth
        self._deepen()
        operands, joined_by = [self._all()], ""
        while self._next.keyword in {"or", "xor"}:
            word = self._take().keyword
            if joined_by and word != joined_by:
                self._deepen()
                operands = [Chain(joined_by, tuple(operands))]
            joined_by = word
            operands.append(self._all())
        self._depth = depth
        return Chain(joined_by, tuple(operands)) if joined_by else operands[0]

    def _all(self) -> Term:
        operands = [self._denied()]
        while self._next.keyword == "and":
            self._take()
            operands.append(self._denied())
        return Chain("and", tuple(operands)) if len(operands) > 1 else operands[0]

    def _denied(self) -> Term:
        denials = 0
        while self._next.keyword == "not":
            self._take()
            denials += 1
        term = self._primary()
        if denials % 2 == 0:
            return term
        return term.operand if isinstance(term, Not) else Not(term)

    def _primary(self) -> Term:
        if self._next.text == "(":
            opening = self._take()
            term = self._either()
            if self._next.kind == "end":
                raise SegmentError("This bracket is never closed", opening.at)
            if self._next.text != ")":
                raise SegmentError(f"Expected ), AND, OR or XOR, found {self._next.shown}", self._next.at)
            self._take()
            return term
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise SegmentError(f"An expression may have at most {MAX_CONDITIONS} conditions", self._next.at)
        return self._condition()

    def _condition(self) -> Term:
        left = self._operand()
        if isinstance(left, Call) and FUNCTIONS[left.function].is_condition:
            if self._next.text in _OPERATORS:
                raise SegmentError("This function is a condition and cannot be compared", left.at)
            return left
        operator = _OPERATORS.get(self._next.text) if self._next.kind == "operator" else None
        if operator is None:
            raise SegmentError(f"Expected a comparison such as =, found {self._next.shown}", self._next.at)
        self._take()
        right = self._operand()
        if isinstance(right, Call) and FUNCTIONS[right.function].is_condition:
            raise SegmentError("This function is a condition and cannot be compared", right.at)
        if self._next.kind == "operator":
            raise SegmentError("Two comparisons need AND, OR or XOR between them", self._next.at)
        return Comparison(operator, left, right)

    def _operand(self) -> Operand:
        word = self._next
        if word.kind == "text":
            return Literal(word.value, word.value, self._take().at)
        if word.kind == "number":
            return Literal(number_in(word.text) or 0, word.text, self._take().at)
        if word.keyword in _TRUTHS:
            return Literal(_TRUTHS[word.keyword], word.text, self._take().at)
        if word.kind != "name" or word.keyword in _KEYWORDS:
            raise SegmentError(f"Expected a property, a value or a function, found {word.shown}", word.at)
        self._take()
        return self._call(word) if self._next.text == "(" else Name(word.text, word.at)

    def _call(self, name: Word) -> Call:
        if name.keyword not in FUNCTIONS:
            raise SegmentError(f"There is no function {shown(name.text)}", name.at)
        self._take()
        self._deepen()
        arguments: list[Operand] = []
        if self._next.text != ")":
            arguments.append(self._operand())
            while self._next.text == ",":
                self._take()
                arguments.append(self._operand())
        if self._next.text != ")":
            raise SegmentError(f"Expected a comma or ), found {self._next.shown}", self._next.at)
        self._take()
        self._depth -= 1
        call = Call(name.keyword, tuple(arguments), name.at)
        check_call(call)
        return call

    def _take(self) -> Word:
        word = self._next
        self._index += 1
        return word

    def _deepen(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SegmentError(f"An expression may be nested at most {MAX_DEPTH} deep", self._next.at)


def _levels(term: Term) -> int:
    if isinstance(term, Chain):
        return 1 + max(map(_levels, term.operands))
    return _levels(term.operand) if isinstance(term, Not) else 0

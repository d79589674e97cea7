"""Compile expressions to closures that take the frame of a rendering and return a value.

From weakest to strongest: ``or``, ``xor``, ``and``, ``not``, comparisons, ``+ -``, ``* / div mod``, signs and ``!``.
Mailjet documents no order, and requires brackets around ``div`` and ``mod``. A chain of one level is one closure,
so only brackets add depth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aerogram.content.language.references import constant, look_up, member, space_of
from aerogram.content.language.runtime.budget import MAX_EXPRESSION_DEPTH
from aerogram.content.language.runtime.functions import FUNCTIONS
from aerogram.content.language.runtime.operators import COMPARISONS, PRODUCTS, SUMS, Operator
from aerogram.content.language.runtime.values import bounded, number_of, truth_of

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place, TemplateError
    from aerogram.content.language.runtime.frame import Frame
    from aerogram.content.language.tokens import Tag, Token

Expression = Callable[["Frame"], Any]

NAMESPACES: Final = frozenset({"var", "data", "mj", "segment"})
KEYWORDS: Final = frozenset({"and", "or", "xor", "not", "div", "mod", "true", "false"})
_TRUTHS: Final = {"true": True, "false": False}


def parse_expression(tag: Tag) -> Expression:
    """Parse an expression from a tag, up to its end. Raises `TemplateError`."""
    expression = _Parser(tag).either()
    if not tag.is_at_end:
        raise unexpected(tag)
    return expression


def unexpected(tag: Tag) -> TemplateError:
    """Return the error of an unexpected word."""
    if tag.is_at_end:
        return tag.place(tag.next).expression_error("Unexpected end of the tag")
    return tag.place(tag.next).expression_error(f"Unexpected: {tag.next.text}")


class _Parser:
    """Recursive descent, one method per level of precedence."""

    def __init__(self, tag: Tag) -> None:
        self._tag = tag
        self._depth = 0

    def either(self) -> Expression:
        self._deepen()
        operands = [self._different()]
        while self._tag.accept("or"):
            operands.append(self._different())
        self._depth -= 1
        if len(operands) == 1:
            return operands[0]
        return lambda frame: any(truth_of(each(frame)) for each in operands)

    def _different(self) -> Expression:
        operands = [self._all()]
        while self._tag.accept("xor"):
            operands.append(self._all())
        if len(operands) == 1:
            return operands[0]
        return lambda frame: sum(truth_of(each(frame)) for each in operands) % 2 == 1

    def _all(self) -> Expression:
        operands = [self._denied()]
        while self._tag.accept("and"):
            operands.append(self._denied())
        if len(operands) == 1:
            return operands[0]
        return lambda frame: all(truth_of(each(frame)) for each in operands)

    def _denied(self) -> Expression:
        denials = 0
        while self._tag.accept("not"):
            denials += 1
        operand = self._comparison()
        if not denials:
            return operand
        wanted = denials % 2 == 0
        return lambda frame: truth_of(operand(frame)) is wanted

    def _comparison(self) -> Expression:
        left = self._chain(SUMS, self._product)
        token = self._tag.next
        compare = COMPARISONS.get(token.text)
        if compare is None:
            return left
        self._tag.take()
        right = self._chain(SUMS, self._product)
        place = self._tag.place(token)
        if self._tag.next.text in COMPARISONS:
            raise unexpected(self._tag)
        return lambda frame: compare(left(frame), right(frame), frame, place)

    def _product(self) -> Expression:
        return self._chain(PRODUCTS, self._signed)

    def _chain(self, operators: dict[str, Operator], operand: Callable[[], Expression]) -> Expression:
        first = operand()
        rest: list[tuple[Operator, Expression, Place]] = []
        while (operator := operators.get(self._tag.next.word)) is not None:
            token = self._tag.take()
            rest.append((operator, operand(), self._tag.place(token)))
        return _folded(first, rest) if rest else first

    def _signed(self) -> Expression:
        token = self._tag.next
        if token.text not in {"-", "+", "!"}:
            return self._value()
        self._tag.take()
        self._deepen()
        operand, place = self._signed(), self._tag.place(token)
        self._depth -= 1
        if token.text == "!":
            return lambda frame: not truth_of(operand(frame))
        if token.text == "-":
            return lambda frame: bounded(-number_of(operand(frame), place), place)
        return lambda frame: number_of(operand(frame), place)

    def _value(self) -> Expression:
        token = self._tag.next
        if token.kind == "reference":
            return self._reference(self._tag.take())
        if token.kind == "name" and token.word not in KEYWORDS:
            return self._call() if self._tag.following == "(" else self._reference(self._tag.take())
        if self._tag.accept("("):
            inner = self.either()
            self._expect(")")
            return inner
        if token.kind == "segment":
            return member(self._tag.take().text)
        return self._literal()

    def _literal(self) -> Expression:
        token = self._tag.next
        if token.kind == "text":
            value: Any = token.text[1:-1]
        elif token.kind == "number":
            value = number_of(token.text, self._tag.place(token))
        elif token.word in _TRUTHS:
            value = _TRUTHS[token.word]
        else:
            raise unexpected(self._tag)
        self._tag.take()
        return constant(value)

    def _reference(self, token: Token) -> Expression:
        place = self._tag.place(token)
        if token.text in NAMESPACES:
            raise place.unknown(token.text)
        default = self._default() if self._tag.accept(":") else None
        space, path = space_of(token)
        return look_up(space, path, default, token.text, place)

    def _default(self) -> Expression:
        """Parse the default of an undefined value: a literal, another name in a namespace, or a bare word."""
        token = self._tag.next
        if token.kind == "reference":
            self._deepen()
            default = self._reference(self._tag.take())
            self._depth -= 1
            return default
        if self._tag.accept("-"):
            number, place = self._literal(), self._tag.place(token)
            return lambda frame: -number_of(number(frame), place)
        if token.kind == "name" and token.word not in KEYWORDS:
            return constant(self._tag.take().text)
        return self._literal()

    def _call(self) -> Expression:
        token = self._tag.take()
        place = self._tag.place(token)
        function = FUNCTIONS.get(token.word)
        if function is None:
            raise place.unknown(token.text)
        self._tag.take()
        arguments: list[Expression] = []
        if not self._tag.accept(")"):
            arguments.append(self.either())
            while self._tag.accept(","):
                arguments.append(self.either())
            self._expect(")")
        if not function.least <= len(arguments) <= function.most:
            raise place.expression_error(f"{function.name} takes {function.signature}")
        call = function.call
        return lambda frame: call([each(frame) for each in arguments], frame, place)

    def _expect(self, word: str) -> None:
        if not self._tag.accept(word):
            raise unexpected(self._tag)

    def _deepen(self) -> None:
        self._depth += 1
        if self._depth > MAX_EXPRESSION_DEPTH:
            raise self._tag.place(self._tag.next).exceeded(
                f"brackets, calls and signs more than {MAX_EXPRESSION_DEPTH} deep"
            )


def _folded(first: Expression, rest: list[tuple[Operator, Expression, Place]]) -> Expression:
    def evaluate(frame: Frame) -> Any:
        value = first(frame)
        for operate, operand, place in rest:
            value = operate(value, operand(frame), frame, place)
        return value

    return evaluate

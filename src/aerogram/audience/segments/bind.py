"""Bind an expression tree to an account's properties and the current time, giving a condition.

Comparisons that can never match are found here once, not per contact: a name that is no property, values of
different kinds, a literal that cannot be converted to the kind it is compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.audience.segments.functions import condition_of, value_of
from aerogram.audience.segments.operands import Binding, Definitions, compared
from aerogram.audience.segments.tree import Call, Chain, Comparison, Literal, Name, Not
from aerogram.model.segment import Denied, Every, Odd, Some

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.audience.segments.tree import Operand, Term
    from aerogram.model.segment import Condition, Value

_CHAINS: Final[Mapping[str, type[Every | Some | Odd]]] = {"and": Every, "or": Some, "xor": Odd}


def bind(term: Term, properties: Definitions, now_ms: int) -> Condition:
    """Bind a tree to an account's properties and a time."""
    return _condition(term, Binding(properties, now_ms))


def _condition(term: Term, binding: Binding) -> Condition:
    match term:
        case Chain():
            return _CHAINS[term.word](tuple(_condition(each, binding) for each in term.operands))
        case Not():
            return Denied(_condition(term.operand, binding))
        case Call():
            return condition_of(term, binding)
        case Comparison():
            return _comparison(term, binding)


def _comparison(comparison: Comparison, binding: Binding) -> Condition:
    """Bind a comparison; only to the right of the operator may an unknown name be an unquoted text.

    (compatibility: segments#grammar)
    """
    right = comparison.right
    return compared(
        comparison.operator,
        _operand(comparison.left, binding),
        binding.word(right) if isinstance(right, Name) else _operand(right, binding),
    )


def _operand(operand: Operand, binding: Binding) -> Value | Literal | None:
    return operand if isinstance(operand, Literal) else value_of(operand, binding)

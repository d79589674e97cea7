"""Predicates of text filters: equal to, with, starting with or ending with a text, ignoring case or not.

LIKE is not used: its case depends on the engine, and its wildcards would have to be escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, func

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def likes(name: str, column: ColumnElement[Any]) -> dict[str, ColumnElement[bool]]:
    """Give the predicates on a column by the names of their conditions: ``email``, ``email_ci``, ``email_like``….

    Each has a bind parameter of its condition's name. The value of a condition that ends with ``ci`` must be
    in lower case; an empty text is in, at the start and at the end of every other.
    """
    lowered = func.lower(column)
    return {
        name: column == bindparam(name),
        f"{name}_ci": lowered == bindparam(f"{name}_ci"),
        f"{name}_like": _contains(column, f"{name}_like"),
        f"{name}_likeci": _contains(lowered, f"{name}_likeci"),
        f"{name}_llike": _starts(column, f"{name}_llike"),
        f"{name}_llikeci": _starts(lowered, f"{name}_llikeci"),
        f"{name}_rlike": _ends(column, f"{name}_rlike"),
        f"{name}_rlikeci": _ends(lowered, f"{name}_rlikeci"),
    }


def _contains(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    asked = bindparam(name, type_=String())
    return (asked == "") | (func.replace(column, asked, "") != column)


def _starts(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    asked = bindparam(name, type_=String())
    return func.substr(column, 1, func.length(asked)) == asked


def _ends(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    asked = bindparam(name, type_=String())
    return func.substr(column, func.length(column) - func.length(asked) + 1) == asked

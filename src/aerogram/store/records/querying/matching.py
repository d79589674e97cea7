"""Predicates of text filters: equals, contains, starts with, ends with; each also ignoring case.

LIKE is not used: its case sensitivity depends on the engine, and its wildcards would have to be escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, func

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def likes(name: str, column: ColumnElement[Any]) -> dict[str, ColumnElement[bool]]:
    """Return the predicates on a column by condition name: ``email``, ``email_ci``, ``email_like``….

    Each has a bind parameter with the name of its condition. The value of a condition that ends with ``ci``
    must be in lower case. Every text contains, starts with and ends with the empty text.
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
    wanted = bindparam(name, type_=String())
    return (wanted == "") | (func.replace(column, wanted, "") != column)


def _starts(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    wanted = bindparam(name, type_=String())
    return func.substr(column, 1, func.length(wanted)) == wanted


def _ends(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    wanted = bindparam(name, type_=String())
    return func.substr(column, func.length(column) - func.length(wanted) + 1) == wanted

"""A property of a JSON object in a text column, as an expression for both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement

if TYPE_CHECKING:
    from sqlalchemy.sql.expression import ClauseElement


class json_text(ColumnElement[str]):  # noqa: N801 - reads as a function inside statements
    """The text of one property; null when the object has none. ``name`` is a constant, never client input."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        if not name.isidentifier():
            raise ValueError(f"{name!r} is not a property name; it must be an identifier.")
        self.column = column
        self.name = name

    def get_children(self, **_: Any) -> tuple[ClauseElement, ...]:
        """Let SQLAlchemy's visitors find the column."""
        return (self.column,)


class json_number(json_text):  # noqa: N801 - as `json_text`
    """One property that is a 64-bit integer; null when the object has none."""

    inherit_cache = False
    type = BigInteger()  # type: ignore[assignment]


@compiles(json_text, "sqlite")
@compiles(json_number, "sqlite")
def _sqlite(element: json_text, compiler: Any, **options: Any) -> str:
    return f"json_extract({compiler.process(element.column, **options)}, '$.{element.name}')"


@compiles(json_text, "postgresql")
def _postgresql_text(element: json_text, compiler: Any, **options: Any) -> str:
    return f"(CAST({compiler.process(element.column, **options)} AS jsonb) ->> '{element.name}')"


@compiles(json_number, "postgresql")
def _postgresql_number(element: json_number, compiler: Any, **options: Any) -> str:
    return f"CAST({_postgresql_text(element, compiler, **options)} AS BIGINT)"

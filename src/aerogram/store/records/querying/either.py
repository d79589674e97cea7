"""Expressions that SQLite and PostgreSQL write differently, and the values of JSON that they read out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Double,
    Numeric,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import Case, ColumnElement

from aerogram.base.folding import LARGE, SMALL
from aerogram.model.segment import MAX_MOMENT_DIGITS, Kind

if TYPE_CHECKING:
    from sqlalchemy.sql.expression import ClauseElement

TRUE: Final = literal_column("(1 = 1)", Boolean)
FALSE: Final = literal_column("(1 = 0)", Boolean)
"""Written out, as SQLAlchemy's own make parts of a statement vanish, and their parameters with them."""


class either(ColumnElement[Any]):  # noqa: N801 - reads as a function inside statements
    """An expression in the words of each engine. Both have the same parameters."""

    inherit_cache = False

    def __init__(self, sqlite: ColumnElement[Any], postgresql: ColumnElement[Any], type_: Any) -> None:
        self.sqlite = sqlite
        self.postgresql = postgresql
        self.type = type_()

    def get_children(self, **_: Any) -> tuple[ClauseElement, ...]:
        """Let SQLAlchemy's visitors find tables and parameters."""
        return (self.sqlite, self.postgresql)

    def self_group(self, against: Any = None) -> either:  # noqa: ARG002 - SQLAlchemy's signature
        """Stand where a condition stands as it is; it bears brackets of its own."""
        return self


@compiles(either, "sqlite")
def _in_sqlite(element: either, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.sqlite, **options)
    # What begins and ends with words of its own needs no brackets: SQLite's parser goes 100 words deep.
    return text if isinstance(element.sqlite, Case) else f"({text})"


@compiles(either, "postgresql")
def _in_postgresql(element: either, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.postgresql, **options)})"


def path_to(key: str) -> str:
    """Write a key, of letters and digits, as `member` takes it."""
    return f'$."{key}"'


def member(
    document: ColumnElement[str], parsed: ColumnElement[Any], path: ColumnElement[str], kind: Kind
) -> ColumnElement[Any]:
    """Give what is at a path of a JSON object, a text in SQLite and parsed in PostgreSQL; null unless of the kind.

    SQLite reads the path as it is, once for all rows.
    """
    key = func.btrim(path, literal_column("'$.\"'"), type_=Text())
    known = func.nullif(document, literal_column("''"))
    return _either_typed(known, path, parsed.op("->", return_type=JSONB())(key), kind)


def whole(document: ColumnElement[str], kind: Kind) -> ColumnElement[Any]:
    """Give the value that a JSON text is; null unless it is of the kind."""
    return _either_typed(document, literal_column("'$'"), cast(document, JSONB), kind)


def fold_case(text: ColumnElement[str], *, is_cheap: bool) -> ColumnElement[str]:
    """Write as `aerogram.base.folding.folded` does.

    A text that ``is_cheap`` is looked at more than once: SQLite is given that function itself, which holds the
    interpreter's lock and so must not be called for each of a million texts, and PostgreSQL's way is slow. Nearly
    all texts are ASCII, and both engines leave the other letters alone when they are told so.
    """
    in_sqlite = func.fold_case(text)
    in_postgresql = func.translate(text, literal_column(f"'{LARGE}'"), literal_column(f"'{SMALL}'"))
    if not is_cheap:
        return either(in_sqlite, in_postgresql, Text)
    is_ascii = func.octet_length(text) == func.length(text)
    return either(
        case((text.op("GLOB")(_NOT_ASCII), in_sqlite), else_=func.lower(text)),
        case((is_ascii, func.lower(text.collate("C"))), else_=in_postgresql),
        Text,
    )


def mentions(text: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Tell whether a text has the parameter ``name`` in it, in any case; the parameter is in small letters."""
    within, words = fold_case(text, is_cheap=False), bindparam(name, type_=Text())
    found = either(func.instr(within, words), func.strpos(within, words), BigInteger)
    return found > literal_column("0", BigInteger)


def date_part(
    milliseconds: ColumnElement[int], sqlite_letter: str, postgresql_letters: str
) -> ColumnElement[str]:
    """Write a part of a date in UTC with leading zeros."""
    seconds = cast(milliseconds, Double) / literal_column("1000.0", Double)
    return either(
        func.strftime(literal_column(f"'%{sqlite_letter}'"), seconds, literal_column("'unixepoch'")),
        func.to_char(
            func.timezone(literal_column("'UTC'"), func.to_timestamp(seconds)),
            literal_column(f"'{postgresql_letters}'"),
        ),
        Text,
    )


def _either_typed(
    document: ColumnElement[Any], path: ColumnElement[str], inside: ColumnElement[Any], kind: Kind
) -> ColumnElement[Any]:
    return either(_typed_in_sqlite(document, path, kind), _typed_in_postgresql(inside, kind), _TYPES[kind])


def _typed_in_sqlite(
    document: ColumnElement[Any], path: ColumnElement[str], kind: Kind
) -> ColumnElement[Any]:
    value = func.json_extract(document, path)
    is_typed: ColumnElement[bool] = func.json_type(document, path).in_(
        [literal_column(f"'{word}'") for word in _JSON_TYPES[kind]]
    )
    if kind is Kind.MOMENT:
        most = 10**MAX_MOMENT_DIGITS - 1
        is_typed = and_(is_typed, value.between(literal_column(str(-most)), literal_column(str(most))))
    return case((is_typed, cast(value, Double) if kind is Kind.FLOAT else value))


def _typed_in_postgresql(inside: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    """PostgreSQL evaluates a cast only where the case that guards it is true."""
    word = func.jsonb_typeof(inside)
    match kind:
        case Kind.TEXT:
            text = inside.op("#>>", return_type=Text())(literal_column("'{}'"))
            return case((word == literal_column("'string'"), text))
        case Kind.FLAG:
            return case((word == literal_column("'boolean'"), cast(inside, Boolean)))
        case Kind.MOMENT:
            number = cast(inside, Numeric)
            most = 10**MAX_MOMENT_DIGITS - 1
            is_typed = and_(
                func.scale(number) == literal_column("0"),
                number.between(literal_column(str(-most)), literal_column(str(most))),
            )
            return case((word == literal_column("'number'"), case((is_typed, cast(number, BigInteger)))))
        case _:
            number = cast(inside, Double if kind is Kind.FLOAT else Numeric)
            return case((word == literal_column("'number'"), number))


_NOT_ASCII: Final[ColumnElement[str]] = literal_column("'*[^\x01-\x7f]*'", Text())
_JSON_TYPES: Final = {
    Kind.TEXT: ("text",),
    Kind.INTEGER: ("integer", "real"),
    Kind.FLOAT: ("integer", "real"),
    Kind.FLAG: ("true", "false"),
    Kind.MOMENT: ("integer",),
}
"""SQLite's words."""
_TYPES: Final = {
    Kind.TEXT: Text,
    Kind.INTEGER: Numeric,
    Kind.FLOAT: Double,
    Kind.FLAG: Boolean,
    Kind.MOMENT: BigInteger,
}

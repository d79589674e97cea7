"""Expressions that differ between SQLite and PostgreSQL, and access to values in JSON."""

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
"""Literals, because SQLAlchemy's own constants remove parts of a statement together with their parameters."""


class either(ColumnElement[Any]):  # noqa: N801 - reads as a function inside statements
    """An expression in the dialect of each engine. Both have the same parameters."""

    inherit_cache = False

    def __init__(self, sqlite: ClauseElement, postgresql: ClauseElement, type_: Any) -> None:
        self.sqlite = sqlite
        self.postgresql = postgresql
        self.type = type_()

    def get_children(self, **_: Any) -> tuple[ClauseElement, ...]:
        """Let SQLAlchemy's visitors find tables and parameters."""
        return (self.sqlite, self.postgresql)

    def self_group(self, against: Any = None) -> either:  # noqa: ARG002 - SQLAlchemy's signature
        """Stay as it is inside a condition; it writes its own parentheses."""
        return self


@compiles(either, "sqlite")
def _in_sqlite(element: either, compiler: Any, **options: Any) -> str:
    text: str = compiler.process(element.sqlite, **options)
    # A CASE needs no parentheses, and each pair costs one level of the 100 that SQLite's parser allows.
    return text if isinstance(element.sqlite, Case) else f"({text})"


@compiles(either, "postgresql")
def _in_postgresql(element: either, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.postgresql, **options)})"


def path_to(key: str) -> str:
    """Return the path of a key of letters and digits, for `member`."""
    return f'$."{key}"'


def member(
    document: ColumnElement[str], parsed: ColumnElement[Any], path: ColumnElement[str], kind: Kind
) -> ColumnElement[Any]:
    """Return the value at a path of a JSON object; null unless it is of the kind.

    SQLite reads the text ``document``, PostgreSQL the column ``parsed``. SQLite parses the path once for all
    rows.
    """
    key = func.btrim(path, literal_column("'$.\"'"), type_=Text())
    known = func.nullif(document, literal_column("''"))
    return _either_typed(known, path, parsed.op("->", return_type=JSONB())(key), kind)


def whole(document: ColumnElement[str], kind: Kind) -> ColumnElement[Any]:
    """Return the value of a JSON text; null unless it is of the kind."""
    return _either_typed(document, literal_column("'$'"), cast(document, JSONB), kind)


def fold_case(text: ColumnElement[str], *, is_cheap: bool) -> ColumnElement[str]:
    """Fold the case of a text as `aerogram.base.folding.folded` does.

    On SQLite the exact way is that function itself, which holds the GIL and must not be called for each of a
    million texts; on PostgreSQL the exact way is slow. So when a text ``is_cheap`` to evaluate twice, a check
    for ASCII, which nearly all texts are, first tries the engine's own ``lower``.
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
    """Return whether a text contains the parameter ``name`` (lower case), ignoring the text's case."""
    within, words = fold_case(text, is_cheap=False), bindparam(name, type_=Text())
    found = either(func.instr(within, words), func.strpos(within, words), BigInteger)
    return found > literal_column("0", BigInteger)


def date_part(
    milliseconds: ColumnElement[int], sqlite_letter: str, postgresql_letters: str
) -> ColumnElement[str]:
    """Format a part of a date in UTC, with leading zeros."""
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
    """Guard each cast with a CASE: PostgreSQL evaluates it only when the condition is true."""
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
"""SQLite's names of JSON types."""
_TYPES: Final = {
    Kind.TEXT: Text,
    Kind.INTEGER: Numeric,
    Kind.FLOAT: Double,
    Kind.FLAG: Boolean,
    Kind.MOMENT: BigInteger,
}

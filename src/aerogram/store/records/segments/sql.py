"""A segment's condition as SQL, for all contacts at once.

Every constant is a parameter. A comparison with null is false, so null never spreads further.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Double,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from aerogram.model.event import Verdict
from aerogram.model.segment import (
    MAX_AVERAGED,
    MAX_PRINTED_MS,
    MIN_PRINTED_MS,
    Compared,
    Constant,
    Contained,
    Counted,
    DatePart,
    Denied,
    Every,
    Fixed,
    Folded,
    Gathered,
    Gathering,
    Happened,
    Kind,
    Newest,
    Odd,
    Operator,
    Own,
    Printed,
    Provided,
    Some,
    TextPosition,
    kind_of,
)
from aerogram.store.records.querying.either import (
    FALSE,
    TRUE,
    date_part,
    either,
    fold_case,
    member,
    path_to,
    whole,
)
from aerogram.store.tables import campaign, content, event, message
from aerogram.store.tables.contacts import contact, contact_history, known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select
    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.model.event import EventKind
    from aerogram.model.segment import Condition, Value

_TYPES: Final[Mapping[Kind, Any]] = {
    Kind.TEXT: Text(),
    Kind.INTEGER: BigInteger(),
    Kind.FLOAT: Double(),
    Kind.FLAG: Boolean(),
    Kind.MOMENT: BigInteger(),
}
_COMPARE: Final[Mapping[Operator, Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.DIFFERENT: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
_GATHER: Final[Mapping[Gathering, Any]] = {
    Gathering.AVERAGE: func.avg,
    Gathering.LARGEST: func.max,
    Gathering.SMALLEST: func.min,
}
_LETTERS: Final[Mapping[DatePart, tuple[str, str]]] = {
    DatePart.YEAR: ("Y", "YYYY"),
    DatePart.SHORT_YEAR: ("Y", "YYYY"),
    DatePart.MONTH: ("m", "MM"),
    DatePart.DAY: ("d", "DD"),
    DatePart.HOUR: ("H", "HH24"),
    DatePart.MINUTE: ("M", "MI"),
    DatePart.SECOND: ("S", "SS"),
}
"""The format letters of each part in SQLite and in PostgreSQL."""


class Shape(msgspec.Struct, frozen=True):
    """A condition whose constants are replaced by their indexes in ``kinds``; it determines the statement."""

    condition: Condition
    kinds: tuple[Kind, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Name the parameters, in the order of the values."""
        return tuple(f"value_{place}" for place in range(len(self.kinds)))


def split_constants(condition: Condition) -> tuple[Shape, list[Any]]:
    """Split a condition into its shape, the key of cached statements, and the values of its parameters."""
    constants: list[Constant] = []

    def shaped(part: Any) -> Any:
        if isinstance(part, Own):
            return Own(part.kind, shaped(Constant(Kind.TEXT, path_to(part.property_id.value))))
        if isinstance(part, Constant):
            constants.append(part)
            return Constant(part.kind, len(constants) - 1)
        if isinstance(part, tuple):
            return tuple(shaped(each) for each in part)
        if isinstance(part, msgspec.Struct):
            return type(part)(*(shaped(getattr(part, name)) for name in part.__struct_fields__))
        return part

    shape = shaped(condition)
    return Shape(shape, tuple(each.kind for each in constants)), [each.value for each in constants]


def clause(condition: Condition) -> ColumnElement[bool]:
    """Return the clause over rows of `contact` for the condition of a shape. It is never null."""
    match condition:
        case Fixed():
            return TRUE if condition.is_true else FALSE
        case Every():
            return and_(*map(clause, condition.conditions)).self_group()
        case Some():
            return or_(*map(clause, condition.conditions)).self_group()
        case Odd():
            # A sum: a chain of comparisons would nest as deep as it is long.
            ones = [cast(clause(each), Integer) for each in condition.conditions]
            return sum(ones[1:], ones[0]) % literal_column("2") == literal_column("1")
        case Denied():
            return not_(clause(condition.condition))
        case Provided():
            return _value(condition.value).is_not(None)
        case Happened():
            return exists(
                select(literal_column("1")).where(
                    *_activity(condition.event), event.c.at_ms >= _value(condition.since)
                )
            )
        case Compared():
            return _known(_compared(condition))
        case Contained():
            return _known(_contained(condition))


def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Turn null into false."""
    return condition.is_(true()).self_group()


def _compared(condition: Compared) -> ColumnElement[bool]:
    compare = _COMPARE[condition.operator]
    left, right = _value(condition.left), _value(condition.right)
    kinds = {kind_of(condition.left), kind_of(condition.right)}
    if Kind.FLOAT in kinds:
        left, right = cast(left, Double), cast(right, Double)
    if kinds != {Kind.TEXT} or condition.operator in {Operator.EQUAL, Operator.DIFFERENT}:
        return compare(left, right)  # type: ignore[no-any-return]
    # By code point, as SQLite compares texts; PostgreSQL does so only with the collation "C".
    return either(compare(left, right), compare(left.collate("C"), right), Boolean)


def _contained(condition: Contained) -> ColumnElement[bool]:
    text, part = _value(condition.text), _value(condition.part)
    length = func.length(part)
    match condition.position:
        case TextPosition.START:
            return func.substr(text, literal_column("1"), length) == part
        case TextPosition.END:
            return func.substr(text, func.length(text) - length + literal_column("1")) == part
        case TextPosition.ANYWHERE:
            return either(func.instr(text, part), func.strpos(text, part), BigInteger) > literal_column("0")


def _value(value: Value) -> ColumnElement[Any]:
    match value:
        case Constant():
            return bindparam(f"value_{value.value}", type_=_TYPES[value.kind])
        case Own():
            return member(contact.c.properties, known, _value(value.property_id), value.kind)
        case Newest():
            newest = _past(value.property_id, whole(contact_history.c.value, value.kind))
            latest = (contact_history.c.at_ms.desc(), contact_history.c.id.desc())
            return _alone(newest.order_by(*latest).limit(literal_column("1")))
        case Gathered():
            past = _past(value.property_id, _GATHER[value.gathering](_gathered(value)))
            return _alone(past.where(contact_history.c.at_ms >= _value(value.since)))
        case Counted():
            return _counted(value)
        case Printed():
            return _printed(value)
        case Folded():
            return fold_case(_value(value.text), is_cheap=isinstance(value.text, Own))


def _gathered(value: Gathered) -> ColumnElement[Any]:
    """Return the value of a row of the history that an aggregate takes."""
    if value.gathering is not Gathering.AVERAGE:
        return whole(contact_history.c.value, value.kind)
    number = whole(contact_history.c.value, Kind.FLOAT)
    most: ColumnElement[float] = literal_column(repr(MAX_AVERAGED), Double())
    return case((func.abs(number) <= most, number))


def _alone(selected: Select[Any]) -> ColumnElement[Any]:
    """Turn a statement about the contact into a scalar value."""
    return selected.correlate(contact).scalar_subquery()


def _past(property_id: Constant, selected: ColumnElement[Any]) -> Select[Any]:
    """Select from the values that a historic property had for the contact."""
    return select(selected).where(
        contact_history.c.account_id == contact.c.account_id,
        contact_history.c.contact_id == contact.c.id,
        contact_history.c.property_id == cast(_value(property_id), BigInteger),
    )


def _activity(kind: EventKind) -> tuple[ColumnElement[bool], ...]:
    """Select the actions of the recipient at the contact's address, without those of mail scanners."""
    return (
        event.c.account_id == contact.c.account_id,
        event.c.address == contact.c.email,
        # Lets the planner use the partial index of addresses.
        event.c.address != literal_column("''"),
        event.c.kind == literal_column(str(int(kind))),
        event.c.verdict != literal_column(str(int(Verdict.SCANNER))),
    )


def _counted(value: Counted) -> ColumnElement[int]:
    counted = select(func.count()).select_from(event).where(*_activity(value.event))
    if value.campaign is not None:
        counted = (
            counted.join(message, message.c.id == event.c.message_id)
            .join(content, content.c.id == message.c.content_id)
            .join(
                campaign,
                and_(campaign.c.account_id == event.c.account_id, campaign.c.name == content.c.campaign),
            )
            .where(campaign.c.id == _value(value.campaign))
        )
    if value.url is not None:
        counted = counted.where(event.c.url == _value(value.url))
    if value.since is not None:
        counted = counted.where(event.c.at_ms >= _value(value.since))
    if value.until is not None:
        counted = counted.where(event.c.at_ms <= _value(value.until))
    return _alone(counted)


def _printed(value: Printed) -> ColumnElement[str]:
    moment = _value(value.moment) + _value(value.offset_ms)
    text: ColumnElement[str] = literal_column("''", Text())
    for piece in value.form:
        text = text.concat(_piece(moment, piece))
    can_be = moment.between(literal_column(str(MIN_PRINTED_MS)), literal_column(str(MAX_PRINTED_MS)))
    return case((can_be, text))


def _piece(moment: ColumnElement[int], piece: DatePart | Constant) -> ColumnElement[str]:
    if isinstance(piece, Constant):
        return _value(piece)
    part = date_part(moment, *_LETTERS[piece])
    return (
        func.substr(part, literal_column("3"), literal_column("2")) if piece is DatePart.SHORT_YEAR else part
    )

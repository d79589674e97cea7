"""Random expressions and contacts, of the properties of one imaginary account."""

from hypothesis import strategies as st

from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.model.event import EventKind
from aerogram.model.segment import Kind
from support.segment_evaluation import Activity, Contact

NOW = 1_718_452_800_000
_DAY = 86_400_000

_STATIC = {
    "city": Kind.TEXT,
    "tags": Kind.TEXT,
    "age": Kind.INTEGER,
    "visits": Kind.INTEGER,
    "score": Kind.FLOAT,
    "vip": Kind.FLAG,
    "born": Kind.MOMENT,
    "seen": Kind.MOMENT,
}
_HISTORIC = {
    "weight": Kind.INTEGER,
    "rate": Kind.FLOAT,
    "mood": Kind.TEXT,
    "stay": Kind.MOMENT,
    "on": Kind.FLAG,
}
DEFINITIONS = Definitions(
    static={name: Definition(number, kind) for number, (name, kind) in enumerate(_STATIC.items(), 1)},
    historic={name: Definition(number, kind) for number, (name, kind) in enumerate(_HISTORIC.items(), 50)},
)

_CASED = ("Paris", "\u00c9vry", "\u0391\u0398\u0397\u039d\u0391", "\u041c\u043e\u0441\u043a\u0432\u0430")
_TEXTS = st.sampled_from(
    [
        *(change(text) for text in _CASED for change in (str, str.lower, str.upper)),
        *("", "a", "A", "b", "z", "Z", "_", "%", "a%b", "12", "40", "2024-06-15", "true", "\\", "'"),
        *("\u0130", "\u0131", "\u00df", "\u1e9e", "x\U0001f600", "e\u0301"),
    ]
)
_INTEGERS = st.one_of(st.integers(-3, 50), st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, -(2**63 - 1)]))
_FLOATS = st.one_of(
    st.integers(-40, 200).map(lambda number: number / 4), st.sampled_from([0.1, 0.3, -0.0, 1e15, 40.0])
)
_MOMENTS = st.one_of(
    st.integers(-40, 40).map(lambda days: NOW + days * _DAY // 2),
    st.integers(-62_135_596_800_000, 253_402_300_799_999),
    st.sampled_from([0, -1, -1000, NOW, 645_408_000_000, 10**15 - 1]),
)
_BY_KIND = {
    Kind.TEXT: _TEXTS,
    Kind.INTEGER: _INTEGERS,
    Kind.FLOAT: st.one_of(_FLOATS, st.integers(-3, 50)),
    Kind.FLAG: st.booleans(),
    Kind.MOMENT: _MOMENTS,
}
_ODD_VALUES = st.one_of(_TEXTS, st.integers(-3, 50), st.booleans(), _FLOATS, st.just([1]), st.just({"a": 1}))
"""What a property has that had another datatype before."""


def _values(kind):
    return st.one_of(_BY_KIND[kind], _BY_KIND[kind], _BY_KIND[kind], _ODD_VALUES)


def _of(definitions, make):
    return st.fixed_dictionaries(
        {}, optional={str(each.id): make(each.kind) for each in definitions.values()}
    )


def _past(kind):
    # Sums of quarters are exact, so averages do not depend on the order of the values.
    quarters = st.integers(-8, 200).map(lambda number: number / 4)
    # Those of earlier versions and of other hands are out of all bounds.
    any_float = st.one_of(quarters, quarters, st.sampled_from([1e308, -1e308, 2.0**64, 10**30]))
    small = any_float if kind is Kind.FLOAT else _BY_KIND[kind]
    small = st.integers(0, 100) if kind is Kind.INTEGER else small
    return st.lists(st.tuples(st.integers(0, 60).map(lambda days: NOW - days * _DAY), small), max_size=4)


_CLICKED = st.sampled_from(["https://shop.example.com/a", "https://shop.example.com/ab", ""])
_activities = st.tuples(
    st.sampled_from([EventKind.OPEN, EventKind.CLICK, EventKind.UNSUB]),
    st.integers(0, 60).map(lambda days: NOW - days * _DAY),
    st.sampled_from([0, 77, 78]),
    _CLICKED,
).map(lambda given: Activity(*given))
contacts = st.tuples(
    _of(DEFINITIONS.static, _values), _of(DEFINITIONS.historic, _past), st.lists(_activities, max_size=4)
).map(lambda given: Contact(values=given[0], history=given[1], activities=given[2]))

_quoted = _TEXTS.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
_numbers = st.one_of(
    _INTEGERS.map(str), st.sampled_from(["2.5", "-0.25", "0.1", "40.0", "99999999999999999999"])
)
_literals = st.one_of(
    _quoted, _numbers, _numbers.map('"{}"'.format), st.sampled_from(["true", "FALSE", "word"])
)
_days = st.sampled_from(["0", "1", "7", "30", '"30"', "36500"])
_dates = st.sampled_from(
    [
        '"2024-06-15T12:00:00Z"',
        '"2024-05-01"',
        '"2024-06-20T00:00:00.500+02:00"',
        "ToDate(1718000000)",
        "DateTimeNow()",
    ]
)
_limits = st.one_of(st.just("0"), _dates)
_names = st.sampled_from([*_STATIC, "AGE", "unknown"])
_old_names = st.sampled_from([*_HISTORIC, "WEIGHT", "unknown"])
_formats = st.sampled_from(['"yy-mm-dd"', '"mm-dd"', '"yyyy"', '"hh:nn:ss"', "\"'%d' dd\"", '""', '"at hh"'])
_offsets = st.sampled_from(['"+03:00"', '"-03:30"', '"Z"'])


def _call(name, *arguments):
    return st.tuples(*arguments).map(lambda given: f"{name}({', '.join(given)})")


_activity = (st.sampled_from(["0", "77", "5"]), _limits, _limits)
_moments = st.one_of(
    st.sampled_from(["born", "seen", "age", "unknown", "DateTimeNow()", "ToDate(645408000)"]),
    _call("Last", st.just("stay")),
    _call("Max", _days, st.just("stay")),
)
_printed = st.one_of(
    _call("FormatDateTime", _formats, _moments), _call("formatdatetimetz", _formats, _moments, _offsets)
)
_gathered = st.one_of(
    _call("Last", _old_names), *(_call(name, _days, _old_names) for name in ("Avg", "Max", "Min"))
)
_counted = st.one_of(
    _call("OpenCount", *_activity),
    _call("UnsubCount", *_activity),
    _call("ClickCount", _CLICKED.map('"{}"'.format), *_activity),
)
_operands = st.one_of(
    _names, _names, _literals, _dates.filter(lambda date: date[0] != '"'), _printed, _gathered, _counted
)
_values_of_calls = st.one_of(_names, _names, _printed, _gathered)
_operators = st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">="])
_texts = st.one_of(st.sampled_from(["city", "tags"]), _printed, _call("Last", st.just("mood")))
_parts = st.one_of(_quoted, st.sampled_from(['"a"', '"R"', '"is"', '"-06"', '"\u00c9"', '"\u0391"', "tags"]))
_sides = {
    "text": (_texts, st.one_of(_quoted, _texts)),
    "number": (
        st.one_of(
            st.sampled_from(["age", "visits", "score"]),
            *(_call(name, _days, st.sampled_from(["weight", "rate"])) for name in ("Avg", "Max", "Min")),
            _call("Last", st.sampled_from(["weight", "rate"])),
            _counted,
        ),
        st.one_of(_numbers, st.integers(0, 3).map(str), st.sampled_from(["visits", "score", "Last(weight)"])),
    ),
    "flag": (st.sampled_from(["vip", "Last(on)"]), st.sampled_from(["true", "false", '"1"', "vip"])),
    "moment": (_moments, st.one_of(_dates, st.sampled_from(["born", "Max(30,stay)"]))),
}
_compared = st.one_of(
    *(st.tuples(left, _operators, right).map("".join) for left, right in _sides.values()),
    *(st.tuples(right, _operators, left).map(" ".join) for left, right in _sides.values()),
)
_conditions = st.one_of(
    _compared,
    _compared,
    _compared,
    _call("IsProvided", _names),
    st.one_of(*(_call(name, _texts, _parts) for name in ("Contains", "StartsWith", "EndsWith"))),
    _call("IsBetweenNumbers", _sides["number"][0], _numbers, _numbers),
    _call("Between", _moments, _dates, _dates),
    st.one_of(*(_call(name, _moments, _days) for name in ("IsInNextDays", "isinpreviousdays"))),
    st.one_of(*(_call(name, _days) for name in ("HasOpenedSince", "hasclickedsince"))),
    st.tuples(_operands, _operators, _operands).map("".join),
    _call("Contains", _values_of_calls, st.one_of(_literals, _names)),
    _call("IsInNextDays", _values_of_calls, _days),
)


def _joined(word):
    return lambda terms: f" {word} ".join(f"({term})" for term in terms)


expressions = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        *(st.lists(inner, min_size=2, max_size=4).map(_joined(word)) for word in ("AND", "or", "XOR")),
        inner.map("(not ({}))".format),
        st.tuples(inner, inner, inner).map(lambda terms: "({}) or ({}) xor ({})".format(*terms)),
    ),
    max_leaves=8,
)

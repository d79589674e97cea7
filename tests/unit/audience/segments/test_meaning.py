"""What expressions mean where the documented cases leave it open."""

import pytest

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.audience.segments.parser import parse
from aerogram.base.folding import LARGE, SMALL, folded
from aerogram.model.segment import Fixed, Kind
from support.segment_evaluation import Contact, is_met

NOW = 1_718_452_800_000
NAMES = {"city": Kind.TEXT, "age": Kind.INTEGER, "score": Kind.FLOAT, "vip": Kind.FLAG, "born": Kind.MOMENT}
DEFINITIONS = Definitions(
    static={name: Definition(number, kind) for number, (name, kind) in enumerate(NAMES.items(), 1)}
)
IDS = {name: str(number) for number, name in enumerate(NAMES, 1)}


def bound(expression):
    return bind(parse(expression), DEFINITIONS, NOW)


def matches(expression, **values):
    return is_met(bound(expression), Contact(values={IDS[name]: value for name, value in values.items()}))


def test_texts_are_equal_letter_by_letter():
    assert matches('city="Paris"', city="Paris")
    assert not matches('city="paris"', city="Paris")
    assert matches('city<>"paris"', city="Paris")


@pytest.mark.parametrize(
    ("part", "text"), [("\u00e9V", "\u00c9vry"), ("\u0430", "\u0410"), ("\u03b1", "\u0391")]
)
def test_parts_of_texts_are_found_whatever_their_case(part, text):
    assert matches(f'StartsWith(city,"{part}")', city=text)
    assert matches(f'Contains(city,"{part}")', city=text)


def test_letters_without_one_small_form_are_left_as_they_are():
    assert folded("\u0130STANBUL \u1e9e") == "\u0130stanbul \u1e9e"
    assert len(LARGE) == len(SMALL) == len(set(LARGE))
    assert folded(LARGE) == folded(SMALL) == SMALL
    assert "'" not in LARGE + SMALL


def test_a_word_without_quotes_is_a_text_behind_an_operator_unless_it_is_a_property():
    assert matches("city=Paris", city="Paris")
    assert matches("Contains(city,ari)", city="Paris")
    assert matches("age=score", age=7, score=7.0)
    assert bound("Paris=city") == Fixed(is_true=False)


def test_a_literal_is_read_as_what_stands_beside_it():
    assert matches("city=40", city="40")
    assert not matches("city=40", city="40.0")
    assert matches('age="40"', age=40)
    assert matches('"1"=vip', vip=True)
    assert matches("vip<>false", vip=True)
    assert matches("age=40.0", age=40)
    assert matches("born<1718452800", born=NOW - 1)
    assert matches('born="2024-06-15T14:00:00+02:00"', born=NOW)
    assert matches("born=DateTimeNow()", born=NOW)


@pytest.mark.parametrize(
    "expression",
    [
        'age="many"',
        "age=true",
        "vip=7",
        "vip<true",
        "born=soon",
        "IsBetweenNumbers(city,1,2)",
        "city=DateTimeNow()",
        'Contains(age,"4")',
        'Between(age,"2024-01-01","2024-01-02")',
        'FormatDateTime("dd",age)="01"',
        "Last(age)=1",
    ],
)
def test_what_does_not_compare_matches_nobody(expression):
    assert bound(expression) == Fixed(is_true=False)
    assert is_met(bound(f"not {expression}"), Contact())


def test_a_missing_value_makes_every_comparison_false_and_its_negation_true():
    for expression in ("age=1", "age!=1", "age<1", "age>=1", "IsProvided(age)", "IsBetweenNumbers(age,0,9)"):
        assert not matches(expression)
        assert matches(f"not ({expression})")
    assert not matches("age=1 xor age<>1")


def test_a_value_that_is_not_of_its_property_any_more_is_not_provided():
    for name, value in [
        ("age", "40"),
        ("vip", 1),
        ("city", 7),
        ("born", "2024-01-01"),
        ("born", 0.5),
        ("age", True),
    ]:
        assert not matches(f"IsProvided({name})", **{name: value})


def test_large_integers_compare_exactly():
    assert not matches("age=9007199254740993", age=2**53)
    assert matches("age>9007199254740992", age=2**53 + 1)


def test_a_format_keeps_what_is_no_letter_of_dates():
    assert matches('FormatDateTime("DD.mm.yy hh:nn:ss o\'clock",born)="15.06.24 12:00:00 o\'clock"', born=NOW)
    assert matches('FormatDateTimeTZ("yyyy-mm-dd hh",born,"-13:00")="2024-06-14 23"', born=NOW)
    assert matches('FormatDateTime("yyyy",born)="1959"', born=-315_619_200_001 - 86_400_000)
    assert not matches('FormatDateTime("",born)=""', born=10**15 - 1)


def test_days_are_of_24_hours_and_end_with_the_last_moment():
    day = 86_400_000
    assert matches("IsInPreviousDays(born,1)", born=NOW - day)
    assert not matches("IsInPreviousDays(born,1)", born=NOW - day - 1)
    assert matches("IsInNextDays(born,0)", born=NOW)
    assert not matches("IsInNextDays(born,1)", born=NOW - 1)

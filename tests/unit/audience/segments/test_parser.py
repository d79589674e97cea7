"""What can be read as an expression, and how what cannot is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.audience.segments.errors import SegmentError
from aerogram.audience.segments.lexer import MAX_LENGTH, MAX_WORDS
from aerogram.audience.segments.parser import MAX_CONDITIONS, MAX_DEPTH, MAX_LEVELS, parse
from aerogram.audience.segments.signatures import FUNCTIONS
from aerogram.audience.segments.tree import Chain, Comparison, Literal, Name, Not
from aerogram.base.errors import RefusedError
from aerogram.model.segment import Operator
from support.segment_strategies import expressions


def refusal(expression):
    with pytest.raises(SegmentError) as caught:
        parse(expression)
    return caught.value


def test_an_error_tells_reason_and_place():
    error = refusal("(age>40) (age<50)")
    assert isinstance(error, RefusedError)
    assert (error.reason, error.position) == ("Expected AND, OR or XOR, found '('", 9)
    assert str(error) == "Expected AND, OR or XOR, found '(' (character 10)"


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "The expression is empty (character 1)"),
        ("  \n", "The expression is empty (character 1)"),
        ("((age>40)", "This bracket is never closed (character 1)"),
        ("(age>40))", "This closing bracket has no opening bracket (character 9)"),
        ("(age>)", "Expected a property, a value or a function, found ')' (character 6)"),
        ("(>4)", "Expected a property, a value or a function, found '>' (character 2)"),
        ("age", "Expected a comparison such as =, found the end of the expression (character 4)"),
        ("age(", "There is no function 'age' (character 1)"),
        ("(Frobnicate(age,1))", "There is no function 'Frobnicate' (character 2)"),
        (
            "age>1 and",
            "Expected a property, a value or a function, found the end of the expression (character 10)",
        ),
        ("18<age<35", "Two comparisons need AND, OR or XOR between them (character 7)"),
        ("age>1 or or age<3", "Expected a property, a value or a function, found 'or' (character 10)"),
        ("(age>1 age<3)", "Expected ), AND, OR or XOR, found 'age' (character 8)"),
        (
            "(HasOpenedSince(1)=true)",
            "This function is a condition and cannot be compared (character 2)",
        ),
        (
            "(true=IsProvided(a))",
            "This function is a condition and cannot be compared (character 7)",
        ),
        ('(city="Paris)', "The closing quote of this text is missing (character 7)"),
        ("(city='Paris')", 'Write texts in double quotes, such as "Paris" (character 7)'),
        ("(city=\u201cParis\u201d)", 'Write texts in double quotes, such as "Paris" (character 7)'),
        ("(age>4x)", "Invalid number; write it as 40 or -2.5 (character 6)"),
        ("(age>1.2.3)", "Invalid number; write it as 40 or -2.5 (character 6)"),
        ("(age>-)", "Invalid number; write it as 40 or -2.5 (character 6)"),
        ("(age & 1)", "Unexpected character '&' (character 6)"),
        ("(age=1\0)", "This character is not allowed (character 7)"),
        ("IsProvided()", "IsProvided takes 1 argument, not 0 (character 1)"),
        ("IsProvided(a", "Expected a comma or ), found the end of the expression (character 13)"),
        ("IsProvided(1)", "The argument of IsProvided must be the name of a property (character 12)"),
        ("IsBetweenNumbers(a,1)", "IsBetweenNumbers takes 3 arguments, not 2 (character 1)"),
        ("IsBetweenNumbers(a,1,b)", "Argument 3 of IsBetweenNumbers must be a number (character 22)"),
        (
            "HasOpenedSince(36501)",
            "The argument of HasOpenedSince must be a whole number of days, up to 36500 (character 16)",
        ),
        (
            'Between(d,"yesterday","2024-05-01")',
            (
                'Argument 2 of Between must be a date such as "2024-05-01T09:00:00Z", ToDate or DateTimeNow'
                " (character 11)"
            ),
        ),
        (
            "(d<ToDate(99999999999999))",
            "The argument of ToDate must be a Unix time in seconds (character 11)",
        ),
        (
            '(FormatDateTimeTZ("dd",d,"Paris")="1")',
            'Argument 3 of FormatDateTimeTZ must be an offset such as "+03:00" (character 26)',
        ),
        ("(OpenCount(a,0,0)>1)", "Argument 1 of OpenCount must be the ID of a campaign, or 0 (character 12)"),
        ("(OpenCount(0,7,b)>1)", "Argument 3 of OpenCount must be 0, or a date (character 16)"),
        ("(Contains(a,IsProvided(b)))", "Argument 2 of Contains must be a text or a property (character 13)"),
        (
            "(Contains(1,2))",
            "Argument 1 of Contains must be a property, or a function that gives a value (character 11)",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(expression, told):
    assert str(refusal(expression)) == told


def test_what_is_too_large_is_refused():
    assert (
        str(refusal("a" * (MAX_LENGTH + 1)))
        == "An expression may have at most 8192 characters (character 8193)"
    )
    assert refusal("( " * (MAX_WORDS + 1)).reason == "An expression may have at most 1500 words"
    assert refusal("(" * (MAX_DEPTH + 1)).reason == "An expression may be nested at most 32 deep"
    assert refusal("a=" + "ToDate(" * (MAX_DEPTH + 1)).reason == "An expression may be nested at most 32 deep"
    turns = "a=1" + " or a=1 xor a=1" * MAX_DEPTH
    assert refusal(turns).reason == "An expression may be nested at most 32 deep"
    nested = "a=1 and not (" * (MAX_LEVELS + 1) + "a=1" + ")" * (MAX_LEVELS + 1)
    assert refusal(nested).reason == "AND, OR and XOR may be nested at most 8 deep"
    assert (
        refusal(" and ".join(["a=1"] * (MAX_CONDITIONS + 1))).reason
        == "An expression may have at most 200 conditions"
    )
    assert refusal("a" * 256 + "=1").reason == "A name may have at most 255 characters"
    assert refusal("a=" + "1" * 41).reason == "A number may have at most 40 digits"


def test_what_is_just_small_enough_is_read():
    parse("(" * (MAX_DEPTH - 1) + "a=1" + ")" * (MAX_DEPTH - 1))
    parse(" xor ".join(["a=1"] * MAX_CONDITIONS))
    parse("not " * 301 + "a=1")
    parse(f'a="{"x" * (MAX_LENGTH - 4)}"')


def test_chains_and_negations_become_a_tree():
    def comparison(name, at):
        return Comparison(Operator.EQUAL, Name(name, at), Literal(1, "1", at + 2))

    a, b, c = comparison("a", 0), comparison("b", 8), comparison("c", 16)
    assert parse("a=1 AND b=1 and c=1") == Chain("and", (a, b, c))
    assert parse("a=1 or  b=1 AND c=1") == Chain("or", (a, Chain("and", (b, c))))
    assert parse("a=1 xor b=1 or  c=1") == Chain("or", (Chain("xor", (a, b)), c))
    assert parse("NOT not not (a=1)") == Not(comparison("a", 13))
    assert parse("not (not a=1)") == comparison("a", 9)
    assert parse("not not a=1") == comparison("a", 8)


def test_literals_mean_what_they_say():
    def right(source):
        return parse(f"a={source}").right

    assert right(r'"a \"b\" \\ \n"').value == r'a "b" \ ' + r"\n"
    assert (right("-5").value, right("2.50").value, right("TRUE").value) == (-5, 2.5, True)
    assert right("9223372036854775808").value == 2.0**63
    assert right("x-y.z_1") == Name("x-y.z_1", 2)


def test_every_function_is_known_in_any_case():
    for name in FUNCTIONS:
        assert "There is no function" not in str(refusal(f"{name.upper()}(,)"))


@given(expressions)
@settings(max_examples=100, deadline=None)
def test_a_good_expression_is_read(expression):
    parse(expression)


PIECES = st.sampled_from(
    [
        *FUNCTIONS,
        *(
            "(",
            ")",
            ",",
            '"',
            "\\",
            "=",
            "<",
            ">",
            "!",
            "-",
            ".",
            "1",
            "age",
            "and",
            "OR",
            "xor",
            "not",
            " ",
            "true",
        ),
        *('"2024-01-01"', '"+03:00"', "'", "\0", "\ud800", "\u0665", "\u00b2"),
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
@settings(max_examples=300, deadline=None)
def test_nothing_but_its_own_error_comes_out(source):
    position, sentence = told_of(source)
    assert 0 <= position <= len(source)
    assert len(sentence) < 200


def told_of(source):
    try:
        parse(source)
    except SegmentError as error:
        return error.position, str(error)
    return 0, ""

"""Kinds of property: what they read from JSON, and how they show it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.doors.rest.fields.compound import MAX_WORDS, Json, Words
from aerogram.doors.rest.fields.kinds import (
    MAX_TEXT,
    OMITTED,
    Choice,
    Constant,
    Flag,
    Integer,
    InvalidValueError,
    Moment,
    Text,
)
from aerogram.doors.rest.fields.references import Reference

FIELDS = [
    Choice("C", "c", ("one", "two")),
    Flag("F", "f"),
    Integer("I", "i"),
    Json("J", "j"),
    Json("J", "j", allows_text=True, nullable=True),
    Moment("M", "m", read_only=True),
    Text("T", "t", nullable=True),
    Words("W", "w", ("full", "basic")),
    Words("W", "w"),
]
json_values = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(FIELDS), json_values)
def test_what_is_read_is_shown_and_read_again_as_the_same(field, value):
    try:
        read = field.read(value)
    except InvalidValueError:
        return
    shown = msgspec.json.decode(msgspec.json.encode(field.show(read)))
    assert field.read(shown) == read
    assert field.is_echo(shown, read)


@given(st.lists(st.sampled_from(["full", "FULL", "Basic", "basic"])))
def test_words_are_kept_once_in_the_order_of_the_declaration(value):
    read = Words("W", "w", ("full", "basic")).read(value)
    assert read == tuple(word for word in ("full", "basic") if word in {each.lower() for each in value})


def test_any_words_are_kept_in_their_own_order():
    assert Words("W", "w").read(["b", "A", "b"]) == ("b", "A")


@pytest.mark.parametrize("value", ["b", [1], {}, 7, ["a\0"], ["x"] * (MAX_WORDS + 1), ["x" * (MAX_TEXT + 1)]])
def test_what_is_no_array_of_words_is_refused(value):
    with pytest.raises(InvalidValueError):
        Words("W", "w").read(value)


def test_an_unset_value_is_left_out_unless_it_may_be_null():
    assert Text("T", "t").show(None) is OMITTED
    assert Text("T", "t", nullable=True).show(None) is None
    assert Words("W", "w").show(None) == []


def test_schemas_tell_what_may_be_null_and_which_words_there_are():
    assert Text("T", "t", nullable=True).schema() == {"type": ["string", "null"]}
    assert Json("J", "j").schema() == {"type": "object"}
    assert Json("J", "j", allows_text=True).schema() == {"type": ["string", "object"]}
    assert Words("W", "w", ("full",)).schema() == {
        "type": "array",
        "items": {"type": "string", "enum": ["full"]},
    }


@pytest.mark.parametrize(
    ("field", "own", "echoes", "others"),
    [
        (Integer("I", "i"), 5, (5, "5"), (6, "", 0)),
        (Integer("I", "i"), None, (0, "", None), (5,)),
        (Flag("F", "f"), 1, (True, "true", "1", 1), (False, 0, "x")),
        (Moment("M", "m"), 1_604_669_929_123, ("2020-11-06 13:38:49 UTC", 1_604_669_929), ("2020", 0, "")),
        (Moment("M", "m"), None, ("", 0), ("2020-11-06",)),
        (Constant("C", 7), None, (7, "7"), (8,)),
        (Reference("XID", "x", "other", unset=-1), None, (-1, 0, ""), (3,)),
    ],
)
def test_a_value_that_is_given_back_as_shown_is_told_from_a_new_one(field, own, echoes, others):
    assert [value for value in echoes if not field.is_echo(value, own)] == []
    assert [value for value in others if field.is_echo(value, own)] == []

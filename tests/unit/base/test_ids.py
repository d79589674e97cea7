"""Ids rise, stay below 2^53, and a UUID carries the id of its message."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import ManualClock
from aerogram.base.ids import MAX_ID, MAX_NODE, IdGenerator, id_of_uuid, moment_of_id


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(-3_600_000, 3_600_000)), max_size=20))
def test_ids_rise_whatever_the_clock_does(steps):
    clock = ManualClock()
    ids = IdGenerator(clock)
    made = []
    for count, move in steps:
        made += ids.next_ids(count)
        clock.advance(move)
    assert made == sorted(set(made))
    assert all(0 < each <= MAX_ID for each in made)


def test_ids_of_different_nodes_differ():
    clock = ManualClock()
    made = [each for node in range(MAX_NODE + 1) for each in IdGenerator(clock, node).next_ids(300)]
    assert len(made) == len(set(made))


def test_ids_begin_above_the_largest_known_even_with_a_clock_set_back(clock):
    last = IdGenerator(clock).next_id()
    clock.advance(-86_400_000)
    assert IdGenerator(clock, after=last).next_id() > last


def test_an_id_tells_its_moment(clock):
    assert moment_of_id(IdGenerator(clock).next_id()) == clock.now_ms()


@given(st.integers(0, MAX_ID))
def test_a_uuid_carries_its_message_id(message_id):
    made = IdGenerator(ManualClock()).uuid_for(message_id)
    assert uuid.UUID(made).version == 8
    assert str(uuid.UUID(made)) == made
    assert id_of_uuid(made) == message_id


def test_uuids_of_one_message_differ_in_their_random_part(ids):
    assert len({ids.uuid_for(7) for _ in range(2_000)}) == 2_000


@given(st.text(max_size=40))
def test_any_text_is_read_as_a_uuid_without_an_error(text):
    found = id_of_uuid(text)
    assert found is None or 0 <= found <= MAX_ID

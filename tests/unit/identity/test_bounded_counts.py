"""Counts in windows: exact while there is room, and bounded whatever the keys are."""

from hypothesis import given
from hypothesis import strategies as st

from aerogram.identity.bounded_counts import BoundedCounts

WINDOW = 100


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 40)), max_size=60))
def test_a_key_is_full_when_it_had_as_many_events_in_its_window(events):
    counts, now = BoundedCounts(3, WINDOW), 1000
    model: dict[bytes, list[int]] = {}
    for key, pause in events:
        now += pause
        counts.add(key, now)
        mine = model.setdefault(key, [])
        if mine and now - mine[0] >= WINDOW:
            mine.clear()
        mine.append(now)
        for each, moments in model.items():
            is_full = len(moments) >= 3 and now - moments[0] < WINDOW
            assert counts.full_until(each, now) == (moments[0] + WINDOW if is_full else 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-50, 50)), max_size=200))
def test_it_never_has_more_keys_than_it_may_nor_loses_track_of_them(events):
    counts, now = BoundedCounts(3, WINDOW, max_keys=8), 1000
    for key, step in events:
        now = max(0, now + step)
        counts.add(b"%d" % key, now)
        assert len(counts) <= 8
        assert sum(map(len, counts._of_count)) == len(counts)


def test_a_full_table_drops_the_lowest_count_first_and_the_oldest_of_those():
    counts = BoundedCounts(2, WINDOW, max_keys=3)
    for key in (b"high", b"high", b"old", b"young", b"new"):
        counts.add(key, 1000)
    assert counts.full_until(b"high", 1000)
    counts.add(b"young", 1000)
    assert counts.full_until(b"young", 1000)
    counts.add(b"old", 1000)
    assert not counts.full_until(b"old", 1000)


def test_ended_windows_make_room_before_anybody_is_dropped():
    counts = BoundedCounts(2, WINDOW, max_keys=2)
    for _ in range(2):
        counts.add(b"ended", 1000)
    counts.add(b"one", 1000 + WINDOW)
    counts.add(b"two", 1000 + WINDOW)
    counts.add(b"one", 1000 + WINDOW)
    assert counts.full_until(b"one", 1000 + WINDOW)
    assert len(counts) == 2

"""Whether a letter waits for a busy connection: only for a hop that is known to be quick."""

import pytest

from aerogram.delivery.connections.quickness import Quickness


def after(*seconds):
    quickness = Quickness()
    for each in seconds:
        quickness.took(each)
    return quickness


@pytest.mark.parametrize(
    ("took", "waiting", "busy", "serves"),
    [
        ((0.002,), 5, 1, True),
        ((0.002,), 6, 1, False),
        ((0.002,), 10, 2, True),
        ((0.0,), 10, 1, True),
        ((0.0,), 11, 1, False),
        ((0.3,), 1, 1, False),
        ((0.3,), 1, 20, False),
        ((0.002,), 1, 0, False),
        ((), 1, 20, False),
    ],
)
def test_only_as_many_wait_as_busy_connections_soon_take(took, waiting, busy, serves):
    assert after(*took).serves(waiting, busy) is serves


def test_one_slow_letter_ends_it_and_quick_ones_bring_it_back():
    quickness = after(*[0.002] * 10, 2.0)
    assert not quickness.serves(1, 1)
    for _ in range(50):
        quickness.took(0.002)
    assert quickness.serves(1, 1)


def test_what_is_forgotten_is_learnt_again_from_one_letter():
    quickness = after(0.002)
    quickness.forget()
    assert not quickness.serves(1, 1)
    quickness.took(0.004)
    assert quickness.serves(2, 1)

"""Wakes between processes: they arrive, the deliverers take turns, and a full socket keeps nobody waiting."""

import asyncio
import contextlib
from collections import Counter

import pytest

from aerogram.app.processes.wakes import DELIVERY, JOBS, READERS, Wakes, WakeSocket


class Woken:
    """The processes of a server, each with the wakes that arrived."""

    def __init__(self):
        self.sockets = {name: WakeSocket.made() for name in ("delivery 1", "delivery 2")}
        self.counts = {name: Counter() for name in self.sockets}

    def wakes_of(self, own):
        return Wakes(self.sockets, own, tuple(self.sockets), "delivery 1")

    @classmethod
    @contextlib.contextmanager
    def made(cls):
        woken = cls()
        yield woken
        for pair in woken.sockets.values():
            asyncio.get_running_loop().remove_reader(pair.receiving.fileno())
            for each in pair:
                each.close()

    def listen(self):
        for own, counts in self.counts.items():
            loops = {
                what: lambda what=what, counts=counts: counts.update([what])
                for what in (DELIVERY, READERS, JOBS)
            }
            self.wakes_of(own).listen(asyncio.get_running_loop(), loops)


@pytest.fixture
async def woken():
    with Woken.made() as made:
        yield made


async def test_deliverers_are_woken_in_turn(woken):
    woken.listen()
    edge = woken.wakes_of("edge 1")
    for _ in range(2):
        edge.delivery()
    await asyncio.sleep(0.05)
    assert woken.counts == {"delivery 1": {DELIVERY: 1}, "delivery 2": {DELIVERY: 1}}


async def test_readers_and_jobs_are_woken_where_they_are(woken):
    woken.listen()
    woken.wakes_of("edge 1").readers()
    woken.wakes_of("delivery 2").jobs()
    await asyncio.sleep(0.05)
    assert woken.counts["delivery 1"] == {READERS: 1, JOBS: 1}
    assert not woken.counts["delivery 2"]


async def test_many_wakes_keep_nobody_waiting_and_are_one(woken):
    edge = woken.wakes_of("edge 1")
    for _ in range(10_000):
        edge.readers()
    woken.listen()
    await asyncio.sleep(0.1)
    assert 1 <= woken.counts["delivery 1"][READERS] < 100


async def test_wakes_of_a_server_without_delivery_do_nothing():
    edge = Wakes({}, "edge 1", (), "")
    edge.delivery()
    edge.readers()
    edge.jobs()

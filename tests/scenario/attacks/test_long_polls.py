"""Many requests that wait: one watcher asks the store for all, and places are bounded."""

from __future__ import annotations

import asyncio

import pytest
from starlette.exceptions import HTTPException

from aerogram.doors.web.waiting import LOOK_SECONDS, MAX_WAITERS, MAX_WAITERS_OF_CLIENT, Waiting


class Log:
    """The newest event, and how often it was asked for."""

    def __init__(self):
        self.newest = 1
        self.asked = 0
        self.was_asked = asyncio.Event()

    async def __call__(self):
        self.asked += 1
        self.was_asked.set()
        return self.newest


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def waiting(log):
    return Waiting(log, asyncio.Event())


async def held(waiting, client, release):
    async with waiting.place(client):
        await release.wait()


async def filled(waiting, release, clients):
    tasks = [asyncio.create_task(held(waiting, client, release)) for client in clients]
    await asyncio.sleep(0)
    return tasks


async def test_five_hundred_waiters_of_many_clients_get_places_for_a_bounded_number(waiting):
    release = asyncio.Event()
    tasks = await filled(waiting, release, [f"192.0.2.{number % 250}" for number in range(500)])
    assert waiting.count == MAX_WAITERS
    release.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [end for end in ends if isinstance(end, HTTPException)]
    assert len(refused) == 500 - MAX_WAITERS
    assert {(end.status_code, end.headers["Retry-After"]) for end in refused} == {(503, "2")}
    assert waiting.count == 0


async def test_one_client_leaves_room_for_another(waiting):
    release = asyncio.Event()
    tasks = await filled(waiting, release, ["192.0.2.1"] * 100)
    assert waiting.count == MAX_WAITERS_OF_CLIENT < MAX_WAITERS
    async with waiting.place("192.0.2.2"):
        assert waiting.count == MAX_WAITERS_OF_CLIENT + 1
    release.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert {(end.status_code, end.headers["Retry-After"]) for end in ends if end} == {(429, "2")}


async def test_one_watcher_asks_for_all_and_wakes_all_when_something_happened(waiting, log):
    woken = []

    async def wait(number):
        async with waiting.place(f"192.0.2.{number}"):
            await waiting.change(30)
            woken.append(number)

    tasks = [asyncio.create_task(wait(number)) for number in range(MAX_WAITERS)]
    await log.was_asked.wait()
    asked, log.newest = log.asked, 2
    await asyncio.gather(*tasks)
    assert sorted(woken) == list(range(MAX_WAITERS))
    assert log.asked <= asked + 30


async def test_nobody_asks_when_nobody_waits(waiting, log):
    async with waiting.place("192.0.2.1"):
        await log.was_asked.wait()
    asked = log.asked
    await asyncio.sleep(3 * LOOK_SECONDS)
    assert log.asked == asked


async def test_a_waiter_that_leaves_gives_its_place_back(waiting):
    tasks = await filled(waiting, asyncio.Event(), ["192.0.2.1"] * 10)
    assert waiting.count == 10
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert waiting.count == 0


async def test_waiters_end_when_the_server_stops(log):
    stopping = asyncio.Event()
    waiting = Waiting(log, stopping)
    async with waiting.place("192.0.2.1"):
        await log.was_asked.wait()
        stopping.set()
        await asyncio.wait_for(waiting.change(30), 10)

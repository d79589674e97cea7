"""Natural batches."""

import asyncio

import pytest

from aerogram.base.errors import UnavailableError
from aerogram.base.gathering import Gatherer


async def test_what_comes_while_a_batch_runs_is_the_next_batch():
    batches, gate = [], asyncio.Event()

    async def work(items):
        batches.append(items)
        await gate.wait()
        return items

    gatherer = Gatherer(work, 10)
    first = gatherer.submit(1)
    await asyncio.sleep(0)
    others = [gatherer.submit(number) for number in (2, 3, 4)]
    gate.set()
    assert await asyncio.gather(first, *others) == [1, 2, 3, 4]
    assert batches == [[1], [2, 3, 4]]


async def test_a_batch_is_never_larger_than_allowed():
    sizes = []

    async def work(items):
        sizes.append(len(items))
        return items

    gatherer = Gatherer(work, 3)
    await asyncio.gather(*(gatherer.submit(number) for number in range(10)))
    assert max(sizes) <= 3
    assert sum(sizes) == 10


async def test_only_the_item_that_causes_an_error_gets_it():
    async def work(items):
        if "bad" in items:
            raise ValueError("bad")
        return [item.upper() for item in items]

    gatherer = Gatherer(work, 10)
    results = await asyncio.gather(
        *(gatherer.submit(item) for item in ("a", "bad", "b")), return_exceptions=True
    )
    assert results[0] == "A"
    assert isinstance(results[1], ValueError)
    assert results[2] == "B"


async def test_drain_waits_until_nothing_is_under_way():
    done = []

    async def work(items):
        await asyncio.sleep(0)
        done.extend(items)
        return items

    gatherer = Gatherer(work, 1)
    futures = [gatherer.submit(number) for number in range(3)]
    await gatherer.drain()
    assert done == [0, 1, 2]
    await asyncio.gather(*futures)


async def test_who_left_harms_nobody_else():
    async def work(items):
        await asyncio.sleep(0)
        return items

    gatherer = Gatherer(work, 10)
    gone, stays = gatherer.submit(1), gatherer.submit(2)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_service_that_is_away_is_asked_once_for_all():
    asked, error = [], UnavailableError("away")

    async def work(items):
        asked.append(items)
        raise error

    gatherer = Gatherer(work, 10)
    answers = await asyncio.gather(*(gatherer.submit(number) for number in range(5)), return_exceptions=True)
    assert answers == [error] * 5
    assert asked == [[0, 1, 2, 3, 4]]

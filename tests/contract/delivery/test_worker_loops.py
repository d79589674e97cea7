"""The worker's loops: how often it claims, and that what it holds is renewed whatever happens."""

import asyncio

from aerogram.delivery.pace import LEAST_SECONDS
from aerogram.model.message import MessageState


async def test_mail_that_is_accepted_while_the_worker_gathers_costs_no_claim_of_its_own(plant, monkeypatch):
    monkeypatch.setattr("aerogram.delivery.worker.POLL_SECONDS", 60.0)
    claim, claims = plant.leases.claim, []

    async def counted(most):
        found = await claim(most)
        claims.append(len(found))
        return found

    plant.leases.claim = counted
    async with plant.working() as worker:
        [first] = await plant.accept("ann@example.org")
        worker.wake()
        await plant.until(first, MessageState.SENT)
        [second] = await plant.accept("bob@example.org")
        del claims[:]
        worker.wake()
        # By then it gathers, and has not claimed yet; a wake more or less is the same to it.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        worker.wake()
        await plant.until(second, MessageState.SENT)
        await asyncio.sleep(10 * LEAST_SECONDS)
    assert claims == [1]


async def test_leases_are_renewed_after_an_error_that_nobody_expected(plant, monkeypatch):
    monkeypatch.setattr("aerogram.queue.leases.RENEWALS", 100_000)
    renewed, renewals = asyncio.Event(), 0

    async def renew():
        nonlocal renewals
        renewals += 1
        if renewals == 1:
            raise RuntimeError("broken")
        renewed.set()

    plant.leases.renew = renew
    async with plant.working(), asyncio.timeout(10):
        await renewed.wait()

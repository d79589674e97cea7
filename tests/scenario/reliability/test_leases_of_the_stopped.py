"""A worker that is stopped in its tracks: another takes over, and the sleeper records nothing when it wakes."""

import asyncio

import pytest

from aerogram.base.clock import SystemClock
from aerogram.base.errors import UnavailableError
from aerogram.base.ids import IdGenerator
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.routing.route import RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.delivery.transport import CaptureTransport
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import Delivered
from aerogram.net.dns import Resolver
from aerogram.queue.leases import Leases
from support.ports import free_port
from support.webhooks import eventually

LEASE_MS = 400


class Hands(CaptureTransport):
    """Keeps letters in its hands until they are let go."""

    def __init__(self):
        self.kept = []

    def send(self, dispatch):
        self.kept.append(dispatch)

    def let_go(self):
        for dispatch in self.kept:
            dispatch.done(dispatch.letter, Delivered(reply="250 2.0.0 Ok"))
        self.kept.clear()


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def ids(clock):
    return IdGenerator(clock)


async def test_another_worker_takes_over_and_the_sleeper_records_nothing(plant, database, ids, clock):
    messages = await plant.accept(*(f"a{number}@example.net" for number in range(20)))
    sleeper = Leases(database, ids, clock, lease_ms=LEASE_MS)
    sleeper.renew = asleep
    plant.leases, plant.transport = sleeper, Hands()
    hands = plant.transport
    async with plant.working():
        await eventually(lambda: holds(hands, 20))
        sleeper.claim = asleep
        plant.leases, plant.transport = Leases(database, ids, clock), CaptureTransport()
        async with plant.working():
            for message in messages:
                await plant.until(message, MessageState.SENT)
        hands.let_go()
    for message in messages:
        assert await plant.events(message) == [EventKind.SENT]


async def asleep(*_):
    """Claim and renew nothing, as a process does that gets no time."""
    return []


async def holds(hands, number):
    return len(hands.kept) == number


async def test_two_workers_share_the_queue_and_send_each_letter_once(plant, database, clock):
    transports = [Hands(), Hands()]
    plant.transport = transports[0]
    async with plant.working():
        plant.ids = IdGenerator(clock, 1)
        plant.leases, plant.transport = Leases(database, plant.ids, clock), transports[1]
        async with plant.working():
            messages = []
            for number in range(60):
                messages += await plant.accept(*(f"a{number}.{each}@example.net" for each in range(20)))
            await eventually(lambda: holds_in_all(transports, len(messages)))
            sent = [dispatch.letter.message_id for transport in transports for dispatch in transport.kept]
            assert sorted(sent) == messages
            assert all(transport.kept for transport in transports)
            for transport in transports:
                transport.let_go()
            for message in messages[::50]:
                await plant.until(message, MessageState.SENT)


async def holds_in_all(transports, number):
    return sum(len(transport.kept) for transport in transports) >= number


async def test_a_stop_in_the_middle_of_a_claim_leaves_nothing_leased(plant):
    messages = await plant.accept(*(f"a{number}@example.net" for number in range(50)))
    claim, is_claiming = plant.leases.claim, asyncio.Event()

    async def slow(most):
        is_claiming.set()
        letters = await claim(most)
        await asyncio.sleep(0.2)
        return letters

    plant.leases.claim = slow
    worker = plant.worker()
    task = asyncio.create_task(worker.run())
    await is_claiming.wait()
    await worker.stop(5.0)
    await task
    assert plant.leases.held == 0
    assert {(await plant.fate(message))[::2] for message in messages} <= {
        (MessageState.QUEUED, 0),
        (MessageState.SENT, 0),
    }


async def test_a_stop_while_the_store_is_away_ends(plant):
    await plant.accept(*(f"a{number}@example.net" for number in range(200)))
    plant.transport = hands = Hands()
    worker = plant.worker()
    task = asyncio.create_task(worker.run())
    await eventually(lambda: holds(hands, 200))
    write, error = plant.database.write, UnavailableError("away")

    async def away(_):
        raise error

    plant.database.write = away
    hands.let_go()
    async with asyncio.timeout(10):
        await worker.stop(1.0)
        await task
    plant.database.write = write


async def test_dead_name_servers_defer_and_never_bounce(plant):
    resolver = Resolver(["127.0.0.1"], free_port(), query_timeout=0.3, lookup_timeout=0.6)
    plant.transport = Dispatcher(
        Router(RouteSettings(hostname="mail.example.org"), resolver), hostname="mail.example.org"
    )
    messages = [(await plant.accept(f"a@domain{number}.example"))[0] for number in range(5)]
    async with plant.working():
        for message in messages:
            await eventually(lambda which=message: plant.events(which))
    for message in messages:
        state, reply, lease, _ = await plant.fate(message)
        assert (state, lease) == (MessageState.QUEUED, 0), reply
        assert await plant.events(message) == [EventKind.DEFERRED]

"""A destination that hangs keeps its own letters waiting, and nobody else's."""

import asyncio

import pytest

from aerogram.base.clock import SystemClock
from aerogram.base.ids import IdGenerator
from aerogram.delivery.connections.destination_queue import Limits
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.routing.route import Hop, RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.delivery.transport import PartialCapture
from aerogram.delivery.worker import MAX_IN_FLIGHT
from aerogram.model.message import MessageState
from aerogram.net.dns import Resolver


@pytest.fixture
def clock():
    return SystemClock()


@pytest.fixture
def ids(clock):
    return IdGenerator(clock)


@pytest.fixture
async def silent_port():
    """A server that takes connections and never says a word."""
    peers = []

    async def say_nothing(reader, writer):
        peers.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for writer in peers:
        writer.close()
    await server.wait_closed()


async def test_more_mail_than_fits_for_a_silent_host_leaves_room_for_others(plant, silent_port):
    routes = RouteSettings(
        hostname="mail.example.org", routes={"slow.example": Hop("127.0.0.1", silent_port)}
    )
    router = Router(routes, Resolver())
    dispatcher = Dispatcher(router, hostname="mail.example.org", limits=Limits(waiting_for_fixed_hop=100))
    plant.transport = PartialCapture(dispatcher, router)
    slow = await plant.accept(*(f"a{number}@slow.example" for number in range(MAX_IN_FLIGHT + 500)))
    async with plant.working():
        [quick] = await plant.accept("bob@example.net")
        await plant.until(quick, MessageState.SENT)
        state, *_ = await plant.fate(slow[-1])
        assert state is MessageState.QUEUED
        assert dispatcher.in_flight <= 100 + 200

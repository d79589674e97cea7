"""Receivers, and senders with the patience of a test."""

import contextlib

import pytest

from aerogram.net.http import HttpCaller
from aerogram.reporting.webhooks.deliver import WebhookSender
from support.receiver import Receiver
from support.webhooks import QUICK, Mailroom, RunningSender


@pytest.fixture
def mailroom(database):
    return Mailroom(database)


@pytest.fixture
async def new_receiver():
    """Start another receiver."""
    async with contextlib.AsyncExitStack() as stack:

        async def start():
            receiver = await Receiver().start()
            stack.push_async_callback(receiver.stop)
            return receiver

        yield start


@pytest.fixture
async def receiver(new_receiver):
    return await new_receiver()


@pytest.fixture
async def start_sender(mailroom):
    """Start a sender as a process would; the result's ``stop`` ends it, ``kill`` ends it without a farewell."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(timings=QUICK, *, allow_private=True, seconds=10.0, database=None):
            http = HttpCaller(allow_private=allow_private, total_seconds=seconds)
            store = database or mailroom.database
            sender = WebhookSender(store, mailroom.sealer, http, mailroom.clock, timings)
            running = RunningSender(sender, http)
            stack.push_async_callback(running.stop)
            return running

        yield start

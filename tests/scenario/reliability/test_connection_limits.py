"""One client opens connection after connection and signs in on each: it is told 421 when it has its share."""

import asyncio

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.doors.smtp import listener
from aerogram.net import connections
from support.smtp_door import Client, SmtpHouse


@pytest.fixture
def database_url():
    return None


@pytest.fixture
def installation(database, ids, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_PROVEN_CLIENT", 3)
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


async def test_a_client_with_too_many_connections_is_told_421_until_it_closes_one(installation):
    async with installation.opened() as door:
        clients = [await installation.client() for _ in range(3)]
        for client in clients:
            await client.say("EHLO client.example")
            assert (await client.say(f"AUTH PLAIN {installation.plain()}")).startswith("235")
        assert (await greeting(installation)).startswith("421 4.3.2")
        assert door.connections == 3
        assert await clients[0].say("QUIT") == "221 2.0.0 Bye"
        assert await clients[0].is_cut()
        assert (await (await installation.client()).say("NOOP")).startswith("250")


@pytest.mark.parametrize("limit", ["IDLE_SECONDS", "DATA_SECONDS"])
async def test_a_client_that_takes_too_long_is_told_421(installation, monkeypatch, limit):
    monkeypatch.setattr(listener, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(listener, limit, 0.3)
    async with installation.opened():
        client = await installation.client()
        await client.say("EHLO client.example")
        await client.say(f"AUTH PLAIN {installation.plain()}")
        if limit == "DATA_SECONDS":
            for line in ("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "DATA"):
                await client.say(line)
            trickling = asyncio.create_task(trickle(client))
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.is_cut()
        if limit == "DATA_SECONDS":
            trickling.cancel()


async def trickle(client):
    while True:
        client.writer.write(b"x\r\n")
        await asyncio.sleep(0.02)


async def greeting(installation):
    reader, writer = await asyncio.open_connection("127.0.0.1", installation.port)
    said = await Client(reader, writer).reply()
    writer.close()
    return said

"""Servers that behave as a test needs: raw ones for bad manners, aiosmtpd for good ones."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP

EHLO_PIPELINING = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n"
EHLO_PLAIN = b"250-sink.example\r\n250 8BITMIME\r\n"
OK = b"250 2.0.0 Ok\r\n"
GO_AHEAD = b"354 go ahead\r\n"
HANG = "hang"
CUT = "cut"


class Peer:
    """One connection, seen from the server."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.heard = []

    async def say(self, what):
        """Send bytes; or hang for ever; or cut the connection."""
        if what is HANG:
            await asyncio.Event().wait()
        if what is CUT:
            self.writer.transport.abort()
            raise ConnectionResetError
        self.writer.write(what)
        await self.writer.drain()

    async def hear(self):
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        self.heard.append(line)
        return line

    async def hear_data(self):
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def greet(self, ehlo=EHLO_PIPELINING, greeting=b"220 sink.example ESMTP\r\n"):
        await self.say(greeting)
        assert (await self.hear()).startswith(b"EHLO ")
        await self.say(ehlo)


@dataclass
class Server:
    """A listening server. ``connections`` counts those made; ``mails`` are (MAIL line, RCPT line, data)."""

    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    goodbyes: int = 0
    mails: list = field(default_factory=list)
    peers: list = field(default_factory=list)
    one_ended: asyncio.Event = field(default_factory=asyncio.Event)


@contextlib.asynccontextmanager
async def scripted(script, **listen):
    """Serve each connection with the coroutine ``script(peer, server)``."""
    server = Server()
    tasks = set()

    async def serve(reader, writer):
        task = asyncio.current_task()
        tasks.add(task)
        server.connections += 1
        server.open_now += 1
        server.most_open = max(server.most_open, server.open_now)
        peer = Peer(reader, writer)
        server.peers.append(peer)
        try:
            await script(peer, server)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            server.open_now -= 1
            server.one_ended.set()
            tasks.discard(task)
            writer.transport.abort()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, **listen)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        running = list(tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def take_mails(peer, server, *, answers=None, ehlo=EHLO_PIPELINING):
    """Behave well: take every mail. ``answers`` replaces the replies to MAIL, RCPT, DATA or FINAL."""
    answers = answers or {}
    await peer.greet(ehlo)
    await converse(peer, server, answers)


async def converse(peer, server, answers=None):
    answers = answers or {}
    mail = rcpt = b""
    while True:
        line = await peer.hear()
        verb = line[:4].upper()
        if verb == b"MAIL":
            mail = line
            await peer.say(answers.get("MAIL", OK))
        elif verb == b"RCPT":
            rcpt = line
            await peer.say(answers.get("RCPT", OK))
        elif verb == b"DATA":
            await peer.say(answers.get("DATA", GO_AHEAD))
            if answers.get("DATA", GO_AHEAD).startswith(b"354"):
                data = await peer.hear_data()
                server.mails.append((mail, rcpt, data))
                await peer.say(answers.get("FINAL", OK))
        elif verb == b"QUIT":
            server.goodbyes += 1
            await peer.say(b"221 2.0.0 Bye\r\n")
            return
        else:
            await peer.say(OK)


class Mailbox:
    """An aiosmtpd handler that keeps what it gets."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802 (aiosmtpd's signature)
        self.envelopes.append(envelope)
        return "250 2.0.0 Ok: queued as AIO"


@contextlib.asynccontextmanager
async def ordinary(**options):
    """Serve with aiosmtpd; give its mailbox and port."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(
        lambda: SMTP(mailbox, hostname="sink.example", loop=loop, **options), "127.0.0.1", 0
    )
    try:
        yield mailbox, listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


def unused_port():
    """Give a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

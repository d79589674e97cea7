"""The SMTP door over a real store and real sockets, and a client that says lines."""

import asyncio
import base64
import contextlib
import socket
import ssl

import msgspec

from aerogram.base.in_flight.in_flight import InFlight
from aerogram.content import build as content
from aerogram.doors.smtp import build as smtp
from aerogram.doors.smtp.trusted import TrustedClients
from aerogram.identity import build as identity
from aerogram.identity.rate import RateLimiter
from aerogram.model.account import NO_DEFAULTS
from aerogram.net.connections import ConnectionLimiter
from aerogram.net.tls import self_signed, server_context
from aerogram.senders import build as senders
from aerogram.store.blobs import DiskBlobs
from aerogram.store.ground import Ground
from aerogram.submission import build as submission
from aerogram.wire.smtp.server.server import ServerConfig
from support.actors import acting


class SmtpHouse:
    """A door with one account, and what a test may want to look at behind it."""

    def __init__(self, database, sealer, ids, clock, folder, rules=()):
        self.database, self.clock = database, clock
        ground = Ground(database, DiskBlobs(folder / "blobs"), ids, clock, sealer, self._check_room)
        self._identity = identity.build(ground, rate_limit=None)
        of_senders = senders.build(
            ground, None, hostname="localhost", public_url="http://localhost", is_signing=False
        )
        self._submission = submission.build(ground, of_senders, on_accepted=lambda _: None, rules=rules)
        self.accounts, self.authenticator = self._identity.accounts, self._identity.authenticator
        self.senders, self.categories = of_senders.addresses, of_senders.categories
        self.templates = content.build(ground, public_url="http://localhost").templates
        self.authorizer, self.acceptor = self._submission.authorizer, self._submission.acceptor
        self.fault = None
        self.in_flight = InFlight(folder=folder / "spool")
        self._clients = []
        self.tls = server_context(*self_signed(folder, "localhost"))
        self.connections = ConnectionLimiter(clock)
        self.account_id = 0
        self.keys = None
        self.port = 0

    def _check_room(self):
        if self.fault is not None:
            raise self.fault

    @contextlib.asynccontextmanager
    async def opened(self, *, trusted=(), defaults=NO_DEFAULTS, rate=None, **config):
        opened = await self.accounts.create(acting(), "test")
        self.account_id, self.keys = opened.account.id, opened.keys
        await self.senders.add(acting(self.account_id), "@example.org")
        door = smtp.build(
            msgspec.structs.replace(
                self._identity, authenticator=self.authenticator, rate=RateLimiter(rate, self.clock)
            ),
            self._submission,
            self.templates,
            TrustedClients(trusted, self.account_id, defaults),
            self.tls,
            self.in_flight,
            self.connections,
        )
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        options = {"hostname": "localhost", "offers_starttls": True, "auth_allowed_in_clear": True}
        await door.listen(listening, ServerConfig(**{**options, **config}))
        try:
            yield door
        finally:
            for client in self._clients:
                await client.close()
            await door.close(1.0)
            listening.close()

    def plain(self):
        """What AUTH PLAIN says with the account's key pair."""
        return base64.b64encode(f"\0{self.keys.api_key}\0{self.keys.secret_key}".encode()).decode()

    async def client(self):
        client = await Client.connected(self.port)
        self._clients.append(client)
        return client


class Client:
    """Says lines and reads whole replies."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connected(cls, port):
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        assert (await client.reply()).startswith("220 ")
        return client

    async def reply(self):
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 10)).decode()
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, line):
        self.writer.write(line.encode() + b"\r\n")
        return await self.reply()

    async def send_raw(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def send_mail(self, data, sender="ann@example.org", recipients=("bob@example.net",)):
        """Run one transaction; give the reply to its final dot, or the one that ended it before."""
        for line in [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]:
            reply = await self.say(line)
            if reply[0] in "45":
                return reply
        await self.send_raw(data + b".\r\n")
        return await self.reply()

    async def start_tls(self):
        reply = await self.say("STARTTLS")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        await self.writer.start_tls(context)
        return reply

    async def is_cut(self):
        return await asyncio.wait_for(self.reader.read(), 10) == b""

    async def close(self):
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

"""The SMTP door over a real store and real sockets, and a client that says lines."""

import asyncio
import base64
import contextlib
import socket
import ssl

from aerogram.content.templates import Templates
from aerogram.doors.smtp.listener import SmtpDoor
from aerogram.doors.smtp.policy import SmtpPolicy
from aerogram.doors.smtp.stored_references import StoredReferences
from aerogram.doors.smtp.trusted import TrustedClients
from aerogram.identity.accounts import Accounts
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.authenticate import Authenticator
from aerogram.identity.rate import RateLimiter
from aerogram.model.account import NO_DEFAULTS
from aerogram.net.tls import self_signed, server_context
from aerogram.senders.addresses import Senders
from aerogram.senders.categories import MonitoringCategories
from aerogram.senders.domains import Domains
from aerogram.senders.valid_senders import ValidSenders
from aerogram.store.blobs import DiskBlobs
from aerogram.submission.accept import Acceptor
from aerogram.submission.authorize import Authorizer
from aerogram.wire.smtp.server.server import ServerConfig
from support.actors import acting


class SmtpHouse:
    """A door with one account, and what a test may want to look at behind it."""

    def __init__(self, database, sealer, ids, clock, folder, rules=()):
        self.database, self.clock = database, clock
        self.accounts = Accounts(database, sealer, ids, clock)
        self.senders = Senders(database, Domains(database, sealer, ids, clock), ids, clock)
        self.templates = Templates(database, ids, clock)
        self.categories = MonitoringCategories(database, clock)
        self.authorizer = Authorizer(ValidSenders(database, clock), self.categories, rules)
        self.fault = None
        self._clients = []
        self.acceptor = Acceptor(
            database,
            DiskBlobs(folder / "blobs"),
            ids,
            clock,
            check_room=self._check_room,
            on_accepted=lambda _: None,
        )
        self.authenticator = Authenticator(database, sealer, clock)
        self.tls = server_context(*self_signed(folder, "localhost"))
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
        policy = SmtpPolicy(
            authenticator=self.authenticator,
            attempts=LoginAttempts(self.clock),
            rate=RateLimiter(rate, self.clock),
            authorizer=self.authorizer,
            acceptor=self.acceptor,
            trusted=TrustedClients(trusted, self.account_id, defaults),
            references=StoredReferences(self.templates),
        )
        door = SmtpDoor(policy, self.tls)
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

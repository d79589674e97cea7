"""What clients make a server process hold: programs that attack it, and what its memory says of them.

The attacks talk to a whole server over loopback. They assert nothing: they give counts, which tests judge.
"""

import asyncio
import contextlib
import time
from pathlib import Path

from support.process_tree import memory_of, tree_of

MEGABYTE = 1024 * 1024
MAIL_HEAD = b"From: alice@example.org\r\nTo: bob@example.net\r\nSubject: large\r\n\r\n"
LINE = b"x" * 76 + b"\r\n"


def resident_bytes(pid):
    """Give the resident memory of a server now, as the kernel counts it: the sum over its processes."""
    return memory_of(pid, "VmRSS")


def peak_bytes(pid):
    """Give the most resident memory that each process of a server had since `forget_peak`, as a sum."""
    return memory_of(pid, "VmHWM")


def forget_peak(pid):
    for each in tree_of(pid):
        Path(f"/proc/{each}/clear_refs").write_text("5")


def a_mail_of(size):
    """Give a mail of about ``size`` bytes, without dots and with short lines."""
    return MAIL_HEAD + LINE * (size // len(LINE))


class SmtpClient:
    """Says lines to a server on loopback that lets it send without AUTH."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    @contextlib.asynccontextmanager
    async def greeted(cls, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = cls(reader, writer)
        try:
            await client.reply()
            await client.say(b"EHLO client.example")
            yield client
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def reply(self):
        """Give the last line of a reply; "" when the connection ended."""
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 120)
            if line[3:4] != b"-":
                return line.decode().rstrip()

    async def say(self, line):
        self.writer.write(line + b"\r\n")
        return await self.reply()

    async def send(self, mail, *, size=True, piece=256 * 1024, pause=0.0):
        """Run one transaction, the data in pieces with pauses; give the reply that decided it."""
        declared = b" SIZE=%d" % len(mail) if size else b""
        for line in (b"MAIL FROM:<alice@example.org>" + declared, b"RCPT TO:<bob@example.net>", b"DATA"):
            reply = await self.say(line)
            if reply[:1] not in {"2", "3"}:
                return reply
        for start in range(0, len(mail), piece):
            self.writer.write(mail[start : start + piece])
            await self.writer.drain()
            if pause:
                await asyncio.sleep(pause)
        return await self.say(b".")


async def large_mails(port, *, clients, size, pause=0.0, declares=True):
    """Send one large mail from each of ``clients`` at once; give their replies."""
    mail = a_mail_of(size)

    async def one():
        try:
            async with SmtpClient.greeted(port) as client:
                return await client.send(mail, pause=pause, size=declares)
        except OSError as error:
            return f"broken {error!r}"

    return await asyncio.gather(*(one() for _ in range(clients)))


class Honest:
    """A client that sends a small mail now and then while others attack, and notes how long each took.

    It stops after `MOST_MAILS`: the inbox lists no more on a page, and they are counted there.
    """

    MOST_MAILS = 800

    def __init__(self, port):
        self._port = port
        self._is_over = asyncio.Event()
        self.seconds = []
        self.replies = []

    async def run(self):
        while len(self.replies) < self.MOST_MAILS and not self._is_over.is_set():
            began = time.monotonic()
            async with SmtpClient.greeted(self._port) as client:
                self.replies.append(await client.send(a_mail_of(2_000)))
            self.seconds.append(time.monotonic() - began)
            await asyncio.sleep(0.05)

    @contextlib.asynccontextmanager
    async def sending(self):
        """Send beside the body of the block. The mail under way is ended, so that each accepted mail is counted."""
        task = asyncio.create_task(self.run())
        try:
            yield self
        finally:
            self._is_over.set()
            await task

    def slowest(self, share=0.99):
        """Give the seconds within which this share of its mails was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

"""The attacks, each in a process of its own: ``python -m bench.attacks.attackers NAME SMTP HTTP SECONDS``.

All are on loopback, from addresses of their own (127.0.1.1 and following, so that no limit by address mixes them up
with honest clients), and stop by themselves. Each prints what it was told, and the UUIDs of mail that was accepted.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import contextlib
import json
import resource
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from support import hostile_mails as mails
from support.server import API_KEY, SECRET_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SENT_AT_ONCE = 256 * 1024
FEWEST_SECONDS = 0.001
MEGABYTE = 1024 * 1024
BASIC = "Basic " + base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
JSON = "Content-Type: application/json\r\n"


class Attack:
    """Where to, until when, and what came of it."""

    def __init__(self, smtp_port: int, http_port: int, seconds: float) -> None:
        self.smtp_port = smtp_port
        self.http_port = http_port
        self.end = time.monotonic() + seconds
        self.told: collections.Counter[str] = collections.Counter()
        self.accepted: list[str] = []

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self.end

    async def connect(self, port: int, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = (f"127.0.{1 + number // 250}.{1 + number % 250}", 0)
        return await asyncio.open_connection("127.0.0.1", port, local_addr=local)

    async def many(self, count: int, one: Callable[[int], Awaitable[None]]) -> None:
        """Let so many attackers repeat one thing until the attack is over."""

        async def repeat(number: int) -> None:
            while self.is_on:
                try:
                    await one(number)
                except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                    self.told[type(error).__name__] += 1
                    await asyncio.sleep(0.05)

        await asyncio.gather(*(repeat(number) for number in range(count)))


async def reply(reader: asyncio.StreamReader) -> str:
    while True:
        line = await asyncio.wait_for(reader.readline(), 60)
        if line[3:4] != b"-":
            return line.decode().rstrip()


async def smtp_mail(attack: Attack, mail: bytes, pause: float, number: int) -> None:
    """Sign in and send one mail in pieces."""
    reader, writer = await attack.connect(attack.smtp_port, number)
    try:
        await reply(reader)
        login = base64.b64encode(f"\0{API_KEY}\0{SECRET_KEY}".encode())
        for line in (
            b"EHLO attacker.example",
            b"AUTH PLAIN " + login,
            b"MAIL FROM:<alice@example.org> SIZE=%d" % len(mail),
            b"RCPT TO:<bob@example.net>",
            b"DATA",
        ):
            writer.write(line + b"\r\n")
            said = await reply(reader)
            if said[:1] not in {"2", "3"}:
                attack.told[said[:3]] += 1
                await asyncio.sleep(0.1)
                return
        for start in range(0, len(mail), SENT_AT_ONCE):
            writer.write(mail[start : start + SENT_AT_ONCE])
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        writer.write(b"\r\n.\r\n")
        said = await reply(reader)
        attack.told[said[:3]] += 1
        if said[:3] == "250":
            attack.accepted.append(said.rpartition(" ")[2])
    finally:
        writer.transport.abort()


async def http_call(
    attack: Attack, number: int, head: str, body: bytes = b"", *, authorization: str = BASIC
) -> tuple[int, bytes]:
    """Make one call on a connection of its own; give status and body."""
    reader, writer = await attack.connect(attack.http_port, number)
    signed = f"Authorization: {authorization}\r\n" if authorization else ""
    try:
        writer.write(
            f"{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{signed}{JSON if body else ''}"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
        )
        for start in range(0, len(body), SENT_AT_ONCE):
            writer.write(body[start : start + SENT_AT_ONCE])
            await writer.drain()
        answer = await asyncio.wait_for(reader.read(-1), 60)
    finally:
        writer.transport.abort()
    status = int(answer[9:12] or b"0")
    attack.told[str(status)] += 1
    if status != 200:
        await asyncio.sleep(0.1)
    return status, answer.partition(b"\r\n\r\n")[2]


async def heads(attack: Attack) -> None:
    """Send a head that never ends, 60 MB of it, again and again."""

    async def one(number: int) -> None:
        _, writer = await attack.connect(attack.http_port, number)
        try:
            writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ")
            for _ in range(60 * MEGABYTE // SENT_AT_ONCE):
                writer.write(b"y" * SENT_AT_ONCE)
                await writer.drain()
            attack.told["60 MB taken"] += 1
        finally:
            writer.transport.abort()

    await attack.many(1, one)


async def silent(attack: Attack) -> None:
    """Hold 5,200 connections over HTTP and say nothing."""
    held = []

    async def one(number: int) -> None:
        reader, writer = await attack.connect(attack.http_port, number)
        held.append(writer)
        await asyncio.wait_for(reader.read(1), max(attack.end - time.monotonic(), FEWEST_SECONDS))
        attack.told["closed"] += 1
        writer.transport.abort()

    await attack.many(5_200, one)


async def smtp_large(attack: Attack, pause: float) -> None:
    mail = mails.plain()
    await attack.many(40, partial(smtp_mail, attack, mail, pause))


async def crafted(attack: Attack, name: str) -> None:
    mail = mails.crafted()[name]
    await attack.many(8, partial(smtp_mail, attack, mail, 0.0))


async def http_large(attack: Attack) -> None:
    body = mails.call_of()

    async def one(number: int) -> None:
        status, answer = await http_call(attack, number, "POST /v3.1/send", body)
        if status == 200:
            attack.accepted.append(json.loads(answer)["Messages"][0]["To"][0]["MessageUUID"])

    await attack.many(40, one)


async def pipelining(attack: Attack) -> None:
    """Send requests from 200 connections and read nothing."""
    requests = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100

    async def one(number: int) -> None:
        _, writer = await attack.connect(attack.http_port, number)
        writer.transport.pause_reading()
        try:
            async with asyncio.timeout(max(attack.end - time.monotonic(), FEWEST_SECONDS)):
                while True:
                    writer.write(requests)
                    await writer.drain()
        finally:
            writer.transport.abort()

    await attack.many(200, one)


async def imports(attack: Attack) -> None:
    """Import eight files of 2 MB, of which each line closes one quote and opens another."""
    line = b'x","y\n'
    file = b"email,name\n" + line * (2 * MEGABYTE // len(line))
    _, made = await http_call(attack, 0, "POST /v3/REST/contactslist", b'{"Name":"attack"}')
    list_id = json.loads(made)["Data"][0]["ID"]
    for _ in range(8):
        path = f"POST /v3/DATA/contactslist/{list_id}/CSVData/text:plain"
        _, kept = await http_call(attack, 0, path, file)
        job = {"ContactsListID": list_id, "DataID": json.loads(kept)["ID"], "Method": "addforce"}
        await http_call(attack, 0, "POST /v3/REST/csvimport", json.dumps(job).encode())
    await asyncio.sleep(max(attack.end - time.monotonic(), 0))


async def logins(attack: Attack, path: str) -> None:
    """Try 1,000 wrong pairs a second, each name once, from 250 addresses."""
    began, clients = time.monotonic(), 50
    tried = iter(range(10_000_000))

    async def one(place: int) -> None:
        number = next(tried)
        await asyncio.sleep(max(began + number / 1_000 - time.monotonic(), 0))
        name = f"ann{number}@example.com" if path.startswith("/inbox") else f"{number:032x}"
        wrong = "Basic " + base64.b64encode(f"{name}:x".encode()).decode()
        await http_call(attack, (place + number) % 250, f"GET {path}", authorization=wrong)

    await attack.many(clients, one)


async def smtp_logins(attack: Attack) -> None:
    began = time.monotonic()
    tried = iter(range(10_000_000))

    async def one(place: int) -> None:
        number = next(tried)
        await asyncio.sleep(max(began + number / 1_000 - time.monotonic(), 0))
        reader, writer = await attack.connect(attack.smtp_port, (place + number) % 250)
        try:
            await reply(reader)
            wrong = base64.b64encode(f"\0{number:032x}\0x".encode())
            for line in (b"EHLO attacker.example", b"AUTH PLAIN " + wrong):
                writer.write(line + b"\r\n")
                said = await reply(reader)
            attack.told[said[:3]] += 1
        finally:
            writer.transport.abort()

    await attack.many(50, one)


async def viewing(attack: Attack) -> None:
    """Look at a mail of 14 MB of ``<``, in four windows."""
    mail = (
        b"From: alice@example.org\r\nSubject: attack\r\nContent-Type: text/html\r\n\r\n" + b"<" * mails.SIZE
    )
    await smtp_mail(attack, mail, 0.0, 0)
    found: list[dict[str, object]] = []
    while not found and attack.is_on:
        await asyncio.sleep(0.2)
        _, rows = await http_call(attack, 0, "GET /inbox/api/messages?limit=1&subject=attack")
        found = json.loads(rows)
    views = [f"GET /inbox/messages/{found[0]['id']}", f"GET /inbox/api/messages/{found[0]['id']}/html"]

    async def one(number: int) -> None:
        await http_call(attack, number, views[number % 2])

    await attack.many(4, one)


async def polls(attack: Attack) -> None:
    """Let 500 requests wait for a mail that does not come."""

    async def one(number: int) -> None:
        left = max(int(attack.end - time.monotonic()), 1)
        await http_call(attack, number, f"GET /inbox/api/wait?to=nobody@example.net&timeout={left}")

    await attack.many(500, one)


ATTACKS = {
    "head of 60 MB without an end, over HTTP": heads,
    "5,200 silent connections": silent,
    "40 clients with 14 MB over SMTP, slow": partial(smtp_large, pause=0.02),
    "40 clients with 14 MB over SMTP, fast": partial(smtp_large, pause=0.0),
    "40 clients with 14 MB over HTTP": http_large,
    "200 clients that pipeline and never read": pipelining,
    "8 imports of 2 MB of alternating quotes": imports,
    "1,000 wrong logins a second, API": partial(logins, path="/v3/REST/contact"),
    "1,000 wrong logins a second, SMTP": smtp_logins,
    "1,000 wrong logins a second, pages": partial(logins, path="/inbox/list"),
    "viewing 14 MB of `<`, 4 windows": viewing,
    "500 long polls": polls,
    **{f"8 clients with 14 MB: {name}": partial(crafted, name=name) for name in mails.NAMES},
}


async def main() -> None:
    name, smtp_port, http_port, seconds = sys.argv[1:]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    attack = Attack(int(smtp_port), int(http_port), float(seconds))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(float(seconds) + 40):
            await ATTACKS[name](attack)
    print(json.dumps({"told": attack.told, "accepted": attack.accepted}))


if __name__ == "__main__":
    asyncio.run(main())

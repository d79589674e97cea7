"""A next hop that takes every mail and writes down which: ``python -m support.fast_sink HOST:PORT``.

With ``--log FILE`` each recipient of each mail becomes one line (see `Arrival`), written before the
mail gets its 250. With ``--quit-after N`` it ends after N mails.
"""

import argparse
import asyncio
import email
import email.policy
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import uvloop

TOKEN = re.compile(rb"token-([0-9a-z]+)-")
"""What the mails of a crash test carry in subject and body, between these marks."""
END = b"\r\n.\r\n"
GREETING = b"220 sink.example.net ESMTP\r\n"
EHLO = b"250-sink.example.net\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
OK = b"250 2.0.0 Ok\r\n"
GO_AHEAD = b"354 End data with <CR><LF>.<CR><LF>\r\n"
BYE = b"221 2.0.0 Bye\r\n"

Taken = Callable[[bytes, list[str]], None]


class Arrival(NamedTuple):
    """One recipient's copy of a mail, as a line of the log."""

    at: float
    """Seconds since the Unix epoch."""
    token: str
    recipient: str
    is_whole: bool
    """The body carries the same token as the subject."""

    def line(self) -> bytes:
        return f"{self.at:.6f} {self.token} {self.recipient} {self.is_whole:d}\n".encode()


def arrivals(log: Path) -> Iterator[Arrival]:
    """Read a log; a last line without its end is still being written and left out."""
    for line in log.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            at, token, recipient, is_whole = line.decode().split()
            yield Arrival(float(at), token, recipient, is_whole == "1")


def read_token(mail: bytes) -> tuple[str, bool]:
    """Find the token of a mail, "-" when there is none, and whether its body carries it too."""
    header, _, body = mail.partition(b"\r\n\r\n")
    found = TOKEN.search(header)
    if found is None:
        return "-", False
    if found[0] not in body:
        parsed = email.message_from_bytes(mail, policy=email.policy.default).get_body()
        body = parsed.get_content().encode() if parsed is not None else b""
    return found[1].decode(), found[0] in body


class Session(asyncio.Protocol):
    """One client: takes everything it says."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._waiting = b""
        self._recipients: list[str] = []
        self._is_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while self._take_mail() if self._is_data else self._take_line():
            pass

    def _take_mail(self) -> bool:
        # The line end before the dot may be the one that ended the DATA command (an empty mail).
        end = self._waiting.find(END)
        if end < 0:
            return False
        mail, self._waiting = self._waiting[2 : end + 2], self._waiting[end + len(END) :]
        self._is_data = False
        self._taken(mail, self._recipients)
        self._recipients = []
        self._transport.write(OK)
        return True

    def _take_line(self) -> bool:
        line, ended, rest = self._waiting.partition(b"\r\n")
        if not ended:
            return False
        self._waiting = rest
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._transport.write(EHLO)
        elif verb == b"RCPT":
            self._recipients.append(line[line.index(b"<") + 1 : line.index(b">")].decode())
            self._transport.write(OK)
        elif verb == b"DATA":
            self._is_data = True
            self._waiting = b"\r\n" + rest
            self._transport.write(GO_AHEAD)
        elif verb == b"QUIT":
            self._transport.write(BYE)
            self._transport.close()
        else:
            self._transport.write(OK)
        return True


async def serve(address: str, log: Path | None, quit_after: int | None) -> None:
    """Take mails until the count is reached, for ever without one."""
    host, _, port = address.rpartition(":")
    done = asyncio.Event()
    count = 0
    log_file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if log else None

    def taken(mail: bytes, recipients: list[str]) -> None:
        nonlocal count
        if log_file is not None:
            now = time.time()
            token, is_whole = read_token(mail)
            os.write(log_file, b"".join(Arrival(now, token, each, is_whole).line() for each in recipients))
        count += 1
        if count == quit_after:
            # The last reply must leave before the process does.
            asyncio.get_running_loop().call_later(0.05, done.set)

    server = await asyncio.get_running_loop().create_server(
        lambda: Session(taken), host, int(port), backlog=1000
    )
    print("ready", flush=True)  # noqa: T201 - whoever started it waits for this line
    async with server:
        await done.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--quit-after", type=int)
    chosen = parser.parse_args()
    uvloop.run(serve(chosen.address, chosen.log, chosen.quit_after))


if __name__ == "__main__":
    sys.exit(main())

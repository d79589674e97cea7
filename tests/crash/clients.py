"""Clients that submit one message after the other and write down every acknowledgement.

A message whose submission failed is never sent again under its token, so that every second arrival
of a token is a duplicate made by the server.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import aiosmtplib
import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crash.ledger import Ledger
    from support.server import ServerProcess

SENDER = "alice@example.org"
LINES = 24
PAUSE_WHILE_DOWN = 0.05
PATIENCE = 10.0
"""Seconds a client waits for an answer; a killed server closes its connections long before."""


class Load:
    """Several clients at work until told to stop."""

    def __init__(self, server: ServerProcess, ledger: Ledger, pause: float) -> None:
        """``pause``: seconds each client rests between two messages, so that a slow sink can follow."""
        self._server = server
        self._ledger = ledger
        self._pause = pause
        self._stopping = False

    async def run(self, smtp_clients: int, http_clients: int) -> None:
        """Submit until `stop`; return when every client has its last answer."""
        async with asyncio.TaskGroup() as group:
            for number in range(smtp_clients):
                group.create_task(self._submit_by_smtp(f"s{number}"))
            for number in range(http_clients):
                group.create_task(self._submit_by_http(f"h{number}"))

    def stop(self) -> None:
        """Let each client finish the message it is at."""
        self._stopping = True

    async def _submit_by_smtp(self, name: str) -> None:
        tokens = _tokens(name)
        while not self._stopping:
            try:
                client = aiosmtplib.SMTP(
                    hostname="127.0.0.1", port=self._server.smtp_port, start_tls=False, timeout=PATIENCE
                )
                async with client:
                    await self._mail_through(client, tokens)
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(PAUSE_WHILE_DOWN)

    async def _mail_through(self, client: aiosmtplib.SMTP, tokens: Iterator[str]) -> None:
        while not self._stopping:
            token = next(tokens)
            recipients = _recipients(token)
            mail = f"From: {SENDER}\r\nTo: {', '.join(recipients)}\r\nSubject: {_subject(token)}\r\n\r\n{_text(token)}"
            refused, _ = await client.sendmail(SENDER, recipients, mail.encode())
            self._ledger.acknowledge(token, [each for each in recipients if each not in refused])
            await asyncio.sleep(self._pause)

    async def _submit_by_http(self, name: str) -> None:
        tokens = _tokens(name)
        key = (self._server.settings["api_key"], self._server.settings["secret_key"])
        async with httpx2.AsyncClient(base_url=self._server.url, auth=key, timeout=PATIENCE) as client:
            while not self._stopping:
                try:
                    await self._post(client, [next(tokens), next(tokens)])
                    await asyncio.sleep(self._pause)
                except httpx2.HTTPError:
                    await asyncio.sleep(PAUSE_WHILE_DOWN)

    async def _post(self, client: httpx2.AsyncClient, tokens: list[str]) -> None:
        messages = [
            {
                "From": {"Email": SENDER},
                "To": [{"Email": each} for each in _recipients(token)],
                "Subject": _subject(token),
                "TextPart": _text(token),
            }
            for token in tokens
        ]
        answer = await client.post("/v3.1/send", json={"Messages": messages})
        if answer.status_code != httpx2.codes.OK:
            return
        for token, result in zip(tokens, answer.json()["Messages"], strict=True):
            if result["Status"] == "success":
                self._ledger.acknowledge(token, [each["Email"] for each in result["To"]])


def _tokens(client: str) -> Iterator[str]:
    return (f"{client}x{number}" for number in itertools.count())


def _recipients(token: str) -> list[str]:
    """Give one recipient to most mails, two to some; domains differ as they do in life."""
    number = int(token.rpartition("x")[2])
    first = f"ann{token}@d{number % 7}.example.net"
    return [first, f"bob{token}@d{number % 5}.example.com"] if number % 10 == 0 else [first]


def _subject(token: str) -> str:
    return f"Crash test token-{token}-"


def _text(token: str) -> str:
    return "".join(f"Line {number} of the mail token-{token}-\r\n" for number in range(LINES))

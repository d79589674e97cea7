"""Honest clients in a process of their own, which note how long each mail took: ``python -m bench.attacks.honest``.

Three at once: an SMTP session that signs in once and sends a mail each 50 ms (timed from MAIL to its 250), an SMTP
client that connects for each mail (timed from connect to its 250), and an HTTP sender. They stop at the end of
standard input, and then print what they saw as JSON.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import smtplib
import sys
import threading
import time

from support.server import API_KEY, SECRET_KEY

PAUSE, PAUSE_OF_NEWCOMER = 0.05, 0.25
PATIENCE = 60
ACCEPTED = 250
BODY = ("honest mail " * 6 + "\r\n") * 55
MAIL = f"From: alice@example.org\r\nTo: bob@example.net\r\nSubject: honest\r\n\r\n{BODY}".encode()
CALL = json.dumps(
    {
        "Messages": [
            {
                "From": {"Email": "alice@example.org"},
                "To": [{"Email": "bob@example.net"}],
                "Subject": "honest",
                "TextPart": BODY,
            }
        ]
    }
).encode()


class Seen:
    """What one client saw: seconds of the accepted, their UUIDs, and everything else that it was told."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.accepted: list[str] = []
        self.failed: list[str] = []

    def shown(self) -> dict[str, list[object]]:
        return dict(vars(self))


def signed_in(port: int) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE)
    client.ehlo()
    client.login(API_KEY, SECRET_KEY)
    return client


def uuid_of(text: bytes) -> str:
    return text.decode().rpartition(" ")[2]


def submit(client: smtplib.SMTP) -> tuple[int, bytes]:
    """Run one transaction; give the reply that decided it."""
    steps = (
        lambda: client.mail("alice@example.org"),
        lambda: client.rcpt("bob@example.net"),
        lambda: client.data(MAIL),
    )
    for step in steps:
        code, text = step()
        if code not in {250, 354}:
            break
    return code, text


class Keeper:
    """One session for many mails."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._client: smtplib.SMTP | None = None

    def once(self, seen: Seen) -> None:
        self._client = self._client or signed_in(self._port)
        began = time.monotonic()
        try:
            code, text = submit(self._client)
        except (OSError, smtplib.SMTPException):
            self._client = None
            raise
        note(seen, code, text, time.monotonic() - began)


class Newcomer:
    """A session for each mail."""

    def __init__(self, port: int) -> None:
        self._port = port

    def once(self, seen: Seen) -> None:
        began = time.monotonic()
        client = signed_in(self._port)
        try:
            code, text = submit(client)
            note(seen, code, text, time.monotonic() - began)
        finally:
            client.close()


class Caller:
    """One connection for many calls of ``/v3.1/send``."""

    def __init__(self, port: int) -> None:
        secret = base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}", "Content-Type": "application/json"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def once(self, seen: Seen) -> None:
        began = time.monotonic()
        try:
            self._connection.request("POST", "/v3.1/send", CALL, self._headers)
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        took = time.monotonic() - began
        if answer.status == http.client.OK:
            seen.accepted.append(json.loads(body)["Messages"][0]["To"][0]["MessageUUID"])
            seen.seconds.append(took)
        else:
            seen.failed.append(str(answer.status))


def note(seen: Seen, code: int, text: bytes, took: float) -> None:
    if code == ACCEPTED:
        seen.accepted.append(uuid_of(text))
        seen.seconds.append(took)
    else:
        seen.failed.append(str(code))


def work(client: Keeper | Newcomer | Caller, seen: Seen, pause: float, over: threading.Event) -> None:
    while not over.is_set():
        try:
            client.once(seen)
        except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
            seen.failed.append(type(error).__name__)
        over.wait(pause)


def main() -> None:
    smtp_port, http_port = map(int, sys.argv[1:])
    over = threading.Event()
    clients = {
        "smtp": (Keeper(smtp_port), PAUSE),
        "newcomer": (Newcomer(smtp_port), PAUSE_OF_NEWCOMER),
        "http": (Caller(http_port), PAUSE),
    }
    seen = {name: Seen() for name in clients}
    threads = [
        threading.Thread(target=work, args=(client, seen[name], pause, over))
        for name, (client, pause) in clients.items()
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps({name: each.shown() for name, each in seen.items()}))


if __name__ == "__main__":
    main()

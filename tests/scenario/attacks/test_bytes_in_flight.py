"""Clients that make the server hold as much as they can: it stays within its budget, loses nothing and serves others.

``ATTACK_SIZE=full`` runs the sizes of the report (40 clients with 14 MB each), and prints what it measured.
"""

import asyncio
import base64
import collections
import http.client
import json
import os

import pytest

from support.held_memory import (
    MEGABYTE,
    Honest,
    SmtpClient,
    a_mail_of,
    forget_peak,
    large_mails,
    peak_bytes,
    resident_bytes,
)
from support.server import API_KEY, SECRET_KEY, running
from support.waiting import until
from support.whole_server import OPEN_DOOR

IS_FULL = os.environ.get("ATTACK_SIZE") == "full"
CLIENTS, SIZE = (40, 14 * MEGABYTE) if IS_FULL else (12, 5 * MEGABYTE)
BUDGET = 256 if IS_FULL else 24
PAUSE = 0.02
ROOM = 300 * MEGABYTE if IS_FULL else 130 * MEGABYTE
"""What may come on top: the budget, composed mails on their way (64 MiB), and what the allocator keeps meanwhile."""
AUTHORIZATION = "Basic " + base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()


@pytest.fixture
def server(tmp_path):
    with running(tmp_path / "data", max_bytes_in_flight=f"{BUDGET}MiB", **OPEN_DOOR) as opened:
        yield opened


def accepted_of(replies):
    """Count the accepted; the others must have been told to come again."""
    counted = collections.Counter(reply[:3] for reply in replies)
    assert set(counted) <= {"250", "452"}, replies
    return counted["250"]


def ask(server, method, path, body=None, **headers):
    """Give status, headers and body of an answer."""
    host, port = server.settings["http"].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    try:
        connection.request(method, path, body, {"Authorization": AUTHORIZATION, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


async def has_gone_back(server, before):
    """Wait until the memory is what it was, within 50 MB."""

    async def is_back():
        return resident_bytes(server.pid) - before < 50 * MEGABYTE

    await until(is_back, "memory goes back", 60)


async def count_of(server, recipient):
    rows = await asyncio.to_thread(ask, server, "GET", f"/inbox/api/messages?limit=1000&to={recipient}")
    return len(json.loads(rows[2]))


async def has_arrived(server, count, recipient):
    async def is_there():
        return await count_of(server, recipient) == count

    await until(is_there, f"{count} mails", 60)


@pytest.mark.parametrize("pause", [PAUSE, 0.0], ids=["slow", "fast"])
async def test_large_mails_from_many_clients_over_smtp(server, pause):
    pid, honest = server.pid, Honest(server.smtp_port)
    before = resident_bytes(pid)
    forget_peak(pid)
    async with honest.sending():
        replies = await large_mails(server.smtp_port, clients=CLIENTS, size=SIZE, pause=pause)
    peak = peak_bytes(pid)
    accepted = accepted_of(replies)
    assert accepted > 0
    assert accepted_of(honest.replies) == len(honest.replies), "small mails use the reserve"
    await has_arrived(server, accepted + len(honest.replies), "bob@example.net")
    assert peak - before < BUDGET * MEGABYTE + ROOM
    await has_gone_back(server, before)
    report(f"smtp, pause {pause}", before, peak, server, honest, replies)


def report(name, before, peak, server, honest, replies):
    after = resident_bytes(server.pid)
    shown = [f"{each // MEGABYTE} MB" for each in (before, peak, after)]
    answers = dict(collections.Counter(str(reply)[:3] for reply in replies))
    print(f"\n{name}: before, peak, after {shown}; p99 {honest.slowest():.2f} s; {answers}")  # noqa: T201


def a_call_of(size):
    file = {"ContentType": "text/plain", "Filename": "a.txt", "Base64Content": "eHh4" * (size // 4)}
    message = {
        "From": {"Email": "alice@example.org"},
        "To": [{"Email": "carol@example.net"}],
        "TextPart": "x",
        "Attachments": [file],
    }
    return json.dumps({"Messages": [message]}).encode()


async def test_large_calls_from_many_clients_over_http(server):
    pid, honest = server.pid, Honest(server.smtp_port)
    before = resident_bytes(pid)
    forget_peak(pid)
    call = a_call_of(SIZE)

    def send():
        return ask(server, "POST", "/v3.1/send", call, **{"Content-Type": "application/json"})

    async with honest.sending():
        answers = await asyncio.gather(*(asyncio.to_thread(send) for _ in range(CLIENTS)))
    peak = peak_bytes(pid)
    statuses = collections.Counter(status for status, _, _ in answers)
    assert set(statuses) <= {200, 503}
    assert statuses[200] > 0
    for status, headers, _ in answers:
        assert status == 200 or int(headers["Retry-After"]) > 0
    assert accepted_of(honest.replies) == len(honest.replies)
    await has_arrived(server, statuses[200], "carol@example.net")
    assert peak - before < BUDGET * MEGABYTE + ROOM
    await has_gone_back(server, before)
    report("http", before, peak, server, honest, [status for status, _, _ in answers])


async def begin_data(client, size):
    declared = f" SIZE={size}" if size else ""
    await client.say(f"MAIL FROM:<alice@example.org>{declared}".encode())
    await client.say(b"RCPT TO:<bob@example.net>")
    return await client.say(b"DATA")


@pytest.mark.parametrize("size", [0, 15_000_000], ids=["undeclared", "declared"])
async def test_files_have_a_budget_and_past_it_mail_is_refused_for_now(tmp_path, size):
    """A budget of 2 MiB has 32 MiB of files: two clients use it up, and do not end their mails."""
    with running(tmp_path / "data", max_bytes_in_flight="2MiB", **OPEN_DOOR) as server:
        port = server.smtp_port
        part = a_mail_of(13 * MEGABYTE)
        async with (
            SmtpClient.greeted(port) as one,
            SmtpClient.greeted(port) as two,
            SmtpClient.greeted(port) as third,
        ):
            for hog in (one, two):
                assert (await begin_data(hog, 0))[:3] == "354"
                hog.writer.write(part)
                await hog.writer.drain()
            # What they have sent takes a while to arrive.
            await asyncio.sleep(3.0)
            large = a_mail_of(14 * MEGABYTE)
            refused = await refused_mail(third, large, size)
            assert refused == "452 4.3.1 The server has no memory for more mail now, try again later"
            assert (await third.send(a_mail_of(30_000)))[:3] == "250", (
                "the session goes on, and small mail passes"
            )
            for hog in (one, two):
                assert (await hog.say(b"."))[:3] == "250"
            assert (await third.send(large))[:3] == "250"
        await has_arrived(server, 4, "bob@example.net")


async def refused_mail(client, mail, size):
    """Send until it is refused: the others may not have filled their files yet."""
    for _ in range(20):
        reply = await client.send(mail, size=bool(size))
        if reply[:3] == "452":
            return reply
        assert reply[:3] == "250"
    return reply


async def test_a_chunk_of_bdat_that_no_file_has_room_for_is_refused(tmp_path):
    with running(tmp_path / "data", max_bytes_in_flight="1MiB", **OPEN_DOOR) as server:
        async with (
            SmtpClient.greeted(server.smtp_port) as hog,
            SmtpClient.greeted(server.smtp_port) as client,
        ):
            assert (await begin_data(hog, 0))[:3] == "354"
            hog.writer.write(a_mail_of(13 * MEGABYTE))
            await hog.writer.drain()
            # What the hog has sent takes a while to arrive.
            await asyncio.sleep(3.0)
            await client.say(b"MAIL FROM:<alice@example.org>")
            await client.say(b"RCPT TO:<bob@example.net>")
            chunk = a_mail_of(6 * MEGABYTE)
            client.writer.write(b"BDAT %d\r\n" % len(chunk) + chunk)
            assert (await client.reply())[:9] == "452 4.3.1"
            assert (await client.send(a_mail_of(30_000)))[:3] == "250"


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/v3.1/send", {"ErrorIdentifier", "StatusCode", "ErrorMessage"}),
        ("/v3/send", {"ErrorInfo", "ErrorMessage", "StatusCode"}),
        ("/v3/REST/contact", {"ErrorIdentifier", "StatusCode", "ErrorMessage"}),
        ("/v1/REST/templates", {"ErrorIdentifier", "StatusCode", "ErrorMessage", "ErrorCode"}),
    ],
)
async def test_each_door_of_http_refuses_in_its_own_words_and_says_when_to_come_again(tmp_path, path, keys):
    with running(tmp_path / "data", max_bytes_in_flight="1MiB", **OPEN_DOOR) as server:
        call = b"{" + b" " * 1_000_000 + b"}"
        fields = {"Content-Type": "application/json"}
        answers = []

        async def is_refused():
            # What the hog sends takes a while to arrive, and may itself be refused beside an early call.
            async with SmtpClient.greeted(server.smtp_port) as hog:
                assert (await begin_data(hog, 0))[:3] == "354"
                hog.writer.write(a_mail_of(13_900_000))
                await hog.writer.drain()
                await asyncio.sleep(0.5)
                answers[:] = await asyncio.to_thread(ask, server, "POST", path, call, **fields)
                small = await asyncio.to_thread(ask, server, "GET", "/v3/REST/contact")
                assert small[0] == 200
            return answers[0] == 503

        await until(is_refused, "a refusal", 30)
        _, headers, body = answers
        assert headers["Retry-After"] == "5"
        assert keys <= set(json.loads(body))


async def test_large_mails_that_many_look_at_are_loaded_a_few_at_a_time(server):
    async with SmtpClient.greeted(server.smtp_port) as client:
        assert (await client.send(a_mail_of(SIZE)))[:3] == "250"
    await has_arrived(server, 1, "bob@example.net")
    [listed] = json.loads(ask(server, "GET", "/inbox/api/messages")[2])
    before = resident_bytes(server.pid)
    forget_peak(server.pid)

    def look(what):
        return ask(server, "GET", f"/inbox/api/messages/{listed['id']}{what}")

    answers = await asyncio.gather(
        *(asyncio.to_thread(look, what) for what in ["", "/raw"] for _ in range(CLIENTS))
    )
    statuses = collections.Counter(status for status, _, _ in answers)
    assert set(statuses) <= {200, 503}
    assert statuses[200] > 0
    assert peak_bytes(server.pid) - before < BUDGET * MEGABYTE + ROOM
    await has_gone_back(server, before)

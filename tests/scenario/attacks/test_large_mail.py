"""Mail and calls that take long to read are read in a thread, so that others do not wait; small ones at once."""

import asyncio
import json
import threading
import time

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.doors.http.send import endpoint
from aerogram.doors.smtp import policy
from support import hostile_mails as mails
from support.http_door import a_client
from support.smtp_door import SmtpHouse

MEGABYTE = 1024 * 1024
LOOP, MAIL_THREAD, CALL_THREAD = "MainThread", "smtp-reader_0", "send-parser_0"


@pytest.fixture
def database_url():
    return None


@pytest.fixture
def threads(monkeypatch):
    """The names of the threads that read mail, that make submissions, and that parse calls."""
    seen = []

    def noting(module, name):
        work = getattr(module, name)

        def noted(*args, **kwargs):
            seen.append(threading.current_thread().name)
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, noted)

    for module, name in ((policy, "scan"), (policy, "submission_of"), (endpoint, "submissions")):
        noting(module, name)
    return seen


@pytest.fixture
async def client(database, ids, clock, tmp_path):
    house = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    async with house.opened():
        made = await house.client()
        await made.say("EHLO client.example")
        await made.say(f"AUTH PLAIN {house.plain()}")
        yield made


@pytest.fixture
async def caller(url):
    async with a_client(url) as opened:
        yield opened


def a_mail(size, head=b""):
    start = b"From: ann@example.org\r\n" + head + b"\r\n"
    rest = size - len(start)
    return start + mails.LINE * (rest // len(mails.LINE)) + b"y" * (rest % len(mails.LINE) - 2) + b"\r\n"


@pytest.mark.parametrize("size", [1_000, 30_000, 100_000, policy.LARGE - 1_000])
async def test_ordinary_mail_is_read_at_once(client, threads, size):
    assert (await client.send_mail(a_mail(size))).startswith("250 ")
    assert threads == [LOOP, LOOP]


@pytest.mark.parametrize("size", [policy.LARGE + 1_000, 600_000, 3 * MEGABYTE, 14 * MEGABYTE])
async def test_large_mail_is_read_in_the_thread_for_it(client, threads, size):
    assert (await client.send_mail(a_mail(size))).startswith("250 ")
    assert threads == [MAIL_THREAD, MAIL_THREAD]


@pytest.mark.parametrize(
    ("head", "reply"),
    [
        (b"X: \x01\r\n", "554 5.6.0"),
        (b"From: eve@example.org\r\n", "554 5.6.0"),
        (b"Message-ID: ()\r\n", "554 5.6.0"),
        (b"Received: x\r\n" * 30, "554 5.4.6"),
        (b"X-MJ-TemplateID: none\r\n", "554 5"),
        (b"X-MJ-CustomID: a\r\nX-MJ-CustomID: b\r\n", "554 5"),
    ],
)
async def test_what_is_refused_of_small_mail_is_refused_of_large_mail_in_the_same_words(client, head, reply):
    small, large = [await client.send_mail(a_mail(size, head)) for size in (2_000, 500_000)]
    assert small == large
    assert large.startswith("5")


async def test_a_fault_while_a_large_mail_is_read_is_answered_and_the_session_goes_on(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(policy, "scan", broken)
        assert (await client.send_mail(a_mail(500_000)))[:3] == "451"
    assert (await client.send_mail(a_mail(500_000))).startswith("250 ")


@pytest.mark.parametrize("name", mails.NAMES)
async def test_the_event_loop_goes_on_while_a_crafted_mail_of_14_mb_is_read(client, name):
    """The longest gap between two turns of the loop; in one go, some of these mails took seconds."""
    mail = mails.crafted()[name]
    gaps, over = [], asyncio.Event()

    async def tick():
        last = time.monotonic()
        while not over.is_set():
            await asyncio.sleep(0)
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    ticking = asyncio.create_task(tick())
    reply = await client.send_mail(mail if mail.endswith(b"\r\n") else mail + b"\r\n")
    over.set()
    await ticking
    assert reply[:3] in {"250", "552", "554"}, reply
    assert max(gaps) < 0.5


def v31(size):
    people = {"From": {"Email": "alice@example.com"}, "To": [{"Email": "bob@example.net"}]}
    return {"Messages": [{**people, "TextPart": "x" * size}]}


def v3(size):
    people = {"FromEmail": "alice@example.com", "Recipients": [{"Email": "bob@example.net"}]}
    return {**people, "Text-part": "x" * size}


@pytest.mark.parametrize("size", [1_000, 200_000, endpoint.LARGE, 400_000, 5 * MEGABYTE])
@pytest.mark.parametrize(("path", "write"), [("/v3.1/send", v31), ("/v3/send", v3)])
async def test_large_calls_are_parsed_in_the_thread_for_them(caller, threads, path, write, size):
    answer = await caller.post(path, content=json.dumps(write(size)))
    assert answer.status_code == 200, answer.text
    assert threads == [LOOP if size < endpoint.LARGE else CALL_THREAD]


@pytest.mark.parametrize("size", [1_000, 400_000])
async def test_what_is_refused_of_a_small_call_is_refused_of_a_large_one(caller, size):
    for body in (
        b"{" + b" " * size,
        json.dumps({"Messages": [], "X": "x" * size}),
        b'"' + b"x" * size + b'"',
    ):
        assert (await caller.post("/v3.1/send", content=body)).status_code == 400
    stranger = v31(size)
    stranger["Messages"][0]["From"]["Email"] = "alice@example.org"
    answer = await caller.post("/v3.1/send", content=json.dumps(stranger))
    assert "send-0008" in answer.text

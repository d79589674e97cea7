"""Ctrl-C in a long ``aerogram queue cancel``, while a server runs: it says what it did, and run again it does the rest."""

import asyncio
import contextlib
import json
import signal
import sqlite3
import subprocess
import sys

import pytest

from aerogram.model.message import MessageState
from aerogram.store.open import FILE_NAME, open_database
from support.queue_rows import message_row, put
from support.server import ServerProcess
from support.waiting import wait_for

MESSAGES = 40_000


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path / "data", role="edge")
    server.start()
    asyncio.run(filled(server.data))
    yield server
    server.kill()


async def filled(data):
    database = await open_database(data, None)
    await put(database, [message_row(n, 1 + n // 50) for n in range(1, MESSAGES + 1)])
    await database.close()


def cancelled(server):
    with contextlib.closing(sqlite3.connect(server.data / FILE_NAME)) as connection:
        query = "SELECT count(*) FROM message WHERE state = ?"
        return connection.execute(query, [int(MessageState.CANCELLED)]).fetchone()[0]


def test_an_interrupted_cancel_says_what_it_did_and_can_be_resumed(server):
    with subprocess.Popen(
        [sys.executable, "-m", "aerogram", "queue", "cancel", "--domain", "example.net", "--json"],
        env=server.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        wait_for(lambda: cancelled(server) > 0, "the first cancelled messages")
        command.send_signal(signal.SIGINT)
        said, complained = command.communicate(timeout=60)
    assert complained == ""
    answer = json.loads(said)
    assert (answer["is_complete"], command.returncode) == (False, 1)
    assert 0 < answer["done"] < MESSAGES
    assert cancelled(server) == answer["done"]
    rest = server.answer_of("queue", "cancel", "--domain", "example.net")
    assert rest == {
        "action": "cancel", "done": MESSAGES - answer["done"], "in_flight": 0, "is_complete": True,
    }  # fmt: skip
    assert cancelled(server) == MESSAGES

"""Contacts count every delivery exactly once, however often the server is killed while it follows the mail."""

import contextlib
import itertools
import sqlite3
import threading

from aerogram.store.open import FILE_NAME
from support.server import ServerProcess
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR, send

PEOPLE = 5
KILLS = 3
MAILS_BETWEEN = 25
"""Each kill comes when so many more were accepted: some are followed then, and some are not."""
UNREAD = """
    SELECT count(*) FROM event WHERE kind = 7
    AND id > coalesce((SELECT event_id FROM event_reader WHERE name = 'contacts'), 0)
"""
TRUTH = """
    SELECT lower(message.recipient), count(*) FROM event JOIN message ON message.id = event.message_id
    WHERE event.kind = 7 GROUP BY 1
"""


def ask(data, query):
    with contextlib.closing(sqlite3.connect(data / FILE_NAME, timeout=30)) as connection:
        return connection.execute(query).fetchall()


class Senders:
    """Threads that send until they are stopped."""

    def __init__(self, server):
        self._server = server
        self._is_over = threading.Event()
        self._numbers = itertools.count()
        self.accepted = 0
        self._threads = [threading.Thread(target=self._send) for _ in range(3)]

    def _send(self):
        while not self._is_over.is_set():
            if send(self._server, f"Person{next(self._numbers) % PEOPLE}@example.net") == 250:
                self.accepted += 1

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()


def test_no_delivery_is_lost_or_counted_twice_when_the_server_is_killed(tmp_path):
    data = tmp_path / "data"
    server = ServerProcess(data, **OPEN_DOOR)
    server.start()
    untold = []
    try:
        with Senders(server) as senders:
            for kill in range(1, KILLS + 1):
                wanted = kill * MAILS_BETWEEN
                wait_for(lambda wanted=wanted: senders.accepted >= wanted, f"{wanted} mails", 60)
                server.kill()
                [(amount,)] = ask(data, UNREAD)
                untold.append(amount)
                server.start()
        wait_for(lambda: ask(data, "SELECT count(*) FROM message WHERE state = 0") == [(0,)], "the queue", 60)
        wait_for(lambda: ask(data, UNREAD) == [(0,)], "the outbox", 60)
        server.assert_alive_or_stopped()
    finally:
        server.stop()
    assert any(untold), "no kill came between a delivery and its count"
    counted = dict(ask(data, "SELECT email, delivered_count FROM contact"))
    assert counted == dict(ask(data, TRUTH))
    assert sum(counted.values()) >= senders.accepted >= KILLS * MAILS_BETWEEN

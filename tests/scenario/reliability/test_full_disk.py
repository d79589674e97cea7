"""The whole server on a disk that runs full: every door says so in its own words, and opens again by itself."""

import base64
import http.client
import json

import pytest

from support.server import API_KEY, SECRET_KEY, running
from support.small_disk import MEGABYTE, fill, make_room, small_disk
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR, send

PAIR = base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
CALL = json.dumps(
    {
        "Messages": [
            {"From": {"Email": "alice@example.org"}, "To": [{"Email": "bob@example.net"}], "TextPart": "x"}
        ]
    }
)


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", 40) as folder:
        yield folder


def ask(server, method, path, body=None):
    """Give (status, headers, JSON) of an answer."""
    host, port = server.settings["http"].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    headers = {"Authorization": f"Basic {PAIR}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize("reserve", ["8MiB", "1KiB"], ids=["nearly full", "full"])
def test_a_disk_without_room_closes_every_door_until_it_has_some(disk, reserve):
    with running(disk / "data", min_free_disk=reserve, **OPEN_DOOR) as server:
        assert send(server, "before@example.net") == 250
        fill(disk, leave=4 * MEGABYTE if reserve == "8MiB" else 0)
        wait_for(lambda: ask(server, "GET", "/readyz")[0] == 503, "not ready")
        assert "nearly full" in ask(server, "GET", "/readyz")[2]["checks"]["disk"]
        assert send(server, "during@example.net") == 452
        status, headers, said = ask(server, "POST", "/v3.1/send", CALL)
        assert (status, said["StatusCode"], headers["Retry-After"]) == (503, 503, "60")
        make_room(disk)
        wait_for(lambda: ask(server, "GET", "/readyz")[0] == 200, "ready again")
        assert send(server, "after@example.net") == 250
        assert ask(server, "POST", "/v3.1/send", CALL)[0] == 200
        wait_for(lambda: len(ask(server, "GET", "/inbox/api/messages")[2]) == 3, "the accepted mails")
        assert server.stop() == 0

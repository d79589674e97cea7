"""One key, many clients, whole servers: what reaches the inbox is one mail."""

import contextlib
import smtplib
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from support.calls import a_call, a_message
from support.server import API_KEY, SECRET_KEY, ServerProcess, running
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR

CLIENTS = 50
SENDER = {"Email": "alice@example.org"}


def post(server, key, recipient):
    """Send by HTTP; give the MessageID."""
    body = a_call(a_message(From=SENDER, To=[{"Email": recipient}]))
    answer = httpx2.post(
        f"{server.url}/v3.1/send",
        content=body,
        headers={"Idempotency-Key": key},
        auth=(API_KEY, SECRET_KEY),
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["Messages"][0]["To"][0]["MessageID"]


def mail(server, key, recipient):
    """Send by SMTP; give the reply to the final dot."""
    text = f"From: alice@example.org\r\nTo: {recipient}\r\nX-Idempotency-Key: {key}\r\n\r\nx\r\n"
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.ehlo()
        client.mail("alice@example.org")
        client.rcpt(recipient)
        return client.data(text)


def together(work, servers, *arguments):
    """Do the same `CLIENTS` times at once, by turns on each server; give the set of results."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        tasks = [pool.submit(work, servers[n % len(servers)], *arguments) for n in range(CLIENTS)]
        return {task.result() for task in tasks}


def get(server, path):
    return httpx2.get(f"{server.url}{path}", timeout=30, trust_env=False)


def in_inbox(server, recipient):
    """Wait until the queue is empty; give the mails of a recipient in the inbox."""
    wait_for(lambda: "aerogram_queue_messages 0.0" in get(server, "/metrics").text, "an empty queue")
    return get(server, f"/inbox/api/messages?to={recipient}").json()


@pytest.fixture
def server(tmp_path):
    with running(tmp_path / "data", **OPEN_DOOR) as process:
        yield process


@pytest.fixture
def nodes(tmp_path, postgresql_server):
    """Two servers over one PostgreSQL."""
    shared = {**OPEN_DOOR, "database_url": postgresql_server.new_database()}
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(running(tmp_path / "data", **shared)) for _ in range(2)]


def test_fifty_http_clients_with_one_key_send_one_mail(server):
    assert len(together(post, [server], "k", "bob@example.net")) == 1
    assert len(in_inbox(server, "bob@example.net")) == 1


def test_fifty_smtp_clients_with_one_key_send_one_mail(server):
    [(code, text)] = together(mail, [server], "k", "bob@example.net")
    assert (code, text[:14]) == (250, b"OK queued as 0")
    assert len(in_inbox(server, "bob@example.net")) == 1


def test_a_key_holds_when_the_server_was_killed(tmp_path):
    first = ServerProcess(tmp_path / "data", **OPEN_DOOR)
    first.start()
    message_id = post(first, "k", "bob@example.net")
    reply = mail(first, "l", "cy@example.net")
    first.kill()
    with running(tmp_path / "data", **OPEN_DOOR) as second:
        assert together(post, [second], "k", "bob@example.net") == {message_id}
        assert mail(second, "l", "cy@example.net") == reply
        assert len(in_inbox(second, "bob@example.net")) == 1
        assert len(in_inbox(second, "cy@example.net")) == 1


def test_two_nodes_over_one_database_send_one_mail(nodes):
    assert len(together(post, nodes, "k", "bob@example.net")) == 1
    assert len(together(mail, nodes, "l", "cy@example.net")) == 1
    assert len(in_inbox(nodes[0], "bob@example.net")) == 1
    assert len(in_inbox(nodes[1], "cy@example.net")) == 1

"""A server of several processes: each of them may die, and together they begin, answer and end as one."""

import base64
import contextlib
import json
import os
import re
import resource
import signal
import smtplib
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from support.process_tree import living, tree_of
from support.server import API_KEY, SECRET_KEY, ServerProcess, running
from support.sinks import HANG, Sink
from support.waiting import wait_for
from support.whole_server import OPEN_DOOR, send

SEVERAL = {**OPEN_DOOR, "workers": "2"}
CLIENTS = 24


def several(data, **settings):
    return running(data, **{**SEVERAL, **settings})


def readiness_of(server):
    """Give the status of /readyz, and what it says of the processes; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
            return answer.status, json.load(answer)["checks"]["processes"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.status, json.load(refused)["checks"]["processes"]
    except OSError:
        return 0, ""


def sockets_of(pid):
    """Give how many sockets a process has open."""
    found = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found += each.readlink().name.startswith("socket:")
    return found


def test_it_has_a_writer_delivery_and_as_many_edges_as_asked(tmp_path):
    with several(tmp_path / "data") as server:
        assert sorted(server.children()) == ["delivery 1", "edge 1", "edge 2", "writer"]


def test_several_processes_answer_at_each_door(tmp_path):
    with several(tmp_path / "data") as server, contextlib.ExitStack() as stack:
        edges = [pid for name, pid in server.children().items() if name.startswith("edge")]
        for port in (server.smtp_port, int(server.settings["http"].rpartition(":")[2])):
            before = [sockets_of(pid) for pid in edges]
            for _ in range(CLIENTS):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                # An answer: the connection has been accepted.
                client.sendall(b"" if port == server.smtp_port else b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                assert client.recv(1)
            more = [sockets_of(pid) - count for pid, count in zip(edges, before, strict=True)]
            assert sum(more) >= CLIENTS
            assert all(more)


def test_the_metrics_are_of_the_whole(tmp_path):
    with several(tmp_path / "data") as server:
        for number in range(CLIENTS):
            assert send(server, f"bob{number}@example.net") == 250
        wait_for(lambda: counted(server, "sent") == CLIENTS, "the delivery of all")
        # A connection each: several processes are asked.
        assert {counted(server, "accepted") for _ in range(8)} == {CLIENTS}


def counted(server, what):
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        found = re.search(rf'aerogram_messages_total{{what="{what}"}} ([\d.]+)', answer.read().decode())
    return float(found[1]) if found else 0


@pytest.mark.parametrize("name", ["edge 1", "delivery 1", "writer"])
def test_one_that_is_killed_is_started_again_and_said_so(tmp_path, name):
    with several(tmp_path / "data", log_level="info") as server:
        killed = server.children()[name]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: server.children().get(name, killed) != killed, "another process")
        wait_for(lambda: readiness_of(server) == (200, "ok"), "a whole server", 60)
        assert send(server, "bob@example.net") == 250
        wait_for(lambda: counted(server, "sent") == 1, "its delivery")
        [ended] = [each for each in logged(server) if each["event"] == "process_ended"]
        assert (ended["of"], ended["how"], ended["times"]) == (name, "signal SIGKILL", 1)


def starters_of(server):
    """Give the number of the process that forks the others."""
    return tree_of(server.pid) - {server.pid} - set(server.children().values())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["died", "hangs"])
def test_others_are_started_again_by_another_starter_when_theirs(tmp_path, how):
    with several(tmp_path / "data") as server:
        starters = starters_of(server)
        for pid in starters:
            os.kill(pid, how)
        killed = server.children()["delivery 1"]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: server.children().get("delivery 1", killed) != killed, "another process", 90)
        wait_for(lambda: readiness_of(server) == (200, "ok"), "a whole server", 60)
        assert not starters & tree_of(server.pid)


def test_the_others_go_on_while_no_process_can_be_made(tmp_path):
    with several(tmp_path / "data") as server:
        for pid in starters_of(server):
            os.kill(pid, signal.SIGKILL)
        # Another starter cannot be made: there is no descriptor for the socket to it.
        _, most = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (3, most))
        os.kill(server.children()["edge 1"], signal.SIGKILL)
        wait_for(lambda: any(each["event"] == "process_not_started" for each in logged(server)), "a try", 30)
        assert send(server, "bob@example.net") == 250
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (most, most))
        wait_for(
            lambda: readiness_of(server) == (200, "ok") and len(server.children()) == 4, "a whole server", 90
        )


def logged(server):
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


def test_what_a_killed_delivery_process_held_is_sent_by_the_next_at_once(tmp_path):
    with Sink() as sink:
        sink.script("hang@example.net", HANG)
        routed = {"deliver": "direct", "routes": f"*=127.0.0.1:{sink.port}"}
        with several(tmp_path / "data", **routed) as server:
            assert send(server, "hang@example.net") == 250
            wait_for(lambda: not sink._scripts["hang@example.net"], "a connection that hangs")
            os.kill(server.children()["delivery 1"], signal.SIGKILL)
            # Its lease would have lasted longer than we wait.
            sink.mail_to("hang@example.net")


def test_while_the_writer_stands_still_mail_waits_and_none_is_lost(tmp_path):
    with several(tmp_path / "data") as server:
        writer = server.children()["writer"]
        os.kill(writer, signal.SIGSTOP)
        try:
            with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60) as client:
                client.ehlo()
                client.mail("alice@example.org")
                client.rcpt("bob@example.net")
                client.docmd("DATA")
                client.send(b"From: alice@example.org\r\nSubject: x\r\n\r\nx\r\n.\r\n")
                client.sock.settimeout(1)
                with pytest.raises(TimeoutError):
                    client.sock.recv(1)
                os.kill(writer, signal.SIGCONT)
                client.sock.settimeout(60)
                assert client.getreply()[0] == 250
        finally:
            os.kill(writer, signal.SIGCONT)
        wait_for(lambda: counted(server, "sent") == 1, "its delivery")


def test_a_disk_that_is_full_for_the_writer_alone_refuses_mail_for_now(tmp_path):
    with several(tmp_path / "data") as server:
        assert send(server, "first@example.net") == 250
        writer = server.children()["writer"]
        _, most = resource.prlimit(writer, resource.RLIMIT_FSIZE)
        # What it writes then fails, and nobody else's does.
        resource.prlimit(writer, resource.RLIMIT_FSIZE, (4096, most))
        assert {send(server, f"refused{number}@example.net") for number in range(4)} == {452}
        status, body = posted(server)
        assert (status, "full" in body) == (503, True)
        resource.prlimit(writer, resource.RLIMIT_FSIZE, (most, most))
        assert send(server, "last@example.net") == 250
        wait_for(lambda: counted(server, "sent") == 2, "the delivery of what was accepted")


def posted(server):
    """Send a mail over HTTP; give the status and the body of the answer."""
    mail = {
        "From": {"Email": "alice@example.org"},
        "To": [{"Email": "bob@example.net"}],
        "TextPart": "x",
    }
    pair = base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{server.url}/v3.1/send", json.dumps({"Messages": [mail]}).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.status, refused.read().decode()


def test_a_process_that_does_not_answer_makes_the_server_not_ready(tmp_path):
    with several(tmp_path / "data") as server:
        delivery = server.children()["delivery 1"]
        os.kill(delivery, signal.SIGSTOP)
        try:
            said = (503, "The process delivery 1 does not answer.")
            wait_for(lambda: readiness_of(server) == said, "a server that is not ready", 60)
        finally:
            os.kill(delivery, signal.SIGCONT)
        wait_for(lambda: readiness_of(server) == (200, "ok"), "a ready server", 60)


BREAKING = """
import os, sys
if "aerogram.app.starter" in sys.orig_argv:
    from aerogram.app import child
    run_child = child.run_child
    def run_or_end(task, control):
        with open({!r}) as file:
            if task.part.name.replace(" ", "-") in file.read().split():
                os._exit(7)
        run_child(task, control)
    child.run_child = run_or_end
"""


class Breakable(ServerProcess):
    """A server in which the processes whose names a file lists end as soon as they start."""

    def __init__(self, data, **settings):
        super().__init__(data, **settings)
        self.broken = self._folder / "broken"
        self.broken.touch()
        (self._folder / "sitecustomize.py").write_text(BREAKING.format(str(self.broken)))

    def environment(self):
        found = super().environment()
        return found | {"PYTHONPATH": os.pathsep.join([str(self._folder), found["PYTHONPATH"]])}


@pytest.mark.parametrize("name", ["edge-2", "delivery-1", "writer", "preparation"])
def test_one_that_cannot_start_ends_the_server_with_one_line(tmp_path, name):
    server = Breakable(tmp_path / "data", **{**SEVERAL, "log_level": "error"})
    server.broken.write_text(name)
    process = server.launch()
    try:
        assert process.wait(90) == 1
    finally:
        server.kill()
    *ended, last = server.log.read_text().splitlines()
    assert name.replace("-", " ") in last
    assert "status 7" in last
    assert all(json.loads(line)["event"] == "process_ended" for line in ended)
    assert not accepts(server)


def test_one_that_cannot_start_again_makes_the_server_not_ready_and_the_others_go_on(tmp_path):
    server = Breakable(tmp_path / "data", **SEVERAL)
    server.start()
    try:
        server.broken.write_text("edge-1")
        os.kill(server.children()["edge 1"], signal.SIGKILL)
        wait_for(lambda: readiness_of(server)[0] == 503, "a server that is not ready", 60)
        status, why = readiness_of(server)
        assert status == 503
        assert re.fullmatch(r"The process edge 1 ended \d times and does not run\.", why)
        assert send(server, "bob@example.net") == 250
        server.broken.write_text("")
        wait_for(lambda: readiness_of(server) == (200, "ok"), "a ready server", 90)
        assert server.stop() == 0
    finally:
        server.kill()


def test_without_a_writer_mail_is_refused_for_now(tmp_path):
    server = Breakable(tmp_path / "data", **SEVERAL)
    server.start()
    try:
        server.broken.write_text("writer")
        os.kill(server.children()["writer"], signal.SIGKILL)
        assert send(server, "bob@example.net") == 451
        status, why = readiness_of(server)
        assert status == 503
        assert "The process writer ended" in why
        server.broken.write_text("")
        wait_for(lambda: readiness_of(server) == (200, "ok"), "a ready server", 90)
        assert send(server, "bob@example.net") == 250
    finally:
        server.kill()


@pytest.mark.parametrize("door", ["http", "smtp"])
def test_a_busy_port_ends_it_with_one_line_before_anything_starts(tmp_path, door):
    with socket.socket() as busy:
        # Even a port that the other program shares.
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        server = ServerProcess(tmp_path / "data", **{**SEVERAL, door: address})
        assert server.launch().wait(30) != 0
        assert (
            server.log.read_text()
            == f"aerogram: {door}: {address} cannot be used: another program uses this port.\n"
        )
        assert not server.data.exists()


def test_two_servers_do_not_share_a_port(tmp_path):
    with several(tmp_path / "one") as first:
        second = ServerProcess(tmp_path / "two", **{**SEVERAL, "smtp": first.settings["smtp"]})
        assert second.launch().wait(30) != 0
        assert "another program uses this port" in second.log.read_text()


def test_too_many_workers_are_refused(tmp_path):
    server = ServerProcess(tmp_path / "data", workers="1000")
    assert server.launch().wait(30) != 0
    [line] = server.log.read_text().splitlines()
    assert "AEROGRAM_WORKERS" in line
    assert "a whole number from 1 to 16, nor auto" in line


def test_more_workers_than_cores_is_said(tmp_path):
    more = min(16, len(os.sched_getaffinity(0)) + 1)
    with several(tmp_path / "data", workers=str(more)) as server:
        [said] = [each for each in logged(server) if each["event"] == "more_workers_than_cores"]
        assert said["workers"] == more


def test_a_stop_ends_all_and_gives_back_the_ports(tmp_path):
    with several(tmp_path / "data") as server:
        everybody = tree_of(server.pid)
        assert server.stop() == 0
        assert not living(everybody)
        assert not accepts(server)
        # On the same ports, with the same folder.
        server.start()


def accepts(server):
    try:
        socket.create_connection(("127.0.0.1", server.smtp_port), 1).close()
    except OSError:
        return False
    return True


def test_when_the_supervisor_is_killed_the_others_end_and_a_new_server_takes_over(tmp_path):
    with several(tmp_path / "data") as server:
        assert send(server, "bob@example.net") == 250
        orphans = tree_of(server.pid) - {server.pid}
        os.kill(server.pid, signal.SIGKILL)
        server._process.wait()
        wait_for(lambda: not accepts(server) and not readiness_of(server)[0], "closed doors")
        server.start()
        assert not living(orphans)
        assert send(server, "bob@example.net") == 250
        assert server.answer_of("queue", "ls", "--state", "all")["total"] == 2


def test_ctrl_c_twice_ends_all_at_once(tmp_path):
    with Sink() as sink:
        sink.script("hang@example.net", HANG)
        server = ServerProcess(
            tmp_path / "data", **SEVERAL, deliver="direct", routes=f"*=127.0.0.1:{sink.port}"
        )
        server.start()
        everybody = tree_of(server.pid)
        assert send(server, "hang@example.net") == 250
        wait_for(lambda: not sink._scripts["hang@example.net"], "a connection that hangs")
        # As a terminal does: to the whole group.
        os.killpg(server.pid, signal.SIGINT)
        wait_for(lambda: not accepts(server), "closed doors")
        os.killpg(server.pid, signal.SIGINT)
        assert server._process.wait(15) == -signal.SIGINT
        wait_for(lambda: not living(everybody), "the end of all")


def test_sigterm_to_the_whole_group_answers_what_was_sent_whole(tmp_path):
    with several(tmp_path / "data") as server:
        client = smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30)
        client.ehlo()
        client.mail("alice@example.org")
        client.rcpt("bob@example.net")
        client.docmd("DATA")
        client.send(b"From: alice@example.org\r\nSubject: x\r\n\r\nx\r\n.\r\n")
        os.killpg(server.pid, signal.SIGTERM)
        code, _ = client.getreply()
        client.close()
        assert server._process.wait(30) == 0
        stored = server.answer_of("queue", "ls", "--state", "all")["total"]
        assert (code, stored) in {(250, 1), (421, 0)}

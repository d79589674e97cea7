"""How `aerogram serve` begins and ends: one clear line when it cannot, a drained queue when it may not."""

from __future__ import annotations

import smtplib
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aerogram.store.open import FILE_NAME
from support.server import ServerProcess, running
from support.sinks import Sink

FAILED_WITHIN = 30.0
FAILED = 1
WRONG_USAGE = 2
OLD_STORE = Path(__file__).parents[1] / "data" / "stores" / "a2088ac.sqlite.sql"


def failure_of(data, **settings):
    """Start a server that must not come up; give its exit status and the lines it wrote."""
    server = ServerProcess(data, **settings)
    try:
        status = server.launch().wait(FAILED_WITHIN)
    finally:
        if server.is_running:
            server.kill()
    return status, server.log.read_text().splitlines()


def assert_one_line(failure, *words):
    status, lines = failure
    assert status in {FAILED, WRONG_USAGE}
    assert len(lines) == 1, lines
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("door", ["http", "smtp"])
def test_a_busy_port_is_told(tmp_path, door):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        assert_one_line(failure_of(tmp_path / "data", **{door: address}), address, door)


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    failure = failure_of(tmp_path / "file" / "data")
    assert_one_line(failure, str(tmp_path / "file" / "data"))


def test_a_data_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").touch()
    assert_one_line(failure_of(tmp_path / "file"), str(tmp_path / "file"))


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"postgresql://aerogram:hunter2@127.0.0.1:{port}/aerogram"
    failure = failure_of(tmp_path / "data", database_url=url)
    assert_one_line(failure, "database_url")
    assert "hunter2" not in failure[1][0]


def test_a_database_url_of_another_kind_is_told(tmp_path):
    status, lines = failure_of(tmp_path / "data", database_url="mysql://me:hunter2@127.0.0.1/x")
    assert status != 0
    assert len(lines) == 1, lines
    assert "AEROGRAM_DATABASE_URL" in lines[0]
    assert "hunter2" not in lines[0]


def test_a_disk_without_the_room_asked_for_is_told(tmp_path):
    assert_one_line(failure_of(tmp_path / "data", min_free_disk="1000000GiB"), "min_free_disk")


def test_a_second_server_on_the_data_folder_is_told(tmp_path):
    data = tmp_path / "data"
    with running(data):
        status, lines = failure_of(data)
        assert status == FAILED
        # Both servers write to the same log.
        assert [line for line in lines if f"another server uses the folder {data}" in line]


def test_a_store_of_old_is_migrated_once_when_a_command_starts_with_the_server(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        connection.executescript(OLD_STORE.read_text())
    server = ServerProcess(data)
    server.launch()
    try:
        assert stored_by(server) > 0
        server.wait_until_ready()
        assert server.stop() == 0
    finally:
        if server.is_running:
            server.kill()


def test_a_command_does_not_migrate_the_store_of_a_running_server(tmp_path):
    with running(tmp_path / "data") as server, closing(sqlite3.connect(server.data / FILE_NAME)) as store:
        # What a server of an older version leaves in the store while it runs.
        with store:
            store.execute("UPDATE alembic_version SET version_num = '0016'")
        done = server.command("queue", "ls")
        assert done.returncode == FAILED
        [line] = done.stderr.splitlines()
        assert "running server of an older version" in line
        assert str(server.data) in line
        assert store.execute("SELECT version_num FROM alembic_version").fetchone() == ("0016",)


def test_sigterm_ends_it_with_status_0(tmp_path):
    with running(tmp_path / "data") as server:
        assert server.stop() == 0


MAIL = b"From: alice@example.org\r\nSubject: x\r\n\r\nx\r\n.\r\n"
OPEN_DOOR = {"trusted_networks": "127.0.0.0/8", "trusted_senders": "@example.org"}


def client_at_data(server):
    """Open a session that is between DATA and its final dot."""
    client = smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30)
    client.ehlo()
    client.mail("alice@example.org")
    client.rcpt("bob@example.net")
    assert client.docmd("DATA")[0] == 354
    return client


def stored_by(server):
    return server.answer_of("queue", "ls", "--state", "all")["total"]


def test_sigterm_answers_the_mail_that_was_sent_whole(tmp_path):
    with running(tmp_path / "data", **OPEN_DOOR) as server, closing(client_at_data(server)) as client:
        client.send(MAIL)
        server.ask_to_stop()
        code, _ = client.getreply()
        assert server.stop() == 0
        assert (code, stored_by(server)) in {(250, 1), (421, 0)}


def test_sigterm_tells_a_client_in_the_middle_of_a_mail_to_come_back(tmp_path):
    with running(tmp_path / "data", **OPEN_DOOR) as server, closing(client_at_data(server)) as client:
        client.send(MAIL.removesuffix(b".\r\n"))
        server.ask_to_stop()
        assert client.getreply()[0] == 421
        assert server.stop() == 0
        assert stored_by(server) == 0


def test_what_was_accepted_before_a_stop_is_sent_after_the_next_start(tmp_path):
    with Sink() as sink:
        settings = {
            "deliver": "direct",
            "routes": f"*=127.0.0.1:{sink.port}",
            **OPEN_DOOR,
        }
        edge = ServerProcess(tmp_path / "data", role="edge", **settings)
        edge.start()
        with smtplib.SMTP("127.0.0.1", edge.smtp_port, timeout=30) as client:
            mail = "From: alice@example.org\r\nSubject: x\r\n\r\nx\r\n"
            client.sendmail("alice@example.org", ["bob@example.net"], mail)
        assert edge.stop() == 0
        assert sink.mails == []
        with running(tmp_path / "data", **settings):
            assert sink.mail_to("bob@example.net")

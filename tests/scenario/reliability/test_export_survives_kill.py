"""An export goes on where it was when the server is killed in its middle: every line is there once, and none is torn."""

import contextlib
import csv
import io
import sqlite3
from urllib.parse import urlsplit

import httpx2

from aerogram.base.ids import EPOCH_MS
from aerogram.store.open import FILE_NAME
from support.server import API_KEY, SECRET_KEY, ServerProcess
from support.waiting import wait_for

ROWS = 120_000
KILL_FROM = (500, 30_000, 80_000)
"""Rows after which the server is killed: in the midst of different steps."""


def fill(data):
    """Put contacts into the store of the one account, beside the server."""
    with contextlib.closing(sqlite3.connect(data / FILE_NAME, timeout=30)) as connection:
        [[account]] = connection.execute("SELECT id FROM account").fetchall()
        connection.executemany(
            "INSERT INTO contact (id, account_id, email, name, created_ms) VALUES (?, ?, ?, ?, ?)",
            ((number, account, f"p{number}@example.org", "a\nb", EPOCH_MS) for number in range(1, ROWS + 1)),
        )
        connection.commit()


def test_an_export_survives_that_the_server_is_killed(tmp_path):
    server = ServerProcess(tmp_path / "data", log_level="info")
    server.start()
    try:
        fill(tmp_path / "data")
        with httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
            [made] = client.post("/v3/REST/contact/export").json()["Data"]

            def state():
                return client.get(f"/v3/REST/contact/export/{made['JobID']}").json()["Data"][0]

            for rows in KILL_FROM:
                wait_for(lambda rows=rows: state()["Count"] >= rows, f"{rows} rows", 60)
                assert state()["Status"] == "Importing"
                server.kill()
                server.start()
                assert state()["Count"] >= rows
            wait_for(lambda: state()["Status"] == "Completed", "the end of the export", 60)
            assert state()["Count"] == ROWS
            text = client.get(urlsplit(state()["File"]).path).text
    finally:
        server.stop()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["contact:ID"]) for row in rows] == list(range(1, ROWS + 1))
    assert {row["contact:Name"] for row in rows} == {"a\nb"}
    assert all(None not in row and None not in row.values() for row in rows)
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE_NAME)) as connection:
        parts = {blob for (blob,) in connection.execute("SELECT blob FROM data WHERE size > 0")}
    files = {path.name for path in (tmp_path / "data" / "blobs").rglob("*") if path.is_file()}
    assert files - {"installation"} == parts

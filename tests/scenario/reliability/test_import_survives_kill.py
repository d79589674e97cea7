"""An import goes on where it was when the server is killed in its middle, and every contact is there once."""

import contextlib
import csv
import io
import sqlite3

import httpx2

from aerogram.store.open import FILE_NAME
from support.server import API_KEY, SECRET_KEY, ServerProcess
from support.waiting import wait_for

ROWS = 50_000
KILL_FROM = (4_000, 22_000)
"""Rows after which the server is killed: in the midst of two different chunks."""


def a_file():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["email", "city", "plan"])
    writer.writerows([f"person{number}@example.org", "Paris", "gold"] for number in range(ROWS))
    return text.getvalue()


def test_an_import_survives_that_the_server_is_killed(tmp_path):
    server = ServerProcess(tmp_path / "data", log_level="info")
    server.start()
    try:
        with httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
            [made] = client.post("/v3/REST/contactslist", json={"Name": "news"}).json()["Data"]
            news = made["ID"]
            path = f"/v3/DATA/contactslist/{news}/CSVData/text:plain"
            data_id = client.post(path, content=a_file().encode()).json()["ID"]
            body = {"ContactsListID": news, "DataID": data_id, "Method": "addforce"}
            [job] = client.post("/v3/REST/csvimport", json=body).json()["Data"]

            def state():
                return client.get(f"/v3/REST/csvimport/{job['ID']}").json()["Data"][0]

            for rows in KILL_FROM:
                wait_for(lambda rows=rows: state()["Count"] >= rows, f"{rows} rows", 60)
                assert state()["Status"] == "Importing"
                server.kill()
                server.start()
                assert state()["Count"] >= rows
            wait_for(lambda: state()["Status"] == "Completed", "the end of the import", 60)
            ended = state()
            assert (ended["Count"], ended["Errcount"]) == (ROWS, 0)
            [own] = client.get(f"/v3/REST/contactslist/{news}").json()["Data"]
            assert own["SubscriberCount"] == ROWS
    finally:
        server.stop()
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE_NAME)) as connection:
        counts = connection.execute(
            "SELECT (SELECT count(DISTINCT email) FROM contact), (SELECT count(*) FROM contact),"
            " (SELECT count(DISTINCT contact_id) FROM list_recipient), (SELECT count(*) FROM list_recipient)"
        ).fetchone()
    assert counts == (ROWS, ROWS, ROWS, ROWS)

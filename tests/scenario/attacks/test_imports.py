"""Files that are made to stop all imports: they cost their own account some seconds, and nobody else anything.

One server, whose accounts are the attacker and a bystander. While the attack runs, the bystander imports a list and
sends; then the attacker's job is cancelled, or the server is asked to stop.
"""

import contextlib
import time

import httpx2
import pytest

from support.process_tree import cpu_seconds
from support.server import API_KEY, SECRET_KEY, ServerProcess
from support.waiting import wait_for

MEBIBYTE = 1024 * 1024
FILES = {
    "a quote closed and another opened in each line": b'x","y\n',
    "the same, and never valid": b'","x\n',
    "rows that are imported": b"",
}
BYSTANDER_WITHIN = 5.0
STOPPED_WITHIN = 5.0
"""Two cores that others use too; alone, both take about a second."""


def rows_of(count):
    return b"".join(b"person%d@example.org,Zo\xc3\xa9,Paris\n" % number for number in range(count))


def attack_of(name, size):
    line = FILES[name]
    return b"email,name,city\n" + (line * (size // len(line)) if line else rows_of(size // 32))


class Account:
    """An account of the server, with one list."""

    def __init__(self, server, key, secret):
        self.client = httpx2.Client(base_url=server.url, auth=(key, secret), trust_env=False, timeout=60)
        [made] = self.client.post("/v3/REST/contactslist", json={"Name": "news"}).json()["Data"]
        self.list_id = made["ID"]

    def begin(self, data):
        """Queue an import; give its id."""
        path = f"/v3/DATA/contactslist/{self.list_id}/CSVData/text:plain"
        data_id = self.client.post(path, content=data).json()["ID"]
        body = {"ContactsListID": self.list_id, "DataID": data_id, "Method": "addforce"}
        [job] = self.client.post("/v3/REST/csvimport", json=body).json()["Data"]
        return job["ID"]

    def state(self, job_id):
        return self.client.get(f"/v3/REST/csvimport/{job_id}").json()["Data"][0]

    def seconds_to_import(self, rows):
        """Import a list; give the seconds until it was done."""
        started = time.monotonic()
        job_id = self.begin(
            b"email,city\n" + b"".join(b"b%d@example.net,Rome\n" % each for each in range(rows))
        )
        wait_for(lambda: self.state(job_id)["Status"] == "Completed", "the bystander's import", 60)
        assert self.state(job_id)["Count"] == rows
        return time.monotonic() - started

    def cancel(self, job_id):
        answer = self.client.put(f"/v3/REST/batchjob/{job_id}", json={"Status": "Abort"})
        assert answer.json()["Data"][0]["Status"] == "Abort"


@contextlib.contextmanager
def accounts(folder):
    """Give the server, the attacker and the bystander."""
    server = ServerProcess(folder / "data")
    server.start()
    clients = []
    try:
        attacker = Account(server, API_KEY, SECRET_KEY)
        clients.append(attacker.client)
        [made] = attacker.client.post("/v3/REST/apikey", json={"Name": "Bystander"}).json()["Data"]
        bystander = Account(server, made["APIKey"], made["SecretKey"])
        clients.append(bystander.client)
        yield server, attacker, bystander
    finally:
        for client in clients:
            client.close()
        if server.is_running:
            server.kill()


@pytest.mark.parametrize("name", FILES)
def test_others_imports_do_not_wait_and_a_cancelled_job_stops(tmp_path, name):
    with accounts(tmp_path) as (server, attacker, bystander):
        job_ids = [attacker.begin(attack_of(name, 2 * MEBIBYTE)) for _ in range(8)]
        wait_for(lambda: attacker.state(job_ids[0])["Status"] != "Upload", "the start of the attack", 30)
        assert bystander.seconds_to_import(500) < BYSTANDER_WITHIN
        for job_id in reversed(job_ids):
            if attacker.state(job_id)["Status"] not in {"Completed", "Error"}:
                attacker.cancel(job_id)
        time.sleep(1.0)
        before, since = cpu_seconds(server.pid), time.monotonic()
        time.sleep(1.0)
        # Nobody works any more: a second after the last cancel, the server is idle.
        assert cpu_seconds(server.pid) - before < 0.5 * (time.monotonic() - since)
        assert server.stop() == 0


@pytest.mark.parametrize("name", FILES)
def test_the_server_stops_in_the_middle_of_an_import_and_goes_on_afterwards(tmp_path, name):
    with accounts(tmp_path) as (server, attacker, _):
        job_id = attacker.begin(attack_of(name, MEBIBYTE))
        wait_for(lambda: attacker.state(job_id)["Status"] != "Upload", "the start of the attack", 30)
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < STOPPED_WITHIN
        server.start()
        wait_for(lambda: attacker.state(job_id)["Status"] == "Completed", "the end of the import", 120)
        assert server.stop() == 0

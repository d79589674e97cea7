"""Contacts exported by the command line beside a running server."""

import csv
import subprocess
import sys

import httpx2
import pytest

from support.server import API_KEY, SECRET_KEY, ServerProcess, running


@pytest.fixture
def server(tmp_path):
    with running(tmp_path / "data") as started:
        with httpx2.Client(base_url=started.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
            client.post("/v3/REST/contactslist", json={"Name": "news"}).raise_for_status()
        (tmp_path / "people.csv").write_text("email,city\nann@example.org,=Paris\nbob@example.org,Rome\n")
        started.answer_of("contact", "import", str(tmp_path / "people.csv"), "--list", "news", "--wait")
        yield started


def test_contacts_are_written_to_a_file_that_only_its_owner_may_read(server, tmp_path):
    path = tmp_path / "out.csv"
    told = server.answer_of("contact", "export", "--list", "news", "--output", str(path))
    assert (told["rows"], told["file"]) == (2, str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert {row["email"]: row["city"] for row in rows} == {
        "ann@example.org": "=Paris",
        "bob@example.org": "Rome",
    }
    again = server.answer_of("contact", "import", str(path), "--list", "news", "--wait")
    assert (again["done"], again["refused"]) == (2, 0)
    job = server.answer_of("contact", "job", str(told["id"]))
    assert (job["kind"], job["status"], job["done"]) == ("exportcontacts", "Completed", 2)
    assert sorted(found.name for found in tmp_path.glob("*out*")) == ["out.csv"]


def test_contacts_go_to_the_standard_output_alone(server):
    done = server.command("contact", "export", "--spreadsheet")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert '"\'=Paris"' in lines[1]


def test_who_reads_no_further_is_no_error(server):
    process = subprocess.Popen(
        [sys.executable, "-m", "aerogram", "contact", "export"],
        env=server.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


def test_what_cannot_be_is_told(server, tmp_path):
    done = server.command("contact", "export", "--list", "nosuch")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The account has no list nosuch." in done.stderr
    done = server.command("contact", "export", "--output", str(tmp_path / "nosuch" / "out.csv"))
    assert done.returncode == 2
    assert "cannot be written: No such file or directory." in done.stderr


def test_an_export_that_is_interrupted_is_cancelled(tmp_path):
    server = ServerProcess(tmp_path / "data")
    server.command("init", "--email", "you@example.org").check_returncode()
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, "contact", "export"],
        env=server.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.wait(60)
    with running(tmp_path / "data") as started:
        with httpx2.Client(base_url=started.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
            [job] = client.get("/v3/REST/contact/export").json()["Data"]
        assert job["Status"] == "Abort"


_INTERRUPTED = """
import os, runpy, signal, sys
from aerogram.jobs.exports import exports

queue = exports.Exports.queue

async def interrupt(*arguments, **options):
    job = await queue(*arguments, **options)
    os.kill(os.getpid(), signal.SIGINT)
    return job

exports.Exports.queue = interrupt
# Ignored where the tests run in the background of a shell.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv[0] = "aerogram"
runpy.run_module("aerogram", run_name="__main__")
"""
"""The command as a person interrupts it who sees that nothing comes."""

"""Contacts imported by the command line beside a running server."""

import httpx2
import pytest

from support.server import API_KEY, SECRET_KEY, running


@pytest.fixture
def server(tmp_path):
    with running(tmp_path / "data") as started:
        yield started


def test_a_file_is_imported_into_a_list_and_what_was_refused_is_told(server, tmp_path):
    with httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
        client.post("/v3/REST/contactslist", json={"Name": "news"}).raise_for_status()
        (tmp_path / "contacts.csv").write_text("email,city\nann@example.org,Paris\nbob,Rome\n")
        told = server.answer_of(
            "contact", "import", str(tmp_path / "contacts.csv"), "--list", "news", "--wait"
        )
        assert (told["status"], told["done"], told["refused"]) == ("Completed", 2, 1)
        assert told["first_refused"] == ['"bob","Rome", ###Invalid email address###email']
        assert told["file"] == "charset=UTF-8; delimiter=comma; header=present"
        assert server.answer_of("contact", "job", str(told["id"])) == told
        [contact] = client.get("/v3/REST/contact").json()["Data"]
        assert contact["Email"] == "ann@example.org"
    late = server.command("contact", "cancel", str(told["id"]))
    assert (late.returncode, late.stdout) == (1, f"Job {told['id']} does not exist or has already ended.\n")
    for words, complaint in (
        (["--list", "nosuch"], "The account has no list nosuch."),
        (["--list", "news", "--method", "add"], "--method: add is not one of addforce"),
        ([], "--list: the method addnoforce needs a list."),
        (
            ["--list", "news", "--method", "excludemarketing"],
            "applies to the whole account and takes no list",
        ),
    ):
        done = server.command("contact", "import", str(tmp_path / "contacts.csv"), *words)
        assert done.returncode, words
        assert complaint in done.stderr
    (tmp_path / "ann.csv").write_text("email\nann@example.org\n")
    server.answer_of(
        "contact", "import", str(tmp_path / "ann.csv"), "--list", "news", "--method", "unsub", "--wait"
    )
    server.answer_of("contact", "import", str(tmp_path / "ann.csv"), "--list", "news", "--wait")
    with httpx2.Client(base_url=server.url, auth=(API_KEY, SECRET_KEY), trust_env=False) as client:
        [link] = client.get("/v3/REST/listrecipient").json()["Data"]
    assert link["IsUnsubscribed"], "who left a list stays away unless the import says addforce"
    done = server.command("contact", "import", str(tmp_path / "nosuch.csv"), "--list", "news")
    assert done.returncode
    assert "cannot be read: No such file or directory." in done.stderr
    (tmp_path / "old.csv").write_bytes("email;name\neve@example.org;\u0160\u00e1rka\n".encode("cp1250"))
    words = ("contact", "import", str(tmp_path / "old.csv"), "--list", "news", "--charset")
    done = server.command(*words, "cp1250", "--wait")
    assert "File: charset=windows-1250; delimiter=semicolon; header=present.\n" in done.stdout
    done = server.command(*words, "none")
    assert done.returncode
    assert 'Unknown charset "none"; known are ' in done.stderr

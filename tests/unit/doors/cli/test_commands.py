"""The commands over a real store."""

import json

import pytest

from aerogram.app.main import Program
from aerogram.doors.cli.main import run


@pytest.fixture
def aerogram(tmp_path, capsys):
    """Run a command on the folder of the test; give status and what it printed."""

    def call(*arguments, data=tmp_path / "data"):
        status = run(Program(), [*arguments, "--data", str(data)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return call


@pytest.fixture
def as_json(aerogram):
    def call(*arguments):
        status, out, err = aerogram(*arguments, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def first(as_json):
    """An installation set up, with the credentials that were printed."""
    return as_json(
        "init", "--email", "you@example.org", "--sender", "@example.com", "--sender", "a@example.net"
    )


def test_init_makes_a_key_pair_a_person_and_the_senders_in_order(first, as_json):
    assert first["email"] == "you@example.org"
    assert [each["email"] for each in as_json("sender", "ls")] == [
        "*@example.com",
        "a@example.net",
        "you@example.org",
    ]
    assert as_json("account", "ls")[0]["api_keys"] == [first["api_key"]]


def test_init_on_a_folder_that_is_set_up_changes_nothing(first, aerogram, as_json):
    status, out, err = aerogram("init", "--email", "other@example.org")
    assert (status, out) == (1, "")
    assert err == "aerogram: This installation is already set up; see: aerogram account ls\n"
    assert len(as_json("account", "ls")) == 1


def test_init_takes_the_key_pair_of_the_settings(aerogram, monkeypatch):
    monkeypatch.setenv("AEROGRAM_API_KEY", "fixed-key")
    monkeypatch.setenv("AEROGRAM_SECRET_KEY", "fixed-secret")
    _, out, _ = aerogram("init", "--email", "you@example.org", "--json")
    assert json.loads(out)["api_key"] == "fixed-key"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--email", "nobody"], "aerogram: --email: 'nobody' is not an email address.\n"),
        (
            ["--email", "a@b.org", "--sender", "x y"],
            "aerogram: 'x y' is neither an address nor an @domain.\n",
        ),
    ],
)
def test_init_refuses_what_is_no_address(aerogram, arguments, says):
    assert aerogram("init", *arguments) == (2, "", says)
    assert aerogram("account", "ls")[1].startswith("No accounts yet")


def test_a_folder_that_cannot_be_used_is_one_line(aerogram, tmp_path):
    (tmp_path / "file").touch()
    status, out, err = aerogram("queue", "ls", data=tmp_path / "file" / "data")
    assert (status, out) == (1, "")
    assert err.startswith("aerogram: data: ")
    assert err.count("\n") == 1


def test_an_account_is_created_shown_and_its_key_rotated(first, aerogram, as_json):
    created = as_json("account", "create", "Shop")
    assert as_json("account", "show", created["api_key"])["name"] == "Shop"
    rotated = as_json("account", "rotate-key", str(created["id"]))
    assert rotated["api_key"] != created["api_key"]
    assert as_json("account", "show", str(created["id"]))["api_keys"] == [rotated["api_key"]]
    _, shown, _ = aerogram("account", "show", rotated["api_key"])
    assert rotated["secret_key"] not in shown


def test_an_account_has_several_keys_and_tells_which_are_sandboxed(first, aerogram, as_json):
    key = first["api_key"]
    made = as_json("account", "key", "add", key, "--sandbox")
    assert made["is_sandboxed"] is True
    listed = as_json("account", "key", "ls", key)
    assert [(each["api_key"], each["is_sandboxed"]) for each in listed] == [
        (key, False),
        (made["api_key"], True),
    ]
    shown = as_json("account", "show", key)
    assert (shown["keys"], shown["api_keys"]) == (listed, [key, made["api_key"]])
    assert "sandboxed" in aerogram("account", "show", key)[1]
    assert f"{made['api_key']} (sandbox)" in aerogram("account", "ls")[1]
    rotated = as_json("account", "rotate-key", key)["api_key"]
    assert as_json("account", "show", rotated)["api_keys"] == [made["api_key"], rotated]
    assert as_json("account", "key", "revoke", made["api_key"])["api_key"] == made["api_key"]
    assert as_json("account", "show", rotated)["api_keys"] == [rotated]
    status, _, err = aerogram("account", "key", "revoke", made["api_key"])
    assert (status, err.count("\n")) == (1, 1)


def test_a_token_of_a_domain_is_shown_once_listed_and_revoked(first, aerogram, as_json):
    made = as_json("domain", "token", "add", "Example.com")
    assert (made["domain"], len(made["token"])) == ("example.com", 40)
    other = as_json("domain", "token", "add", "example.com")
    _, listed, _ = aerogram("domain", "token", "ls", "example.com", "--json")
    assert [each["id"] for each in json.loads(listed)] == [made["id"], other["id"]]
    assert made["token"] not in listed
    assert as_json("account", "show", first["api_key"])["api_keys"] == [first["api_key"]]
    assert as_json("domain", "token", "revoke", "example.com", "--id", str(made["id"]))["revoked"] == 1
    assert [each["id"] for each in as_json("domain", "token", "ls", "example.com")] == [other["id"]]
    assert as_json("domain", "token", "revoke", "example.com")["revoked"] == 1
    assert aerogram("domain", "token", "revoke", "example.com") == (
        1,
        "",
        "aerogram: example.com has no token.\n",
    )


def test_a_token_is_made_only_for_a_domain_from_which_the_account_sends(first, aerogram):
    assert aerogram("domain", "token", "add", "example.net")[0] == 1
    aerogram("domain", "add", "example.net")
    aerogram("domain", "remove", "example.net")
    assert aerogram("domain", "token", "add", "example.net")[0] in {1, 2}


def test_a_sender_is_added_listed_and_removed(first, aerogram, as_json):
    assert as_json("sender", "add", "News@Example.org")["email"] == "news@example.org"
    assert "news@example.org" in aerogram("sender", "ls")[1]
    assert as_json("sender", "remove", "news@example.org")["status"] == "Deleted"
    status, _, err = aerogram("sender", "remove", "news@example.org")
    assert (status, err) == (1, "aerogram: The account has no sender news@example.org.\n")


def test_a_domain_shows_the_records_to_publish(first, aerogram, as_json):
    added = as_json("domain", "add", "example.org", "--hostname", "mail.example.org")
    names = {record["purpose"]: record["name"] for record in added["records"]}
    assert names == {
        "DKIM (rsa)": "aerogram1._domainkey.example.org",
        "DKIM (ed25519)": "aerogram1e._domainkey.example.org",
        "SPF": "example.org",
        "DMARC": "_dmarc.example.org",
    }
    assert (
        "v=spf1 a:mail.example.org ~all"
        in aerogram("domain", "show", "example.org", "--hostname", "mail.example.org")[1]
    )
    assert [each["domain"] for each in as_json("domain", "ls")] == ["example.com", "example.org"]
    assert as_json("domain", "remove", "example.org")["may_send"] is False
    assert aerogram("domain", "show", "example.org")[0] == 1


def test_a_suppression_is_added_listed_and_removed(first, aerogram, as_json):
    assert as_json("suppression", "add", "Ann@Example.org", "--detail", "by phone")["until"] == "for good"
    listed = as_json("suppression", "ls")
    assert (listed["total"], listed["suppressions"][0]["address"]) == (1, "ann@example.org")
    assert aerogram("suppression", "remove", "ann@example.org")[0] == 0
    assert aerogram("suppression", "remove", "ann@example.org")[0] == 1
    assert aerogram("suppression", "add", "ann")[0] == 2


def test_an_empty_queue_says_so(first, aerogram, as_json):
    assert aerogram("queue", "ls") == (0, "No messages.\n", "")
    assert as_json("queue", "show")["states"]["queued"] == 0


def test_an_action_must_say_which_messages(first, aerogram):
    status, _, err = aerogram("queue", "cancel")
    assert (status, err.count("\n")) == (2, 1)


def test_an_action_that_changes_nothing_is_a_no(first, aerogram):
    assert aerogram("queue", "cancel", "--all") == (1, "cancel: 0 messages\n", "")


@pytest.mark.parametrize("message", ["12x", "not-a-uuid"])
def test_what_is_no_message_id_is_wrong_usage(first, aerogram, message):
    status, _, err = aerogram("message", "show", message)
    assert (status, err) == (2, f"aerogram: '{message}' is not a message id or UUID.\n")


def test_a_message_that_does_not_exist_is_a_no(first, aerogram):
    assert aerogram("message", "show", "12") == (1, "", "aerogram: There is no message 12.\n")


def test_an_account_is_set_and_shown(first, aerogram, as_json):
    key = first["api_key"]
    assert as_json("account", "show", key)["tracks_opens"] is False
    assert as_json("account", "set", key, "--track-opens", "on", "--active", "off")["tracks_opens"] is True
    shown = as_json("account", "show", key)
    assert (shown["is_active"], shown["tracks_opens"], shown["tracks_clicks"]) == (False, True, False)
    _, out, _ = aerogram("account", "set", key, "--active", "on")
    assert "active" in out
    assert "Opens tracked, clicks not tracked" in out
    status, _, err = aerogram("account", "set", key, "--track-opens", "perhaps")
    assert (status, "perhaps" in err) == (2, True)


def test_monitoring_categories_are_added_listed_and_removed(first, aerogram, as_json):
    key = first["api_key"]
    assert aerogram("account", "category", "ls", key)[1] == "No categories yet.\n"
    as_json("account", "category", "add", key, "receipts")
    assert [each["name"] for each in as_json("account", "category", "ls", key)] == ["receipts"]
    as_json("account", "category", "rm", key, "receipts")
    assert aerogram("account", "category", "rm", key, "receipts") == (
        1,
        "",
        "aerogram: The account has no monitoring category 'receipts'.\n",
    )


def test_a_domain_gets_a_tracking_host_and_loses_it(first, as_json, aerogram):
    set_ = as_json("domain", "tracking", "example.com", "--url", "https://click.example.com/")
    assert set_ == {"domain": "example.com", "url": "https://click.example.com"}
    assert as_json("domain", "tracking", "example.com", "--none") == {"domain": "example.com", "url": None}
    for wrong in ((), ("--none", "--url", "https://a.example"), ("--url", "a.example")):
        status, out, err = aerogram("domain", "tracking", "example.com", *wrong)
        assert (status, out, err.startswith("aerogram: ")) == (2, "", True)


def test_a_template_is_put_from_files_shown_and_removed(first, aerogram, as_json, tmp_path):
    (tmp_path / "a.html").write_text("<p>Grüße</p>", encoding="utf-8")
    (tmp_path / "a.txt").write_text("Hello\x1b[2J", encoding="utf-8")
    put = as_json("template", "put", "welcome", "--html", str(tmp_path / "a.html"), "--subject", "Old")
    assert put["done"] == "created"
    again = as_json(
        "template", "put", "welcome", "--text", str(tmp_path / "a.txt"),
        "--subject", "Hi", "--from", "Shop <shop@example.com>",
    )  # fmt: skip
    assert again == put | {"done": "changed"}
    assert [each["name"] for each in as_json("template", "ls")["templates"]] == ["welcome"]
    shown = as_json("template", "show", str(put["id"]))
    assert (shown["html"], shown["text"], shown["mjml"]) == ("<p>Grüße</p>", "Hello\x1b[2J", None)
    assert shown["headers"] == {"Subject": "Hi", "From": "Shop <shop@example.com>"}
    assert "Hello\\x1b[2J" in aerogram("template", "show", "welcome")[1]
    assert as_json("template", "remove", "welcome")["id"] == put["id"]
    assert aerogram("template", "show", "welcome") == (
        1,
        "",
        "aerogram: The account has no template welcome.\n",
    )
    assert aerogram("template", "ls")[1].startswith("No templates yet")


def test_a_template_that_cannot_be_put_is_wrong_usage(first, aerogram, tmp_path):
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "latin").write_bytes(b"\xe9")
    for arguments, why in [
        (["--html", str(tmp_path / "none.html")], "cannot be read: No such file or directory."),
        (["--html", str(tmp_path / "binary")], "contains a NUL character; give a text file."),
        (["--text", str(tmp_path / "latin")], "cannot be read: it is not UTF-8."),
        (["--from", "the shop"], "--from: 'the shop' has no email address."),
    ]:
        status, out, err = aerogram("template", "put", "welcome", *arguments)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.endswith(f"{why}\n")
    assert aerogram("template", "put", "x" * 256)[0] == 2
    assert aerogram("template", "ls")[1].startswith("No templates yet")


def test_a_metasender_that_nobody_asked_for_is_a_no(first, aerogram, as_json):
    assert as_json("metasender", "ls") == []
    status, _, err = aerogram("metasender", "enable", "@example.org")
    assert (status, err) == (1, "aerogram: No account has requested the metasender *@example.org.\n")
    assert aerogram("metasender", "enable", "no sender")[0] != 0

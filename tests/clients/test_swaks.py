"""swaks, the Swiss army knife of SMTP, over STARTTLS."""

import email
import email.policy
import subprocess

import pytest

from clients.sample import (
    ATTACHMENT,
    CONTROLS,
    FILENAME,
    HTML,
    SENDER,
    TEXT,
    Sample,
    assert_uncontrolled,
)
from support import required

ACCEPTED = 0
NO_RECIPIENT = 24
REFUSED_AFTER_DATA = 26
AUTH_FAILED = 28


@pytest.fixture
def swaks(tmp_path):
    """Run swaks with our key pair unless told otherwise; give what it did."""
    found = required.program("swaks")
    files = {"text": TEXT.encode(), "html": HTML.encode(), "file": ATTACHMENT}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def run_swaks(server, sample, *extra, secret=None):
        command = [
            found,
            "--server",
            "127.0.0.1",
            "--port",
            str(server.smtp_port),
            "--tls",
            "--auth",
            "PLAIN",
        ]
        command += ["--auth-user", server.settings["api_key"]]
        command += ["--auth-password", secret or server.settings["secret_key"]]
        command += ["--from", SENDER, "--to", sample.recipient, "--timeout", "20", *extra]
        return subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run_swaks


def test_text_html_and_a_file_arrive_intact(swaks, post):
    sample = Sample(subject="Receipt 17")
    done = swaks(
        post.server, sample, "--header", f"Subject: {sample.subject}",
        "--attach-type", "text/plain; charset=utf-8", "--attach-body", "@text",
        "--attach-type", "text/html; charset=utf-8", "--attach-body", "@html",
        "--attach-type", "application/octet-stream", "--attach-name", FILENAME, "--attach", "@file",
    )  # fmt: skip
    assert done.returncode == ACCEPTED, done.stdout
    assert "TLS started with cipher" in done.stdout
    assert "235 2.7.0" in done.stdout
    sample.assert_intact(post.mail_to(sample.recipient))


def test_fields_that_speak_to_the_service_do_not_leave(swaks, post):
    sample = Sample(subject="Receipt 17")
    fields = [word for each in CONTROLS.items() for word in ("--header", ": ".join(each))]
    done = swaks(post.server, sample, "--header", f"Subject: {sample.subject}", *fields)
    assert done.returncode == ACCEPTED, done.stdout
    received = email.message_from_bytes(post.mail_to(sample.recipient), policy=email.policy.default)
    assert_uncontrolled(received)


def test_a_malformed_order_ends_with_550_and_what_would_be_right(swaks, capturing):
    done = swaks(capturing.server, Sample(), "--header", "X-Mailjet-TrackOpen: enabled")
    assert done.returncode == REFUSED_AFTER_DATA, done.stdout
    assert "550 5.6.0 X-Mailjet-TrackOpen: 'enabled' must be 1 (yes) or 0 (no)" in done.stdout


def test_a_wrong_secret_ends_with_535(swaks, capturing):
    done = swaks(capturing.server, Sample(), secret="wrong")
    assert done.returncode == AUTH_FAILED, done.stdout
    assert "535 5.7.8" in done.stdout


def test_a_sender_that_is_not_validated_ends_with_550(swaks, capturing):
    done = swaks(capturing.server, Sample(), "--from", "eve@elsewhere.example")
    assert done.returncode != ACCEPTED
    assert "<** 550 5.7.1" in done.stdout or "<~* 550 5.7.1" in done.stdout, done.stdout

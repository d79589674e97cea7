"""BODY says what the mail holds, so that a server which converts mail leaves 7-bit mail alone (RFC 6152 §2)."""

import pytest

from aerogram.wire.smtp.client.commands import mail_command
from aerogram.wire.smtp.client.events import OutgoingMail
from aerogram.wire.smtp.client.extensions import Extensions


@pytest.mark.parametrize(
    ("data", "offered", "line"),
    [
        (b"x\r\n", Extensions(eight_bit=True), "MAIL FROM:<a@example.org> BODY=7BIT"),
        (b"\xe9\r\n", Extensions(eight_bit=True), "MAIL FROM:<a@example.org> BODY=8BITMIME"),
        (b"x\r\n", Extensions(), "MAIL FROM:<a@example.org>"),
        (b"\xe9\r\n", Extensions(), "MAIL FROM:<a@example.org>"),
        (b"x\r\n", Extensions(eight_bit=True, size=True), "MAIL FROM:<a@example.org> SIZE=3 BODY=7BIT"),
    ],
)
def test_body_is_said_where_the_server_knows_it(data, offered, line):
    mail = OutgoingMail(reverse_path="a@example.org", recipient="b@example.net", data=data)
    assert mail_command(mail, offered) == line

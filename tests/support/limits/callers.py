"""A server as its callers see it: SMTP sessions and HTTP requests of the account that it was made with."""

import base64
import http.client
import json
import socket

from support.server import API_KEY, SECRET_KEY

BASIC = base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode()).decode()
PLAIN = base64.b64encode(f"\0{API_KEY}\0{SECRET_KEY}".encode()).decode()
SENDER = "ann@example.org"
HEAD = f"From: {SENDER}\r\nTo: bob@example.net\r\nSubject: x\r\n"


class Session:
    """An authenticated SMTP session."""

    def __init__(self, server):
        self._socket = socket.create_connection(("127.0.0.1", server.smtp_port), timeout=60)
        self._lines = self._socket.makefile("rb")
        self._reply()
        self.say("EHLO client.example")
        assert self.say(f"AUTH PLAIN {PLAIN}").startswith("235")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def _reply(self):
        while line := self._lines.readline().decode("ascii", "replace"):
            if line[3:4] != "-":
                return line.strip()
        return "closed"

    def send(self, data):
        self._socket.sendall(data)

    def say(self, line):
        """Say a line; give the last line of the reply."""
        self.send(line.encode() + b"\r\n")
        return self._reply()

    def hear(self):
        """Give the last line of the next reply, "closed" when there is none."""
        return self._reply()

    def begin(self, *recipients):
        """Open a transaction."""
        for line in [
            f"MAIL FROM:<{SENDER}>",
            *(f"RCPT TO:<{each}>" for each in recipients or ("bob@example.net",)),
        ]:
            assert self.say(line).startswith("250")

    def mail(self, head="", body="x\r\n"):
        """Send a mail with further header fields; give the reply to its final dot."""
        self.begin()
        assert self.say("DATA").startswith("354")
        self.send(f"{HEAD}{head}\r\n{body}.\r\n".encode())
        return self._reply()


def request(server, method, path, body=None, headers=None, *, announced=None):
    """Make an authenticated request; give its status and body. ``announced`` is a length that is never sent."""
    connection = http.client.HTTPConnection(server.settings["http"], timeout=60)
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    fields = {"Authorization": f"Basic {BASIC}", "Content-Type": "application/json"} | (headers or {})
    if announced is not None:
        fields["Content-Length"] = str(announced)
        data = None
    try:
        connection.request(method, path, data, fields)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def of_rest(answered):
    """What a REST answer says, as the table writes it: its status."""
    return str(answered[0])


def of_send(answered):
    """What an answer of the Send API says, as the table writes it: the status, and the first code if it has any."""
    status, body = answered
    found = json.loads(body) if body[:1] == b"{" else {}
    message = (found.get("Messages") or [{}])[0]
    errors = message.get("Errors") or [found]
    return f"{errors[0].get('StatusCode', status)} {errors[0].get('ErrorCode', '')}".strip()

"""Dialogues with the SMTP server machine: what the client says, and what it must hear.

A script has lines that begin with ``C:`` (the client says this and CRLF) or ``S:`` (the client must
hear this next); spaces at the end do not count. An expectation that ends in ``...`` matches by its beginning; ``S: (closed)`` is the
end of the connection. Whatever was heard and not expected is a failure.
"""

import textwrap
from dataclasses import dataclass, field

from aerogram.wire.smtp.server.events import MessageReceived, TlsRequested
from aerogram.wire.smtp.server.server import ServerConfig, ServerSession

HOSTNAME = "mx.example.com"


def a_config(**changes):
    """A port that takes mail from anybody, so that a dialogue can come to its point."""
    return ServerConfig(**{"hostname": HOSTNAME, "requires_auth": False, **changes})


@dataclass
class Host:
    """Drives a session as a listener does. ``answers`` gives the reply for a kind of event.

    An answer is a `Reply`, None for the standard one, or a function of the event.
    """

    session: ServerSession
    answers: dict = field(default_factory=dict)
    starts_tls: bool = True
    events: list = field(default_factory=list)

    def hear(self, data):
        """Take bytes from the client, carry out what follows, give the bytes for the client."""
        self.session.receive(data)
        said = self.session.outgoing()
        while (event := self.session.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, TlsRequested):
                said += self.session.outgoing()
                if not self.starts_tls:
                    break
                self.session.tls_started()
                continue
            answer = self.answers.get(type(event))
            self.session.answer(answer(event) if callable(answer) else answer)
        return said + self.session.outgoing()

    @property
    def messages(self):
        return [event for event in self.events if isinstance(event, MessageReceived)]

    @property
    def message(self):
        [message] = self.messages
        return message


class Dialogue:
    """A client that follows a script."""

    def __init__(self, answers=None, **config):
        self.session = ServerSession(a_config(**config))
        self.host = Host(self.session, answers or {})
        self.heard = self._lines(self.session.outgoing())

    @property
    def messages(self):
        return self.host.messages

    @property
    def message(self):
        return self.host.message

    @property
    def events(self):
        return self.host.events

    def run(self, script):
        """Follow the script to its end; the greeting is expected unless a script expected it already."""
        for line in textwrap.dedent(script).strip().splitlines():
            who, _, text = line.strip().partition(": ")
            if who == "C":
                self.say(text.encode() + b"\r\n")
            elif who == "C:":
                self.say(b"\r\n")
            else:
                self.expect(text)
        self.expect_silence()
        return self

    def say(self, data):
        """Say bytes as they are."""
        self.heard += self._lines(self.host.hear(data))
        return self

    def expect(self, text):
        """Hear one line; the end of the connection is the line ``(closed)``."""
        if text == "(closed)":
            assert not self.heard, f"heard {self.heard} instead of the end"
            assert self.session.is_closed, "the connection is still open"
            return
        assert self.heard, f"heard nothing instead of {text!r}"
        line = self.heard.pop(0)
        matches = line.startswith(text[:-3]) if text.endswith("...") else line.rstrip(" ") == text
        assert matches, f"heard {line!r} instead of {text!r}"

    def expect_silence(self):
        assert not self.heard, f"heard {self.heard} without expecting it"

    def greeted(self):
        """Skip the greeting and the answer to EHLO."""
        self.say(b"EHLO client.example.com\r\n")
        assert self.heard[-1].startswith("250 ")
        self.heard.clear()
        return self

    def ready_for_data(self, sender="ann@example.com", recipient="bob@example.net"):
        """Skip everything up to the 354."""
        self.greeted()
        self.say(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode())
        assert self.heard.pop().startswith("354 ")
        self.heard.clear()
        return self

    @staticmethod
    def _lines(data):
        assert data == b"" or data.endswith(b"\r\n")
        return data.decode("ascii").split("\r\n")[:-1]

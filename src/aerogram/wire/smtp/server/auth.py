"""The server's authentication exchange: PLAIN (RFC 4616) and LOGIN, within RFC 4954.

CRAM-MD5 and DIGEST-MD5 are not offered: they need every secret in a recoverable form.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from aerogram.wire.smtp.replies import (
    AUTH_CANCELLED,
    AUTH_FOR_ANOTHER,
    AUTH_MALFORMED,
    AUTH_NOT_BASE64,
    UNKNOWN_MECHANISM,
    Reply,
)
from aerogram.wire.smtp.server.events import AuthRequested

MECHANISMS: Final = ("PLAIN", "LOGIN")

_CONTINUE: Final = 334
_EMPTY_CHALLENGE: Final = Reply(_CONTINUE)
_ASK_USERNAME: Final = Reply(_CONTINUE, "", base64.b64encode(b"Username:").decode())
_ASK_PASSWORD: Final = Reply(_CONTINUE, "", base64.b64encode(b"Password:").decode())
_CANCEL: Final = b"*"
_EMPTY_RESPONSE: Final = b"="
_PLAIN_FIELDS: Final = 3


class AuthExchange:
    """One exchange. Each step returns a 334 challenge, the credentials, or a reply that refuses."""

    def __init__(self, mechanism: str) -> None:
        self._mechanism = mechanism
        self._username: str | None = None

    def begin(self, initial_response: bytes | None) -> Reply | AuthRequested:
        """Start with the initial response of the AUTH line, in base64, if there was one."""
        if self._mechanism not in MECHANISMS:
            return UNKNOWN_MECHANISM
        if initial_response is None:
            return _EMPTY_CHALLENGE if self._mechanism == "PLAIN" else _ASK_USERNAME
        if initial_response == _EMPTY_RESPONSE:
            # This line cannot hold an empty response (RFC 4954 §4).
            return self.respond(b"")
        return self.respond(initial_response)

    def respond(self, line: bytes) -> Reply | AuthRequested:
        """Take the client's next line, without its CRLF."""
        if line == _CANCEL:
            return AUTH_CANCELLED
        try:
            text = binascii.a2b_base64(line, strict_mode=True).decode()
        except binascii.Error:
            return AUTH_NOT_BASE64
        except UnicodeDecodeError:
            return AUTH_MALFORMED
        return self._plain(text) if self._mechanism == "PLAIN" else self._login(text)

    def _plain(self, text: str) -> Reply | AuthRequested:
        fields = text.split("\0")
        if len(fields) != _PLAIN_FIELDS:
            return AUTH_MALFORMED
        acting_for, username, password = fields
        if acting_for and acting_for != username:
            return AUTH_FOR_ANOTHER
        return AuthRequested("PLAIN", username, password)

    def _login(self, text: str) -> Reply | AuthRequested:
        if "\0" in text:
            return AUTH_MALFORMED
        if self._username is None:
            self._username = text
            return _ASK_PASSWORD
        return AuthRequested("LOGIN", self._username, text)

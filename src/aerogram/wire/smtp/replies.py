"""The server's replies: the type, and a table of the fixed ones.

The texts are Mailjet's where they are known and Postfix's elsewhere, because Mailjet's own are Postfix's
(compatibility: smtp#replies). Enhanced codes are those of RFC 3463, RFC 4954 and RFC 6531.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.wire.smtp.limits import MAX_REPLY_LINE

_MAX_LINE_TEXT: Final = MAX_REPLY_LINE - len("250-5.5.5 \r\n") - len("00.00")
_FIRST_REFUSAL: Final = 400
_SAYS_GOODBYE: Final = frozenset({221, 421, 521})


class Reply(msgspec.Struct, frozen=True):
    """A reply: ``code``, ``enhanced`` code ("" for none) and ``text``, whose lines are separated by LF."""

    code: int
    enhanced: str = ""
    text: str = ""

    @property
    def is_positive(self) -> bool:
        """True for 2xx and 3xx."""
        return self.code < _FIRST_REFUSAL

    @property
    def ends_session(self) -> bool:
        """True when the server closes the connection after this reply (RFC 5321 §3.8, RFC 7504)."""
        return self.code in _SAYS_GOODBYE

    def encoded(self) -> bytes:
        """Encode the reply for the wire: ASCII, no control characters, no line above 512 octets.

        Only a client that asked for UTF-8 may get it in replies (RFC 6531 §3.7.4.2), so other characters are
        written as escapes, as in Python's literals.
        """
        text = self.text
        if len(text) <= _MAX_LINE_TEXT and text.isascii() and text.isprintable():
            enhanced = self.enhanced
            return (f"{self.code} {enhanced} {text}\r\n" if enhanced else f"{self.code} {text}\r\n").encode()
        return self._encoded_with_care()

    def _encoded_with_care(self) -> bytes:
        lines = []
        for line in self.text.split("\n"):
            safe = line.encode("ascii", "backslashreplace").decode("ascii")
            safe = "".join(char if char.isprintable() else " " for char in safe)
            pieces = [safe[at : at + _MAX_LINE_TEXT] for at in range(0, len(safe), _MAX_LINE_TEXT)]
            lines += pieces or [""]
        prefix = f"{self.enhanced} " if self.enhanced else ""
        spoken = [f"{self.code}-{prefix}{line}\r\n" for line in lines[:-1]]
        spoken.append(f"{self.code} {prefix}{lines[-1]}\r\n")
        return "".join(spoken).encode("ascii")


# Positive and intermediate.
OK: Final = Reply(250, "2.0.0", "Ok")
BYE: Final = Reply(221, "2.0.0", "Bye")
READY_FOR_TLS: Final = Reply(220, "2.0.0", "Ready to start TLS")
AUTHENTICATED: Final = Reply(235, "2.7.0", "OK")
SENDER_OK: Final = Reply(250, "2.1.0", "Ok")
RECIPIENT_OK: Final = Reply(250, "2.1.5", "Ok")
SEND_DATA: Final = Reply(354, "", "End data with <CR><LF>.<CR><LF>")
MESSAGE_OK: Final = Reply(250, "2.0.0", "Ok: queued")
CANNOT_VERIFY: Final = Reply(
    252, "2.0.0", "Cannot verify the user, but will accept a message and try to deliver"
)
HELP_TEXT: Final = Reply(
    214, "2.0.0", "Commands: EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT"
)

# Syntax.
BAD_SYNTAX: Final = Reply(500, "5.5.2", "Error: bad syntax")
BARE_LF_IN_COMMAND: Final = Reply(500, "5.5.2", "Error: bare <LF> in the command; lines end with <CR><LF>")
BARE_CR_IN_COMMAND: Final = Reply(500, "5.5.2", "Error: bare <CR> in the command; lines end with <CR><LF>")
CONTROL_IN_COMMAND: Final = Reply(500, "5.5.2", "Error: control character in the command")
COMMAND_NOT_UTF8: Final = Reply(500, "5.5.2", "Error: the command is not valid UTF-8")
LINE_TOO_LONG: Final = Reply(500, "5.5.2", "Error: line too long")
UNKNOWN_COMMAND: Final = Reply(502, "5.5.2", "Error: command not recognized")
NOT_IMPLEMENTED: Final = Reply(502, "5.5.1", "Error: command not implemented")

# Sequence.
NEED_EHLO: Final = Reply(503, "5.5.1", "Error: send HELO/EHLO first")
NEED_MAIL: Final = Reply(503, "5.5.1", "Error: need MAIL command")
NEED_RCPT: Final = Reply(503, "5.5.1", "Error: need RCPT command")
NESTED_MAIL: Final = Reply(503, "5.5.1", "Error: nested MAIL command")
IN_TRANSACTION: Final = Reply(503, "5.5.1", "Error: MAIL transaction in progress")
IN_CHUNKS: Final = Reply(503, "5.5.1", "Error: the message is being sent by BDAT; finish it or send RSET")
TLS_ALREADY_ACTIVE: Final = Reply(503, "5.5.1", "Error: TLS already active")
ALREADY_AUTHENTICATED: Final = Reply(503, "5.5.1", "Error: already authenticated")
NO_VALID_RECIPIENTS: Final = Reply(554, "5.5.1", "Error: no valid recipients")

# Authentication.
AUTHENTICATION_REQUIRED: Final = Reply(530, "5.7.0", "Authentication required")
AUTHENTICATION_FAILED: Final = Reply(535, "5.7.8", "Error: authentication failed: Authentication failed")
ENCRYPTION_REQUIRED: Final = Reply(
    538, "5.7.11", "Encryption required for requested authentication mechanism"
)
UNKNOWN_MECHANISM: Final = Reply(504, "5.5.4", "Error: authentication mechanism not supported")
AUTH_CANCELLED: Final = Reply(501, "5.7.0", "Error: authentication cancelled")
AUTH_NOT_BASE64: Final = Reply(501, "5.5.2", "Error: the response is not valid base64")
AUTH_MALFORMED: Final = Reply(501, "5.5.2", "Error: malformed authentication response")
AUTH_FOR_ANOTHER: Final = Reply(
    535, "5.7.8", "Error: authentication failed: acting for another identity is not supported"
)

# Sizes and content.
TOO_MANY_RECIPIENTS: Final = Reply(452, "4.5.3", "Error: too many recipients")
MESSAGE_TOO_BIG: Final = Reply(552, "5.3.4", "Message size exceeds fixed limit")

# The end.
TOO_MANY_ERRORS: Final = Reply(421, "4.7.0", "too many errors")
IDLE_TIMEOUT: Final = Reply(421, "4.4.2", "timeout exceeded")
SENT_TOO_MUCH_AHEAD: Final = Reply(421, "4.7.0", "too much input without waiting for replies")
CLOSING: Final = Reply(421, "4.7.0", "closing the connection")
NOT_A_WEB_SERVER: Final = Reply(421, "4.7.0", "this is an SMTP server; closing")
NOT_YET_TLS: Final = Reply(
    421, "4.7.0", "this port starts in clear; use STARTTLS, or the port for implicit TLS"
)


def syntax(usage: str) -> Reply:
    """Refuse a command's arguments and show its usage."""
    return Reply(501, "5.5.4", f"Syntax: {usage}")


def bad_parameter(sentence: str) -> Reply:
    """Refuse the value of a supported parameter (RFC 5321 §4.1.1.11)."""
    return Reply(501, "5.5.4", f"Error: {sentence}")


def unsupported_option(keyword: str) -> Reply:
    """Refuse a parameter that no offered extension defines (RFC 5321 §4.1.1.11)."""
    return Reply(555, "5.5.4", f"Unsupported option: {keyword}")


def flawed_message(flaw: str) -> Reply:
    """Refuse a message that another server might split elsewhere; ``flaw`` names the bytes."""
    return Reply(
        550, "5.6.0", f"Message refused: it contains {flaw}; lines must end with <CR><LF> and hold no NUL"
    )


def chunk_ok(size: int) -> Reply:
    """Acknowledge a chunk of ``size`` octets that is not the last (RFC 3030 §2)."""
    return Reply(250, "2.0.0", f"Ok: {size} octets received")

"""Parses a command line into a verb and frozen values (RFC 5321 §4.1.1).

A line that cannot be parsed becomes the `Reply` that refuses it; nothing here raises for any input. `states`
decides whether a command is allowed at its time.
"""

from __future__ import annotations

from typing import Final

from aerogram.wire.smtp.envelope_parameters import NO_MAIL_PARAMETERS, NO_RCPT_PARAMETERS
from aerogram.wire.smtp.limits import MAX_DOMAIN, MAX_SIZE_DIGITS
from aerogram.wire.smtp.parameters import parse_mail_parameters, parse_rcpt_parameters
from aerogram.wire.smtp.paths import PathError, parse_path, split_path
from aerogram.wire.smtp.replies import (
    BAD_SYNTAX,
    BARE_CR_IN_COMMAND,
    BARE_LF_IN_COMMAND,
    COMMAND_NOT_UTF8,
    CONTROL_IN_COMMAND,
    Reply,
    syntax,
)
from aerogram.wire.smtp.server.values import Auth, Bdat, Mail, Rcpt

WEB_METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI"}
)
"""First words of HTTP requests: a browser was tricked into connecting here, and lines of the request's body
would be commands (a cross-protocol attack)."""

MAIL_USAGE: Final = "MAIL FROM:<address>"
RCPT_USAGE: Final = "RCPT TO:<address>"
BDAT_USAGE: Final = "BDAT size [LAST]"
AUTH_USAGE: Final = "AUTH mechanism [initial-response]"

_NO_BRACKETS: Final = "bad address syntax; write the address in angle brackets"
_PATH_CODES: Final = {PathError.SYNTAX: 501, PathError.TOO_LONG: 501, PathError.NOT_ASCII: 553}


def split_command(line: bytes) -> tuple[str, str] | Reply:
    """Split a line without its CRLF into the verb in upper case and the argument without outer spaces."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return COMMAND_NOT_UTF8
    if not text.isprintable():
        # Postfix takes a tab for a blank.
        text = text.replace("\t", " ")
        refusal = _refusal_of_controls(text)
        if refusal is not None:
            return refusal
    verb, _, argument = text.lstrip(" ").partition(" ")
    if not verb:
        return BAD_SYNTAX
    return verb.upper(), argument.strip(" ")


def parse_greeting_name(verb: str, argument: str) -> str | Reply:
    """Parse the name a client gives itself. Any is accepted, also with blanks: many clients do not know theirs."""
    if not argument or len(argument) > MAX_DOMAIN:
        return syntax(f"{verb} hostname")
    return argument


def parse_mail(argument: str) -> Mail | Reply:
    """Parse the argument of MAIL. A space after the colon is accepted, as by most servers."""
    if argument[:5].upper() != "FROM:":
        return syntax(MAIL_USAGE)
    parts = split_path(argument[5:].lstrip(" "))
    if parts is None:
        return Reply(501, "5.1.7", f"Error: {_NO_BRACKETS}: {MAIL_USAGE}")
    text, rest = parts
    parameters = parse_mail_parameters(rest) if rest else NO_MAIL_PARAMETERS
    if isinstance(parameters, Reply):
        return parameters
    reverse_path = parse_path(text, utf8=parameters.smtputf8)
    if isinstance(reverse_path, PathError):
        return _refusal_of_path(reverse_path, "5.1.7", text)
    return Mail(reverse_path, parameters)


def parse_rcpt(argument: str, *, utf8: bool) -> Rcpt | Reply:
    """Parse the argument of RCPT; ``utf8`` tells whether MAIL said SMTPUTF8.

    A space after the colon is accepted, as by most servers.
    """
    if argument[:3].upper() != "TO:":
        return syntax(RCPT_USAGE)
    parts = split_path(argument[3:].lstrip(" "))
    if parts is None:
        return Reply(501, "5.1.3", f"Error: {_NO_BRACKETS}: {RCPT_USAGE}")
    text, rest = parts
    # Every server must accept mail for its postmaster, without a domain (RFC 5321 §4.5.1).
    forward_path = "postmaster" if text.lower() == "postmaster" else parse_path(text, utf8=utf8)
    if isinstance(forward_path, PathError):
        return _refusal_of_path(forward_path, "5.1.3", text)
    if not forward_path:
        return _refusal_of_path(PathError.SYNTAX, "5.1.3", text)
    parameters = parse_rcpt_parameters(rest) if rest else NO_RCPT_PARAMETERS
    if isinstance(parameters, Reply):
        return parameters
    return Rcpt(forward_path, parameters)


def parse_bdat(argument: str) -> Bdat | Reply:
    """Parse the argument of BDAT. When it is refused, the number of octets that follow is unknown."""
    size, _, last = argument.partition(" ")
    if not (size.isascii() and size.isdigit() and len(size) <= MAX_SIZE_DIGITS):
        return syntax(BDAT_USAGE)
    if last and last.strip(" ").upper() != "LAST":
        return syntax(BDAT_USAGE)
    return Bdat(int(size), bool(last))


def parse_auth(argument: str) -> Auth | Reply:
    """Parse the argument of AUTH; the mechanism in upper case."""
    mechanism, _, response = argument.partition(" ")
    if not mechanism:
        return syntax(AUTH_USAGE)
    return Auth(mechanism.upper(), response.encode() if response else None)


def _refusal_of_path(error: PathError, enhanced: str, text: str) -> Reply:
    if error is PathError.NOT_ASCII:
        enhanced = "5.6.7"  # RFC 6531 §3.5
    return Reply(_PATH_CODES[error], enhanced, f"<{text}>: {error.value}")


def _refusal_of_controls(text: str) -> Reply | None:
    """Return the reply for a character that is not allowed in a command; None when all are allowed.

    ``str.isprintable`` is too strict for addresses: it refuses letters that are newer than this Python.
    """
    if "\n" in text:
        return BARE_LF_IN_COMMAND
    if "\r" in text:
        return BARE_CR_IN_COMMAND
    if any(char < " " or "\x7f" <= char < "\xa0" or char in "\u2028\u2029" for char in text):
        return CONTROL_IN_COMMAND
    return None

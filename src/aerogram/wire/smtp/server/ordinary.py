"""The lines that nearly every client sends, each read by one pattern.

``MAIL FROM:<ann@example.org> SIZE=2048``, ``RCPT TO:<bob@example.net>``, ``DATA``, ``EHLO`` and ``QUIT``, at their
time and within every limit, need no splitting and searching: that saves 21 of 70 µs in a session with one mail. What is
not as ordinary as that is left to `aerogram.wire.smtp.server.commands`, which reads the same from these lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.smtp.envelope_parameters import NO_MAIL_PARAMETERS, MailParameters
from aerogram.wire.smtp.server.events import MailRequested, RcptRequested
from aerogram.wire.smtp.server.states import State
from aerogram.wire.smtp.server.verbs import bye, greet, start_data, take_mail, take_rcpt

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.wire.smtp.server.conversation import Conversation

_MAX_MAILBOX: Final = 64
"""Octets of an ordinary mailbox: one as short as a local part may be is within all limits (RFC 5321 §4.5.3.1)."""
_ATOM: Final = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_MAILBOX: Final = rb"(%b[.%b*+@[A-Za-z0-9_]++(?:(?:\.|-++)[A-Za-z0-9_]++)*+)" % (_ATOM, _ATOM[1:])
_mail_line: Final = re.compile(
    rb"(?:MAIL FROM|mail FROM):<%b>(?: (?:SIZE|size)=([0-9]{1,20}))?(?: BODY=(?:8BITMIME|7BIT))?" % _MAILBOX
).fullmatch
_rcpt_line: Final = re.compile(rb"(?:RCPT TO|rcpt TO):<%b>" % _MAILBOX).fullmatch
_ehlo_line: Final = re.compile(rb"(?:EHLO|ehlo) ([!-~]{1,255})").fullmatch

_CONNECTED: Final = State.CONNECTED
_GREETED: Final = State.GREETED
_MAIL: Final = State.MAIL
_RECIPIENTS: Final = State.RECIPIENTS


def ordinary_mail(line: bytes) -> MailRequested | None:
    """Read an ordinary MAIL; None when it is not."""
    found = _mail_line(line)
    if found is None:
        return None
    mailbox, size = found.groups()
    if len(mailbox) > _MAX_MAILBOX:
        return None
    return MailRequested(mailbox.decode(), NO_MAIL_PARAMETERS if size is None else MailParameters(int(size)))


def ordinary_rcpt(line: bytes) -> RcptRequested | None:
    """Read an ordinary RCPT; None when it is not."""
    found = _rcpt_line(line)
    if found is None or len(found[1]) > _MAX_MAILBOX:
        return None
    return RcptRequested(found[1].decode())


def ordinary_ehlo(line: bytes) -> str | None:
    """Read the name in an ordinary EHLO; None when it is not."""
    found = _ehlo_line(line)
    return None if found is None else found[1].decode()


def _mail(talk: Conversation, line: bytes) -> bool:
    mail = ordinary_mail(line) if talk.state is _GREETED else None
    if mail is None:
        return False
    talk.transcript.start_message()
    talk.transcript.client(line)
    take_mail(talk, mail)
    return True


def _rcpt(talk: Conversation, line: bytes) -> bool:
    rcpt = ordinary_rcpt(line) if talk.state is _MAIL or talk.state is _RECIPIENTS else None
    if rcpt is None:
        return False
    talk.transcript.client(line)
    take_rcpt(talk, rcpt)
    return True


def _data(talk: Conversation, line: bytes) -> bool:
    if len(line) != len(b"DATA") or talk.state is not _RECIPIENTS:
        return False
    talk.transcript.client(line)
    start_data(talk)
    return True


def _ehlo(talk: Conversation, line: bytes) -> bool:
    name = ordinary_ehlo(line) if talk.state is _CONNECTED else None
    if name is None:
        return False
    talk.transcript.client(line)
    greet(talk, name)
    talk.count_idle_command()
    return True


def _quit(talk: Conversation, line: bytes) -> bool:
    if len(line) != len(b"QUIT"):
        return False
    talk.transcript.client(line)
    bye(talk)
    return True


_READERS: Final[dict[bytes, Callable[[Conversation, bytes], bool]]] = {
    b"MAIL": _mail,
    b"RCPT": _rcpt,
    b"DATA": _data,
    b"EHLO": _ehlo,
    b"QUIT": _quit,
    # As Python's smtplib writes them.
    b"mail": _mail,
    b"rcpt": _rcpt,
    b"data": _data,
    b"ehlo": _ehlo,
    b"quit": _quit,
}


def read_ordinary(talk: Conversation, line: bytes) -> bool:
    """Read a line if it is an ordinary command at its time; otherwise return False and change nothing."""
    reader = _READERS.get(line[:4])
    return reader is not None and reader(talk, line)

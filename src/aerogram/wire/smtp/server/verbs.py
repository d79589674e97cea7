"""The handlers of the commands. Each is called only where `states.LEGAL` allows it, except for BDAT.

A handler changes the `Conversation`: it sends a reply, sets the event for the host, or sets how to read the
bytes that follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.wire.smtp.limits import MAX_DISCARDED_BYTES, MAX_RECIPIENTS_OVERSHOOT
from aerogram.wire.smtp.replies import (
    ALREADY_AUTHENTICATED,
    AUTHENTICATION_REQUIRED,
    BYE,
    CANNOT_VERIFY,
    ENCRYPTION_REQUIRED,
    HELP_TEXT,
    MESSAGE_TOO_BIG,
    NEED_RCPT,
    NO_VALID_RECIPIENTS,
    NOT_IMPLEMENTED,
    OK,
    READY_FOR_TLS,
    SEND_DATA,
    TLS_ALREADY_ACTIVE,
    TOO_MANY_RECIPIENTS,
    Reply,
    syntax,
)
from aerogram.wire.smtp.server.auth import AuthExchange
from aerogram.wire.smtp.server.commands import (
    parse_auth,
    parse_bdat,
    parse_greeting_name,
    parse_mail,
    parse_rcpt,
)
from aerogram.wire.smtp.server.content import ChunkReader, DataReader
from aerogram.wire.smtp.server.data import CRLF
from aerogram.wire.smtp.server.encoded import encoded
from aerogram.wire.smtp.server.events import AuthRequested, MailRequested, RcptRequested, TlsRequested
from aerogram.wire.smtp.server.extensions import ehlo_reply, permits_auth
from aerogram.wire.smtp.server.states import REFUSED, Turn, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.wire.smtp.server.conversation import Conversation

_BYE: Final = encoded(BYE)
_SEND_DATA: Final = encoded(SEND_DATA)

IDLE_VERBS: Final[frozenset[str]] = frozenset(
    {Verb.EHLO, Verb.HELO, Verb.NOOP, Verb.RSET, Verb.VRFY, Verb.HELP}
)
"""Commands that bring no message closer."""


def refusal_of(talk: Conversation, verb: str) -> Reply | None:
    """Return the reply to a command out of sequence; None when it is allowed."""
    refusal = REFUSED[talk.state].get(verb)
    if refusal is NEED_RCPT and talk.transaction.refused_recipients:
        return NO_VALID_RECIPIENTS
    return refusal


def step_auth(talk: Conversation, step: Reply | AuthRequested) -> None:
    """Apply the result of a step of the authentication exchange."""
    if isinstance(step, AuthRequested):
        talk.exchange = None
        talk.waiting = step
    elif step.is_positive:
        talk.say(step)
    else:
        talk.exchange = None
        talk.turn(Turn.AUTH_ENDED)
        talk.refuse(step)


def greet(talk: Conversation, name: str) -> None:
    """Answer an EHLO."""
    _greeted(talk, Verb.EHLO, name)
    talk.is_esmtp = True
    talk.say_encoded(ehlo_reply(talk.config, is_tls=talk.is_tls))


def _ehlo(talk: Conversation, argument: str) -> None:
    name = parse_greeting_name(Verb.EHLO, argument)
    if isinstance(name, Reply):
        talk.refuse(name)
    else:
        greet(talk, name)


def _helo(talk: Conversation, argument: str) -> None:
    name = parse_greeting_name(Verb.HELO, argument)
    if isinstance(name, Reply):
        talk.refuse(name)
        return
    _greeted(talk, Verb.HELO, name)
    talk.is_esmtp = False
    talk.say(Reply(250, "", talk.config.hostname))


def _greeted(talk: Conversation, verb: Verb, name: str) -> None:
    talk.helo_name = name
    talk.reset_transaction()
    talk.enter(verb)


def _starttls(talk: Conversation, argument: str) -> None:
    if talk.is_tls:
        talk.refuse(TLS_ALREADY_ACTIVE)
    elif not talk.config.offers_starttls:
        talk.refuse(NOT_IMPLEMENTED)
    elif argument:
        talk.refuse(syntax("STARTTLS"))
    else:
        # Bytes that are already here came in clear, perhaps from an attacker between us and the client.
        talk.input.clear()
        talk.enter(Verb.STARTTLS)
        talk.say(READY_FOR_TLS)
        talk.waiting = TlsRequested()


def _auth(talk: Conversation, argument: str) -> None:
    if talk.is_authenticated:
        talk.refuse(ALREADY_AUTHENTICATED)
        return
    if not permits_auth(talk.config, is_tls=talk.is_tls):
        talk.refuse(ENCRYPTION_REQUIRED)
        return
    auth = parse_auth(argument)
    if isinstance(auth, Reply):
        talk.refuse(auth)
        return
    talk.enter(Verb.AUTH)
    talk.exchange = AuthExchange(auth.mechanism)
    step_auth(talk, talk.exchange.begin(auth.initial_response))


def _mail(talk: Conversation, argument: str) -> None:
    if talk.config.requires_auth and not talk.is_authenticated:
        talk.refuse(AUTHENTICATION_REQUIRED)
        return
    mail = parse_mail(argument)
    if isinstance(mail, Reply):
        talk.refuse(mail)
    else:
        take_mail(talk, MailRequested(mail.reverse_path, mail.parameters))


def take_mail(talk: Conversation, mail: MailRequested) -> None:
    """Take a MAIL that was understood."""
    config = talk.config
    if config.requires_auth and not talk.is_authenticated:
        talk.refuse(AUTHENTICATION_REQUIRED)
    elif mail.params.size > config.max_message_bytes:
        talk.refuse(MESSAGE_TOO_BIG)
    else:
        talk.waiting = mail


def _rcpt(talk: Conversation, argument: str) -> None:
    rcpt = parse_rcpt(argument, utf8=talk.transaction.smtputf8)
    if isinstance(rcpt, Reply):
        talk.transaction.refused_recipients += 1
        talk.refuse(rcpt)
        return
    path = rcpt.forward_path
    full_path = path if "@" in path else f"{path}@{talk.config.hostname}"
    take_rcpt(talk, RcptRequested(full_path, rcpt.parameters.notify, rcpt.parameters.orcpt))


def take_rcpt(talk: Conversation, rcpt: RcptRequested) -> None:
    """Take a RCPT that was understood."""
    transaction = talk.transaction
    if transaction.recipient_count < talk.config.max_recipients:
        talk.waiting = rcpt
        return
    transaction.refused_recipients += 1
    if transaction.refused_recipients > MAX_RECIPIENTS_OVERSHOOT:
        talk.refuse(TOO_MANY_RECIPIENTS)
    else:
        talk.say(TOO_MANY_RECIPIENTS)


def _data(talk: Conversation, argument: str) -> None:
    if argument:
        talk.refuse(syntax("DATA"))
    else:
        start_data(talk)


def start_data(talk: Conversation) -> None:
    """Let the client send its message."""
    talk.enter(Verb.DATA)
    talk.say_encoded(_SEND_DATA)
    talk.input.step_back(len(CRLF))
    talk.data = DataReader(talk.config.max_message_bytes, talk.transaction.ahead)


def _bdat(talk: Conversation, argument: str) -> None:
    """Read the chunk, allowed or not: it follows its command in both cases (RFC 3030 §2)."""
    max_bytes = talk.config.max_message_bytes
    bdat = parse_bdat(argument)
    if isinstance(bdat, Reply):
        talk.hang_up(bdat)
        return
    if bdat.size > max_bytes + MAX_DISCARDED_BYTES:
        talk.hang_up(MESSAGE_TOO_BIG)
        return
    transaction = talk.transaction
    refusal = refusal_of(talk, Verb.BDAT)
    if refusal is None:
        talk.enter(Verb.BDAT)
        refusal = transaction.refusal
        if transaction.ahead.size + len(transaction.chunks) + bdat.size > max_bytes:
            refusal = MESSAGE_TOO_BIG
    sink = transaction.chunks if refusal is None else None
    talk.chunk = ChunkReader(bdat.size, sink, is_last=bdat.is_last, refusal=refusal)
    if not bdat.size:
        talk.count_idle_command()


def _rset(talk: Conversation, argument: str) -> None:
    if argument:
        talk.refuse(syntax("RSET"))
        return
    talk.reset_transaction()
    talk.enter(Verb.RSET)
    talk.say(OK)


def _noop(talk: Conversation, _: str) -> None:
    talk.say(OK)


def _vrfy(talk: Conversation, argument: str) -> None:
    if argument:
        talk.say(CANNOT_VERIFY)
    else:
        talk.refuse(syntax("VRFY address"))


def _expn(talk: Conversation, _: str) -> None:
    talk.refuse(NOT_IMPLEMENTED)


def _help(talk: Conversation, _: str) -> None:
    talk.say(HELP_TEXT)


def bye(talk: Conversation, _: str = "") -> None:
    """End the session, as the client wants."""
    talk.say_encoded(_BYE)


HANDLERS: Final[dict[str, Callable[[Conversation, str], None]]] = {
    Verb.EHLO: _ehlo,
    Verb.HELO: _helo,
    Verb.STARTTLS: _starttls,
    Verb.AUTH: _auth,
    Verb.MAIL: _mail,
    Verb.RCPT: _rcpt,
    Verb.DATA: _data,
    Verb.BDAT: _bdat,
    Verb.RSET: _rset,
    Verb.NOOP: _noop,
    Verb.VRFY: _vrfy,
    Verb.EXPN: _expn,
    Verb.HELP: _help,
    Verb.QUIT: bye,
}

"""The parameters of MAIL and RCPT, as the offered extensions define them.

SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), AUTH (RFC 4954 §5), RET, ENVID, NOTIFY and ORCPT (RFC
3461). Other parameters are refused with 555 and bad values with 501, in each case by a `Reply`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from aerogram.wire.smtp.envelope_parameters import MailParameters, RcptParameters
from aerogram.wire.smtp.limits import MAX_AUTH_PARAMETER, MAX_ENVID, MAX_ORCPT, MAX_SIZE_DIGITS
from aerogram.wire.smtp.replies import Reply, bad_parameter, unsupported_option
from aerogram.wire.smtp.xtext import is_xtext

_PARAMETER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^= ]+))?")
_ORCPT: Final = re.compile(r"[A-Za-z0-9!#$%&'*/?^_`{|}~.-]+;[^= ]+")
_BODIES: Final = frozenset({"7BIT", "8BITMIME"})
_RETURNS: Final = frozenset({"FULL", "HDRS"})
_NOTIFY_WORDS: Final = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_MAX_SHOWN_KEYWORD: Final = 40


def parse_mail_parameters(text: str) -> MailParameters | Reply:
    """Parse what follows the reverse-path of MAIL; a `Reply` refuses it."""
    fields = _read(text, _MAIL)
    return fields if isinstance(fields, Reply) else MailParameters(**fields)


def parse_rcpt_parameters(text: str) -> RcptParameters | Reply:
    """Parse what follows the forward-path of RCPT; a `Reply` refuses it."""
    fields = _read(text, _RCPT)
    return fields if isinstance(fields, Reply) else RcptParameters(**fields)


def _size(value: str) -> int | Reply:
    if value.isascii() and value.isdigit() and len(value) <= MAX_SIZE_DIGITS:
        return int(value)
    return bad_parameter("SIZE must be a number of octets")


def _body(value: str) -> Reply | None:
    return None if value.upper() in _BODIES else bad_parameter("BODY must be 7BIT or 8BITMIME")


def _smtputf8(value: str) -> bool | Reply:
    return bad_parameter("SMTPUTF8 takes no value") if value else True


def _ret(value: str) -> str | Reply:
    what = value.upper()
    return what if what in _RETURNS else bad_parameter("RET must be FULL or HDRS")


def _envid(value: str) -> str | Reply:
    if len(value) <= MAX_ENVID and is_xtext(value):
        return value
    return bad_parameter(f"ENVID must be xtext of at most {MAX_ENVID} characters")


def _auth(value: str) -> str | Reply:
    if len(value) <= MAX_AUTH_PARAMETER and is_xtext(value):
        return value
    return bad_parameter("AUTH must be a mailbox in xtext, or <>")


def _notify(value: str) -> str | Reply:
    notify = value.upper()
    words = notify.split(",")
    if notify == "NEVER" or (_NOTIFY_WORDS.issuperset(words) and len(set(words)) == len(words)):
        return notify
    return bad_parameter("NOTIFY must be NEVER, or some of SUCCESS,FAILURE,DELAY")


def _orcpt(value: str) -> str | Reply:
    if len(value) <= MAX_ORCPT and _ORCPT.fullmatch(value):
        return value
    return bad_parameter("ORCPT must be a type, a semicolon and an address in xtext")


_Parsers = dict[str, tuple[str, Callable[[str], Any]]]
"""By keyword: the field, "" for a parameter that is only validated, and the function that parses a value."""

_MAIL: Final[_Parsers] = {
    "SIZE": ("size", _size),
    "BODY": ("", _body),
    "SMTPUTF8": ("smtputf8", _smtputf8),
    "RET": ("ret", _ret),
    "ENVID": ("envid", _envid),
    "AUTH": ("auth", _auth),
}
_RCPT: Final[_Parsers] = {"NOTIFY": ("notify", _notify), "ORCPT": ("orcpt", _orcpt)}


def _read(text: str, parsers: _Parsers) -> dict[str, Any] | Reply:
    """Parse each parameter into the field and with the function that ``parsers`` has for it."""
    pairs = _pairs(text)
    if isinstance(pairs, Reply):
        return pairs
    fields: dict[str, Any] = {}
    for keyword, value in pairs.items():
        if keyword not in parsers:
            return unsupported_option(keyword[:_MAX_SHOWN_KEYWORD])
        name, parse = parsers[keyword]
        field = parse(value)
        if isinstance(field, Reply):
            return field
        if name:
            fields[name] = field
    return fields


def _pairs(text: str) -> dict[str, str] | Reply:
    """Split ``KEYWORD=value`` words (RFC 5321 §4.1.2, ``Mail-parameters``); keywords in upper case."""
    pairs: dict[str, str] = {}
    for word in text.split(" "):
        if not word:
            continue
        parsed = _PARAMETER.fullmatch(word)
        if parsed is None:
            return bad_parameter("malformed parameter")
        keyword = parsed[1].upper()
        if keyword in pairs:
            return bad_parameter(f"{keyword[:_MAX_SHOWN_KEYWORD]} is given twice")
        pairs[keyword] = parsed[2] or ""
    return pairs

"""Parses the paths of MAIL and RCPT: ``<>``, ``<ann@example.net>`` and the rarer forms (RFC 5321 §4.1.2).

More is accepted than the grammar allows, because mailboxes and clients exist that need it, and Postfix accepts
it (compatibility: smtp#envelope): an address without angle brackets or with blanks around it, dots anywhere in
the local part, and a dot at the end of the domain, which is dropped.

The text has no control characters: the parser of commands refuses them. A source route is checked and dropped
(RFC 5321 §4.1.1.3 and appendix C). A quoted local part that needs no quotes loses them, so that
``"ann"@example.net`` cannot evade a rule about ann.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from typing import Final

from aerogram.wire.smtp.limits import MAX_DOMAIN, MAX_LABEL, MAX_LOCAL_PART, MAX_PATH

NULL_PATH: Final = ""
"""The reverse-path of mail that must not be answered (RFC 5321 §4.5.5)."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_ATOM_UTF8: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\U0010ffff-]"
_LETTER: Final = r"[A-Za-z0-9_]"
"""With the underscore, as some hosts are called."""
_LETTER_UTF8: Final = r"[A-Za-z0-9_\u00a0-\U0010ffff]"


def _dot_string(atom: str) -> str:
    return rf"{atom}++(?:\.{atom}++)*+"


def _local_part(atom: str) -> str:
    """Return the pattern of atoms and dots in any order, with at least one atom."""
    return rf"(?!\.+(?:@|\Z))[.{atom[1:]}++"


def _domain(letter: str) -> str:
    label = rf"{letter}++(?:-++{letter}++)*+"
    return rf"{label}(?:\.{label})*+"


_DOT_STRING: Final = re.compile(_dot_string(_ATOM_UTF8))
_DOMAIN: Final = re.compile(_domain(_LETTER_UTF8))
_PLAIN_MAILBOX: Final = re.compile(rf"({_local_part(_ATOM)})@({_domain(_LETTER)})\.?")
_PLAIN_MAILBOX_UTF8: Final = re.compile(rf"({_local_part(_ATOM_UTF8)})@({_domain(_LETTER_UTF8)})\.?")
_LOCAL_PART: Final = re.compile(_local_part(_ATOM_UTF8))
_QUOTED_MAILBOX: Final = re.compile(r'("(?:[^"\\]|\\.)*+")@(.+)')
_QUOTED_PATH: Final = re.compile(r'<(?:[^">\\]|\\.|"(?:[^"\\]|\\.)*+")*+>')
_BARE_PATH: Final = re.compile(r'(?:[^ "<>\\]|"(?:[^"\\]|\\.)*+")++(?![^ ])')
"""An address without angle brackets, up to the parameters."""
_HALF_PATH: Final = re.compile(r'[^ "<>\\]++>(?![^ ])')
"""An address that lost its first angle bracket."""
_DOUBLE_PATH: Final = re.compile(r'<< *([^ "<>\\]++) *>>(?![^ ])')
_QUOTED_PAIR: Final = re.compile(r"\\(.)")


class PathError(enum.Enum):
    """Why a path is invalid; the value is the end of a sentence."""

    SYNTAX = "bad address syntax"
    TOO_LONG = "path too long"
    NOT_ASCII = "non-ASCII address without SMTPUTF8"


def split_path(text: str) -> tuple[str, str] | None:
    """Split ``<path> parameters`` into the path without its brackets, and the parameters.

    Returns None when the text does not begin with a whole path. A ``>`` may be inside quotes. The brackets may
    be missing, but not around the null path, which would be an oversight and not a choice.
    """
    if text[:1] != "<":
        bare = _BARE_PATH.match(text) or _HALF_PATH.match(text)
        return None if bare is None else (bare[0].removesuffix(">"), text[bare.end() :])
    if text[:2] == "<<":
        twice = _DOUBLE_PATH.match(text)
        return None if twice is None else (twice[1], text[twice.end() :])
    end = text.find(">")
    if end < 0:
        return None
    if '"' in text[:end]:
        whole = _QUOTED_PATH.match(text)
        if whole is None:
            return None
        end = whole.end() - 1
    rest = text[end + 1 :]
    if rest and rest[0] != " ":
        return None
    return text[1:end].strip(" "), rest


def parse_path(path: str, *, utf8: bool) -> str | PathError:
    """Parse a path without its brackets into ``local@domain``; "" is the null path.

    With ``utf8`` the mailbox may have any characters of RFC 6531 §3.3; lengths count octets.
    """
    if not path:
        return NULL_PATH
    if len(path) + 2 > MAX_PATH or (not path.isascii() and len(path.encode()) + 2 > MAX_PATH):
        return PathError.TOO_LONG
    mailbox = _without_route(path) if path[0] == "@" else path
    if not utf8 and not path.isascii():
        return PathError.NOT_ASCII
    plain = (_PLAIN_MAILBOX_UTF8 if utf8 else _PLAIN_MAILBOX).fullmatch(mailbox)
    if plain is None:
        return _parse_rare(mailbox)
    local, domain = plain.groups()
    if len(local) > MAX_LOCAL_PART or len(domain) > MAX_LABEL or utf8:
        return _checked_lengths(local, domain)
    return mailbox.removesuffix(".")


def is_domain(text: str) -> bool:
    """Tell whether the text is a domain name by grammar and lengths; U-labels pass."""
    return (
        _DOMAIN.fullmatch(text) is not None
        and len(text.encode()) <= MAX_DOMAIN
        and all(len(label.encode()) <= MAX_LABEL for label in text.split("."))
    )


def is_address_literal(text: str) -> bool:
    """Tell whether the text is ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]`` (RFC 5321 §4.1.3)."""
    if not (text.startswith("[") and text.endswith("]")):
        return False
    inner = text[1:-1]
    try:
        if inner[:5].upper() == "IPV6:":
            # A zone names an interface of one machine; no other machine can use it.
            return "%" not in inner and ipaddress.IPv6Address(inner[5:]) is not None
        return ipaddress.IPv4Address(inner) is not None
    except ValueError:
        return False


def _without_route(path: str) -> str:
    """Drop ``@a,@b:`` when it is well formed; otherwise return the path, which no grammar accepts."""
    route, colon, mailbox = path.partition(":")
    hops = route.split(",")
    if colon and all(hop.startswith("@") and is_domain(hop[1:]) for hop in hops):
        return mailbox
    return path


def _parse_rare(mailbox: str) -> str | PathError:
    """Parse a mailbox with a quoted local part or an address literal."""
    quoted = _QUOTED_MAILBOX.fullmatch(mailbox)
    if quoted is not None:
        local, domain = quoted.groups()
    else:
        local, _, domain = mailbox.rpartition("@")
        if _LOCAL_PART.fullmatch(local) is None:
            return PathError.SYNTAX
    domain = domain.removesuffix(".")
    if not is_domain(domain) and not is_address_literal(domain):
        return PathError.SYNTAX
    if len(local.encode()) > MAX_LOCAL_PART:
        return PathError.TOO_LONG
    return f"{_unquoted(local) if quoted else local}@{domain}"


def _unquoted(local: str) -> str:
    """Write a quoted local part with the least quoting (RFC 5321 §4.1.2, its last paragraphs)."""
    content = _QUOTED_PAIR.sub(r"\1", local[1:-1])
    if _DOT_STRING.fullmatch(content):
        return content
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _checked_lengths(local: str, domain: str) -> str | PathError:
    if len(local.encode()) > MAX_LOCAL_PART or len(domain.encode()) > MAX_DOMAIN:
        return PathError.TOO_LONG
    if any(len(label.encode()) > MAX_LABEL for label in domain.split(".")):
        return PathError.SYNTAX
    return f"{local}@{domain}"

"""The command lines for one mail, and the check that the server supports the mail (RFC 5321, 6531, 3461)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import idna

from aerogram.wire.address import wire_form
from aerogram.wire.smtp.client.data import has_bare_line_ends
from aerogram.wire.smtp.client.replies import ServerReply, local_reply

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.events import OutgoingMail
    from aerogram.wire.smtp.client.extensions import Extensions

_PATH: Final = re.compile(
    r"""(?: "(?:[^"\\\x00-\x1f\x7f] | \\[\x20-\x7e])*"  # a quoted local part
          | [^\x00-\x20\x7f<>",;()\\] )+                # what needs no quotes
    """,
    re.VERBOSE,
)
"""What may be between < and >: nothing that could end the path or the line (RFC 5321 §4.1.2)."""
_plain_path: Final = re.compile(r"""[^\x00-\x20\x7f<>",;()\\]+""").fullmatch
"""Nearly every path: what needs no quotes, found faster."""
_PARAMETER: Final = re.compile(r"[\x21-\x7e]*")
"""An esmtp-value, without the rule about "=", which ORCPT's own grammar excludes already."""


def refusal_of(mail: OutgoingMail, offered: Extensions) -> ServerReply | None:
    """Say why ``mail`` cannot be sent to a server with these extensions; None when it can."""
    if mail.reverse_path and not _is_path(mail.reverse_path):
        return local_reply(553, "5.1.7 the envelope sender is not an address")
    if not _is_path(mail.recipient):
        return local_reply(553, "5.1.3 the recipient is not an address")
    if mail.notify or mail.orcpt or mail.ret or mail.envid:
        for value in (mail.notify, mail.orcpt, mail.ret, mail.envid):
            if value and not _PARAMETER.fullmatch(value):
                return local_reply(501, "5.5.4 a delivery status parameter is malformed")
    if has_bare_line_ends(mail.data):
        return local_reply(554, "5.6.0 the mail has a line that does not end with CRLF")
    if offered.max_bytes and len(mail.data) > offered.max_bytes:
        sizes = f"{len(mail.data)} bytes, and the server takes {offered.max_bytes}"
        return local_reply(552, f"5.3.4 the mail is too large: it has {sizes}")
    if not offered.smtputf8 and _needs_smtputf8(mail):
        return local_reply(553, "5.6.7 the mail needs SMTPUTF8, which the server does not offer")
    return None


def mail_command(mail: OutgoingMail, offered: Extensions) -> str:
    """Write the MAIL line, with the parameters that the server supports."""
    line = f"MAIL FROM:<{_on_the_wire(mail.reverse_path, offered)}>"
    if offered.size:
        line += f" SIZE={len(mail.data)}"
    if offered.eight_bit and not mail.data.isascii():
        line += " BODY=8BITMIME"
    if offered.smtputf8 and (mail.smtputf8 or not (mail.reverse_path + mail.recipient).isascii()):
        line += " SMTPUTF8"
    if offered.dsn:
        if mail.ret:
            line += f" RET={mail.ret}"
        if mail.envid:
            line += f" ENVID={mail.envid}"
    return line


def rcpt_command(mail: OutgoingMail, offered: Extensions) -> str:
    """Write the RCPT line, with the parameters that the server supports."""
    line = f"RCPT TO:<{_on_the_wire(mail.recipient, offered)}>"
    if offered.dsn:
        if mail.notify:
            line += f" NOTIFY={mail.notify}"
        if mail.orcpt:
            line += f" ORCPT={mail.orcpt}"
    return line


def _is_path(address: str) -> bool:
    return bool(_plain_path(address) or _PATH.fullmatch(address))


def _needs_smtputf8(mail: OutgoingMail) -> bool:
    """Tell whether the mail needs SMTPUTF8 (RFC 6531 §3.2); a domain alone can be written as A-labels."""
    for address in (mail.reverse_path, mail.recipient):
        if not address.isascii() and not _with_a_labels(address).isascii():
            return True
    return mail.smtputf8 and not mail.data.partition(b"\r\n\r\n")[0].isascii()


def _on_the_wire(address: str, offered: Extensions) -> str:
    return wire_form(address if offered.smtputf8 or address.isascii() else _with_a_labels(address))


def _with_a_labels(address: str) -> str:
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address

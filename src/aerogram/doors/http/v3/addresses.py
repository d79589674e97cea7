"""Readers of addresses: strings in the style of headers, and the objects of Recipients.

Mailjet splits such strings at every comma, also inside of quotes (facts: SEND.md B2). Here they are read as
the headers they imitate (RFC 5322 section 3.4), encoded words included, on one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.v3 import limits, mistakes, names
from aerogram.doors.http.v3.draft import Addressee
from aerogram.doors.http.v3.variables import variables
from aerogram.doors.http.v31.values import header_text
from aerogram.wire.address import is_email
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.mailboxes import parse_mailboxes
from aerogram.wire.mime.parts import Mailbox

if TYPE_CHECKING:
    from aerogram.doors.http.v31.values import Findings

_SWITCHES: Final = frozenset({"", "0", "1", "true", "false"})


def address(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Read one address, perhaps with a name: ``a@b``, ``"Name" <a@b>``; an empty text is none."""
    found = addresses(path, value, findings)
    if len(found) > 1:
        findings.mistakes.append(mistakes.not_one_address(path))
    return found[0] if found else None


def sender(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Read Sender: an address, or a switch.

    The switch is from the time before addresses (facts: SEND.md B2). It asks for nothing here, as
    From is always a sender of the account.
    """
    if value in (True, False) or (isinstance(value, str) and value.lower() in _SWITCHES):
        return None
    return address(path, value, findings)


def addresses(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Read addresses with commas between them."""
    if not isinstance(value, str):
        findings.mistakes.append(mistakes.no_text(path))
        return ()
    before = len(findings.mistakes)
    text = header_text(path, value, findings)
    if len(findings.mistakes) > before:
        return ()
    try:
        return parse_mailboxes(text)
    except AddressError as error:
        is_list = "," in text
        findings.mistakes.append(
            mistakes.no_address_list(path, str(error)) if is_list else mistakes.no_address(text)
        )
        return ()


def recipients(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Read To, Cc or Bcc."""
    found = addresses(path, value, findings)
    if len(found) > limits.MAX_RECIPIENTS:
        findings.mistakes.append(mistakes.too_many_recipients(path))
    return found


def individuals(path: str, value: Any, findings: Findings) -> tuple[Addressee, ...]:
    """Read Recipients, an array of ``{Email, Name?, Vars?}``."""
    if not isinstance(value, list):
        findings.mistakes.append(mistakes.no_array(path))
        return ()
    if len(value) > limits.MAX_RECIPIENTS:
        findings.mistakes.append(mistakes.too_many_recipients(path))
        return ()
    read = [_individual(f"{path}[{index}]", element, findings) for index, element in enumerate(value)]
    return tuple(found for found in read if found is not None)


def _individual(path: str, value: Any, findings: Findings) -> Addressee | None:
    if not isinstance(value, dict):
        findings.mistakes.append(mistakes.no_object(path))
        return None
    given = names.RECIPIENT.spelled(value)
    email, name, own = given.get("Email"), given.get("Name"), given.get("Vars")
    shown = "" if name is None else header_text(f"{path}.Name", name, findings)
    values = {} if own is None else variables(f"{path}.Vars", own, findings)
    if email is None or email == "":
        findings.mistakes.append(mistakes.missing(f"{path}.Email"))
    elif not isinstance(email, str):
        findings.mistakes.append(mistakes.no_text(f"{path}.Email"))
    elif not is_email(email):
        findings.mistakes.append(mistakes.no_address(email))
    else:
        return Addressee(Mailbox(email, shown), variables=values)
    return None

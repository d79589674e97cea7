"""Parse the addresses of v3: header-style strings, and the objects of Recipients.

Mailjet splits such strings at every comma, even inside quotes
(compatibility: send-v3#recipients). Here they are parsed as
the headers that they imitate (RFC 5322 section 3.4), including encoded words, on one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared.names import Names
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.shared.values import header_text
from aerogram.doors.http.send.v3 import errors
from aerogram.doors.http.send.v3.limits import MAX_RECIPIENTS
from aerogram.doors.http.send.v3.variables import VARIABLES, variables
from aerogram.model.message import Recipient
from aerogram.model.send_options import NOBODY, Personal
from aerogram.wire.address import is_email
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.properties import Json
    from aerogram.wire.mime.parts import Mailbox

_INDIVIDUAL: Final = Names("Email", "Name", "Vars")
_SWITCHES: Final = frozenset({"", "0", "1", "true", "false"})


def address(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Parse one address with an optional name: ``a@b``, ``"Name" <a@b>``; an empty text is no address."""
    found = addresses(path, value, findings)
    if len(found) > 1:
        findings.errors.append(errors.not_one_address(path))
    return found[0] if found else None


def sender(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Parse Sender: an address, or a boolean.

    The boolean dates from before addresses
    (compatibility: send-v3#recipients). It has no effect here, as
    From is always a sender of the account.
    """
    if value in (True, False) or (isinstance(value, str) and value.lower() in _SWITCHES):
        return None
    return address(path, value, findings)


def addresses(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Parse comma-separated addresses."""
    if not isinstance(value, str):
        findings.errors.append(errors.no_text(path))
        return ()
    before = len(findings.errors)
    text = header_text(path, value, findings)
    if len(findings.errors) > before:
        return ()
    try:
        return parse_mailboxes(text)
    except AddressError as error:
        is_list = "," in text
        findings.errors.append(
            errors.no_address_list(path, str(error)) if is_list else errors.no_address(text)
        )
        return ()


def recipients(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Parse To, Cc or Bcc."""
    found = addresses(path, value, findings)
    if len(found) > MAX_RECIPIENTS:
        findings.errors.append(errors.too_many_recipients(path))
    return found


def individuals(path: str, value: Any, findings: Findings) -> tuple[Recipient, ...]:
    """Parse Recipients, an array of ``{Email, Name?, Vars?}``."""
    if not isinstance(value, list):
        findings.errors.append(errors.no_array(path))
        return ()
    if len(value) > MAX_RECIPIENTS:
        findings.errors.append(errors.too_many_recipients(path))
        return ()
    read = [_individual(f"{path}[{index}]", element, findings) for index, element in enumerate(value)]
    return tuple(found for found in read if found is not None)


def _individual(path: str, value: Any, findings: Findings) -> Recipient | None:
    if not isinstance(value, dict):
        findings.errors.append(errors.no_object(path))
        return None
    given = _INDIVIDUAL.spelled(value)
    if given is not value:
        findings.refuse_unknown(path, given, _INDIVIDUAL)
    email, name, own = given.get("Email"), given.get("Name"), given.get("Vars")
    shown = "" if name is None else header_text(f"{path}.Name", name, findings)
    values = {} if own is None else variables(f"{path}.Vars", own, findings)
    if email is None or email == "":
        findings.errors.append(errors.missing(f"{path}.Email"))
    elif not isinstance(email, str):
        findings.errors.append(errors.no_text(f"{path}.Email"))
    elif not is_email(email):
        findings.errors.append(errors.no_address(email))
    else:
        personal = Personal(shown, values) if shown or values else NOBODY
        return Recipient(email, personal=personal)
    return None


_TEXT: Final[Json] = {"type": "string"}

ADDRESS: Final = PropertyType(
    parser=address, schema=_TEXT, errors=("mj-0004", "mj-0005", "mj-0008", "mj-0013")
)
SENDER: Final = PropertyType(parser=sender, schema={"type": ["string", "boolean"]}, errors=ADDRESS.errors)
RECIPIENTS: Final = PropertyType(
    parser=recipients,
    schema={
        "type": "string",
        "description": f"Up to {MAX_RECIPIENTS} comma-separated addresses, as in a header.",
    },
    errors=("mj-0004", "mj-0005", "mj-0013", "send-0015"),
)
REPLIES: Final = PropertyType(
    parser=addresses,
    schema={"type": "string", "description": "Comma-separated addresses; a header Reply-To overrides them."},
    errors=("mj-0004", "mj-0005", "mj-0013"),
)
INDIVIDUALS: Final = PropertyType(
    parser=individuals,
    schema={
        "type": "array",
        "maxItems": MAX_RECIPIENTS,
        "description": "Each gets a separate mail and does not see the others.",
        "items": {
            "type": "object",
            "required": ["Email"],
            "properties": {"Email": _TEXT, "Name": _TEXT, "Vars": VARIABLES.schema},
        },
    },
    errors=("send-0001", "mj-0003", "mj-0004", "mj-0005", "mj-0008", "mj-0013", "send-0015"),
)

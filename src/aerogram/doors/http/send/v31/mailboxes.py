"""Parsers of v3.1 addresses: one mailbox or an array, each with its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import errors
from aerogram.doors.http.send.shared.merging import join, overlay_named
from aerogram.doors.http.send.shared.names import Names
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.shared.values import has_control_characters
from aerogram.doors.http.send.v31.errors import empty_array
from aerogram.doors.http.send.v31.limits import MAX_RECIPIENTS
from aerogram.wire.address import is_email
from aerogram.wire.mime.parts import Mailbox

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.findings import Findings

_NAMES: Final = Names("Email", "Name")


def mailbox(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Parse ``{Email, Name?}``. Name is plain text: commas and quotes are part of the name."""
    if not isinstance(value, dict):
        findings.errors.append(errors.wrong_type(path, "emailIn"))
        return None
    given = _NAMES.spelled(value)
    if given is not value:
        findings.refuse_unknown(path, given, _NAMES)
    email, name = given.get("Email"), given.get("Name")
    if name is None:
        name = ""
    elif not isinstance(name, str):
        findings.errors.append(errors.wrong_type(f"{path}.Name", "string"))
        name = ""
    elif has_control_characters(name):
        findings.errors.append(errors.control_characters(f"{path}.Name"))
    if isinstance(email, str) and is_email(email):
        return Mailbox(email, name)
    findings.errors.append(_no_email(f"{path}.Email", email))
    return None


def mailboxes(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Parse an array of mailboxes and count them; those beyond the limit are not parsed."""
    if not isinstance(value, list):
        findings.errors.append(errors.wrong_type(path, "array of emails"))
        return ()
    findings.recipients += len(value)
    if findings.recipients > MAX_RECIPIENTS:
        return ()
    read = [mailbox(f"{path}[{index}]", element, findings) for index, element in enumerate(value)]
    return tuple(found for found in read if found is not None)


def recipients_to(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Parse To, the only array of recipients that must not be empty."""
    if value == []:
        findings.errors.append(empty_array(path))
    return mailboxes(path, value, findings)


def _no_email(path: str, email: object) -> SendError:
    if email is None:
        return errors.missing(path)
    if not isinstance(email, str):
        return errors.wrong_type(path, "string")
    return errors.invalid_email(path, email) if email else errors.empty_text(path)


MAILBOX: Final = PropertyType(
    parser=mailbox,
    schema={
        "type": "object",
        "required": ["Email"],
        "properties": {"Email": {"type": "string"}, "Name": {"type": "string"}},
    },
    errors=("send-0001", "mj-0003", "mj-0004", "mj-0005", "mj-0012", "mj-0013"),
    merge=overlay_named(_NAMES),
)
MAILBOXES: Final = PropertyType(
    parser=mailboxes,
    schema={"type": "array", "items": MAILBOX.schema, "maxItems": MAX_RECIPIENTS},
    errors=MAILBOX.errors,
    merge=join,
)
RECIPIENTS_TO: Final = PropertyType(
    parser=recipients_to,
    schema=MAILBOXES.schema | {"minItems": 1},
    errors=(*MAILBOX.errors, "mj-0007"),
)
"""To, which is not allowed in Globals."""

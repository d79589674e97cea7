"""Readers of addresses: one mailbox, or an array of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.http.send.shared import errors as mistakes
from aerogram.doors.http.send.shared import limits, names
from aerogram.wire.address import is_email
from aerogram.wire.mime.parts import Mailbox

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.values import Findings


def mailbox(path: str, value: Any, findings: Findings) -> Mailbox | None:
    """Read ``{Email, Name?}``. Name is plain text: commas and quotes in it are part of the name."""
    if not isinstance(value, dict):
        findings.mistakes.append(mistakes.wrong_type(path, "emailIn"))
        return None
    given = names.MAILBOX.spelled(value)
    email, name = given.get("Email"), given.get("Name")
    if name is None:
        name = ""
    elif not isinstance(name, str):
        findings.mistakes.append(mistakes.wrong_type(f"{path}.Name", "string"))
        name = ""
    elif "\n" in name or "\r" in name or "\0" in name:
        findings.mistakes.append(mistakes.control_characters(f"{path}.Name"))
    if isinstance(email, str) and is_email(email):
        return Mailbox(email, name)
    findings.mistakes.append(_no_email(f"{path}.Email", email))
    return None


def mailboxes(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Read an array of mailboxes and count them; more than a message may have are not looked at."""
    if not isinstance(value, list):
        findings.mistakes.append(mistakes.wrong_type(path, "array of emails"))
        return ()
    findings.recipients += len(value)
    if findings.recipients > limits.MAX_RECIPIENTS:
        return ()
    read = [mailbox(f"{path}[{index}]", element, findings) for index, element in enumerate(value)]
    return tuple(found for found in read if found is not None)


def recipients_to(path: str, value: Any, findings: Findings) -> tuple[Mailbox, ...]:
    """Read To, the one array of recipients that may not be empty."""
    if value == []:
        findings.mistakes.append(mistakes.empty_array(path))
    return mailboxes(path, value, findings)


def _no_email(path: str, email: object) -> mistakes.Mistake:
    if email is None:
        return mistakes.missing(path)
    if not isinstance(email, str):
        return mistakes.wrong_type(path, "string")
    return mistakes.invalid_email(path, email) if email else mistakes.empty_text(path)

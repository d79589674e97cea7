"""Rules about combinations of properties of a message.

(compatibility: send-v31#properties, send-v31#errors)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.http.send.shared import errors as shared
from aerogram.doors.http.send.shared.limits import MAX_ATTACHED_BYTES
from aerogram.doors.http.send.v31 import errors
from aerogram.doors.http.send.v31.limits import MAX_RECIPIENTS

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.properties import Fields


def check(found: Fields, findings: Findings, *, has_template: bool = False) -> None:
    """Check the parsed fields of a message together and report errors.

    ``has_template`` is set if TemplateID names a template; the fields then include its values.
    """
    noted = findings.errors
    names_template = "template_id" in found
    if names_template and not has_template:
        _note_unknown_template(found["template_id"], findings)
    elif "sender_from" not in found:
        noted.append(shared.missing("From"))
    if "to" not in found:
        noted.append(shared.missing("To"))
    if findings.recipients > MAX_RECIPIENTS:
        noted.append(errors.TOO_MANY_RECIPIENTS)
    if findings.attached_bytes > MAX_ATTACHED_BYTES:
        noted.append(errors.ATTACHMENTS_TOO_LARGE)
    if not names_template and "text" not in found and "html" not in found:
        noted.append(errors.NO_CONTENT)
    handles_errors = found.get("error_report_to") or found.get("delivers_on_error")
    if handles_errors and not found.get("has_language"):
        noted.append(errors.LANGUAGE_MISSING)
    if found.get("deduplicates") and not found.get("campaign"):
        noted.append(errors.CAMPAIGN_MISSING)


def _note_unknown_template(template_id: int, findings: Findings) -> None:
    """Report a template that does not exist, unless its id is invalid and already reported."""
    if all(error.related != ("TemplateID",) for error in findings.errors):
        findings.errors.append(shared.unknown_template(template_id))

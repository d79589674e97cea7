"""Rules about combinations of properties of a message.

(compatibility: send-v3#properties, send-v3#errors)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.http.send.shared.limits import MAX_ATTACHED_BYTES
from aerogram.doors.http.send.v3 import errors

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.properties import Fields


def check(found: Fields, findings: Findings, *, has_template: bool) -> None:
    """Check the parsed fields of a message together and report errors.

    ``has_template`` is set if its template was found; ``found`` then includes the template's values.
    """
    noted = findings.errors
    wanted = found.get("template")
    if wanted and not has_template:
        noted.append(errors.unknown_template(wanted))
    if not found.get("sender_from"):
        noted.append(errors.missing("FromEmail"))
    _check_recipients(found, findings)
    if findings.attached_bytes > MAX_ATTACHED_BYTES:
        noted.append(errors.ATTACHMENTS_TOO_LARGE)
    if not wanted and "text" not in found and "html" not in found:
        noted.append(errors.NO_CONTENT)
    if found.get("deduplicates") and not found.get("campaign"):
        noted.append(errors.CAMPAIGN_MISSING)


def _check_recipients(found: Fields, findings: Findings) -> None:
    if "to" not in found and "individuals" not in found:
        findings.errors.append(errors.NO_RECIPIENTS)
    elif found.get("individuals"):
        if found.get("to") or found.get("cc") or found.get("bcc"):
            findings.errors.append(errors.RECIPIENTS_NOT_ALONE)
    elif not found.get("to"):
        findings.errors.append(errors.NOBODY)

"""What the properties of a message must fulfil together (facts: SEND.md B2, B4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.http.send.shared import limits
from aerogram.doors.http.send.v3 import errors as mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.values import Findings


def check(found: Mapping[str, Any], findings: Findings, *, has_template: bool) -> None:
    """Note what is wrong with the values read from a message, seen together.

    ``has_template`` tells that its template was found, and that ``found`` has what it brings.
    """
    wanted = found.get("Mj-TemplateID")
    if wanted and not has_template:
        findings.mistakes.append(mistakes.unknown_template(wanted))
    if not found.get("FromEmail"):
        findings.mistakes.append(mistakes.missing("FromEmail"))
    _check_recipients(found, findings)
    if findings.attached_bytes > limits.MAX_ATTACHED_BYTES:
        findings.mistakes.append(mistakes.ATTACHMENTS_TOO_LARGE)
    if not wanted and "Text-part" not in found and "Html-part" not in found:
        findings.mistakes.append(mistakes.NO_CONTENT)
    if found.get("Mj-deduplicatecampaign") and not found.get("Mj-campaign"):
        findings.mistakes.append(mistakes.CAMPAIGN_MISSING)


def _check_recipients(found: Mapping[str, Any], findings: Findings) -> None:
    if "To" not in found and "Recipients" not in found:
        findings.mistakes.append(mistakes.NO_RECIPIENTS)
    elif found.get("Recipients"):
        if found.get("To") or found.get("Cc") or found.get("Bcc"):
            findings.mistakes.append(mistakes.RECIPIENTS_NOT_ALONE)
    elif not found.get("To"):
        findings.mistakes.append(mistakes.NOBODY)

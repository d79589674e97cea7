"""What the properties of a message must fulfil together (facts: SEND.md A4, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.http.send.shared import errors as mistakes
from aerogram.doors.http.send.shared import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.values import Findings


def check(found: Mapping[str, Any], findings: Findings, *, has_template: bool = False) -> None:
    """Note what is wrong with the values read from a message, seen together.

    ``has_template`` tells that TemplateID names a template, whose values are among those found.
    """
    names_template = "TemplateID" in found
    if names_template and not has_template:
        _note_unknown_template(found["TemplateID"], findings)
    elif "From" not in found:
        findings.mistakes.append(mistakes.missing("From"))
    if "To" not in found:
        findings.mistakes.append(mistakes.missing("To"))
    if findings.recipients > limits.MAX_RECIPIENTS:
        findings.mistakes.append(mistakes.TOO_MANY_RECIPIENTS)
    if findings.attached_bytes > limits.MAX_ATTACHED_BYTES:
        findings.mistakes.append(mistakes.ATTACHMENTS_TOO_LARGE)
    if not names_template and "TextPart" not in found and "HTMLPart" not in found:
        findings.mistakes.append(mistakes.NO_CONTENT)
    reports = found.get("TemplateErrorReporting") or found.get("TemplateErrorDeliver")
    if reports and not found.get("TemplateLanguage"):
        findings.mistakes.append(mistakes.LANGUAGE_MISSING)
    if found.get("DeduplicateCampaign") and not found.get("CustomCampaign"):
        findings.mistakes.append(mistakes.CAMPAIGN_MISSING)


def _note_unknown_template(template_id: int, findings: Findings) -> None:
    """Tell of a template that does not exist, unless its id is no number, which was told already."""
    if all(mistake.related != ("TemplateID",) for mistake in findings.mistakes):
        findings.mistakes.append(mistakes.unknown_template(template_id))

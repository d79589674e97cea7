"""What the properties of a message must fulfil together (facts: SEND.md A4, A7).

A message that asks for something this release cannot do (templates, variables, deduplication) is
refused in so many words. Sending it all the same would reach people with raw markup, or twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.v31 import limits, mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.v31.values import Findings

_VARIABLE_MARK: Final = "[[var:"
_TEMPLATED: Final = ("Subject", "TextPart", "HTMLPart")


def check(found: Mapping[str, Any], findings: Findings) -> None:
    """Note what is wrong with the values read from a message, seen together."""
    has_template = "TemplateID" in found
    if "From" not in found and not has_template:
        findings.mistakes.append(mistakes.missing("From"))
    if "To" not in found:
        findings.mistakes.append(mistakes.missing("To"))
    if findings.recipients > limits.MAX_RECIPIENTS:
        findings.mistakes.append(mistakes.TOO_MANY_RECIPIENTS)
    if findings.attached_bytes > limits.MAX_ATTACHED_BYTES:
        findings.mistakes.append(mistakes.ATTACHMENTS_TOO_LARGE)
    if has_template:
        findings.mistakes.append(mistakes.unknown_template(found["TemplateID"]))
    elif "TextPart" not in found and "HTMLPart" not in found:
        findings.mistakes.append(mistakes.NO_CONTENT)
    _check_language(found, findings)
    _check_campaign(found, findings)


def _check_language(found: Mapping[str, Any], findings: Findings) -> None:
    if found.get("TemplateLanguage"):
        findings.mistakes.append(mistakes.LANGUAGE_NOT_SERVED)
    elif found.get("TemplateErrorReporting") or found.get("TemplateErrorDeliver"):
        findings.mistakes.append(mistakes.LANGUAGE_MISSING)
    if found.get("Variables") and any(_VARIABLE_MARK in found.get(name, "") for name in _TEMPLATED):
        findings.mistakes.append(mistakes.VARIABLES_NOT_SERVED)


def _check_campaign(found: Mapping[str, Any], findings: Findings) -> None:
    if found.get("MonitoringCategory"):
        findings.mistakes.append(mistakes.UNKNOWN_CATEGORY)
    if not found.get("DeduplicateCampaign"):
        return
    if found.get("CustomCampaign"):
        findings.mistakes.append(mistakes.DEDUPLICATION_NOT_SERVED)
    else:
        findings.mistakes.append(mistakes.CAMPAIGN_MISSING)

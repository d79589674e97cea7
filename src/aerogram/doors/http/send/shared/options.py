"""What a message asks for beyond the mail itself, in the words that all doors share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.content.treat import NOTHING, Asked
from aerogram.doors.http.send.shared.values import TRACKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASKING: Final = frozenset(
    {
        "TemplateID",
        "TemplateLanguage",
        "TemplateErrorReporting",
        "TemplateErrorDeliver",
        "Variables",
        "AutoTextPart",
        "DeduplicateCampaign",
        "TrackOpens",
        "TrackClicks",
        "MonitoringCategory",
        "URLTags",
    }
)
"""The properties that change how the content becomes each recipient's mail."""


def asked_of(found: Mapping[str, Any], *, has_text: bool) -> Asked:
    """Give what the values read from a message ask for; the ordinary message asks for nothing."""
    if _ASKING.isdisjoint(found):
        return NOTHING
    report_to = found.get("TemplateErrorReporting")
    return Asked(
        tracks_opens=TRACKING.get(found.get("TrackOpens", "")),
        tracks_clicks=TRACKING.get(found.get("TrackClicks", "")),
        variables=found.get("Variables", {}),
        has_language=found.get("TemplateLanguage", False),
        error_report_to="" if report_to is None else report_to.email,
        delivers_on_error=found.get("TemplateErrorDeliver", False),
        url_tags=found.get("URLTags", ""),
        makes_text=found.get("AutoTextPart", False) and not has_text,
        deduplicates=found.get("DeduplicateCampaign", False),
        template_id=found.get("TemplateID", 0),
        monitoring_category=found.get("MonitoringCategory", ""),
    )

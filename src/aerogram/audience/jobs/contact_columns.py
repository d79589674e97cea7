"""The contact's own attributes as CSV columns: exports write them, imports tell them from properties.

Their names begin with ``contact:``, because every other name may be a property.
"""

from __future__ import annotations

from typing import Final

OWN: Final = {
    "contact:ID": "id",
    "contact:Name": "name",
    "contact:IsExcludedFromCampaigns": "is_excluded",
    "contact:ExclusionFromCampaignsUpdatedAt": "excluded_ms",
    "contact:IsOptInPending": "is_optin_pending",
    "contact:IsSpamComplaining": "is_spam_complaining",
    "contact:CreatedAt": "created_ms",
    "contact:LastUpdateAt": "updated_ms",
    "contact:LastActivityAt": "last_activity_ms",
    "contact:UnsubscribedAt": "unsubscribed_ms",
    "contact:UnsubscribedBy": "unsubscribed_by",
    "contact:DeliveredCount": "delivered_count",
}
"""Store columns by CSV column; the part after ``contact:`` is the property of the REST resource."""
NAME: Final = "contact:name"
IS_EXCLUDED: Final = "contact:isexcludedfromcampaigns"
"""Imports read these two, and keep excluded contacts excluded. They skip the others, which record history."""
IN_FILES: Final = frozenset(name.lower() for name in OWN)
"""The column names in lower case, as imports compare them."""

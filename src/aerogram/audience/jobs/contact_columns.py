"""What a contact itself has, as columns of a file: exports write them, imports know them from properties.

Their names begin with ``contact:``, as any other name may be a property's.
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
"""The column of the store by the column of the file, which is the property of the REST resource."""
NAME: Final = "contact:name"
IS_EXCLUDED: Final = "contact:isexcludedfromcampaigns"
"""These two are imported: who was excluded stays excluded. The others tell what happened, and are skipped."""
IN_FILES: Final = frozenset(name.lower() for name in OWN)
"""The columns as imports read them: in lower case."""

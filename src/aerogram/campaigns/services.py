"""What `campaigns` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.campaigns.campaigns import Campaigns
    from aerogram.campaigns.drafts import Drafts


class CampaignServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.campaigns.build` builds them."""

    campaigns: Campaigns
    drafts: Drafts

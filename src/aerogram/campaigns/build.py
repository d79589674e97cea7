"""Builds the services of `campaigns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.campaigns.campaigns import Campaigns
from aerogram.campaigns.drafts import Drafts
from aerogram.campaigns.services import CampaignServices

if TYPE_CHECKING:
    from aerogram.store.ground import Ground


def build(ground: Ground) -> CampaignServices:
    """Build them."""
    return CampaignServices(
        campaigns=Campaigns(ground.database),
        drafts=Drafts(ground.database, ground.ids, ground.clock),
    )

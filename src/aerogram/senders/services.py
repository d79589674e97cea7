"""What `senders` offers: who may send, the keys that sign, and the DNS of domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.senders.addresses import Senders
    from aerogram.senders.categories import MonitoringCategories
    from aerogram.senders.claims import SenderClaims
    from aerogram.senders.domain_dns import SendingDomains
    from aerogram.senders.domains import Domains
    from aerogram.senders.keyring import Keyring
    from aerogram.senders.metasenders import Metasenders
    from aerogram.senders.parse_routes import ParseRoutes
    from aerogram.senders.tracking_hosts import TrackingHosts
    from aerogram.senders.valid_senders import ValidSenders


class SenderServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.senders.build` builds them."""

    addresses: Senders
    valid: ValidSenders
    categories: MonitoringCategories
    domains: Domains
    dns: SendingDomains
    claims: SenderClaims
    metasenders: Metasenders
    parse_routes: ParseRoutes
    keyring: Keyring
    tracking_hosts: TrackingHosts

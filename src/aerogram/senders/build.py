"""Builds the services of `senders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.senders.addresses import Senders
from aerogram.senders.categories import MonitoringCategories
from aerogram.senders.claims import SenderClaims
from aerogram.senders.domain_dns import SendingDomains
from aerogram.senders.domains import Domains
from aerogram.senders.keyring import Keyring
from aerogram.senders.metasenders import Metasenders
from aerogram.senders.parse_routes import ParseRoutes
from aerogram.senders.services import SenderServices
from aerogram.senders.tracking_hosts import TrackingHosts
from aerogram.senders.valid_senders import ValidSenders

if TYPE_CHECKING:
    from aerogram.senders.dns_check import NameService
    from aerogram.store.ground import Ground


def build(
    ground: Ground, names: NameService, *, hostname: str, public_url: str, is_signing: bool
) -> SenderServices:
    """Build them.

    ``names`` answers DNS lookups. ``hostname`` is the name of this installation, ``public_url`` the base of
    its links, without a slash at the end. Without ``is_signing`` no mail gets a DKIM signature.
    """
    database, sealer, ids, clock = ground.database, ground.sealer, ground.ids, ground.clock
    domains = Domains(database, sealer, ids, clock)
    dns = SendingDomains(database, sealer, clock, names, hostname=hostname)
    return SenderServices(
        addresses=Senders(database, domains, ids, clock),
        valid=ValidSenders(database, clock, ground.changes),
        categories=MonitoringCategories(database, clock),
        domains=domains,
        dns=dns,
        claims=SenderClaims(database, domains, dns, ids, clock, ground.changes),
        metasenders=Metasenders(database, ids, clock),
        parse_routes=ParseRoutes(database, sealer, ids, clock, hostname=hostname),
        keyring=Keyring(database, sealer, clock, is_signing=is_signing),
        tracking_hosts=TrackingHosts(database, clock, public_url),
    )

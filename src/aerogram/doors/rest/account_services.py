"""What the resources of an account and its senders stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.identity.accounts import Accounts
from aerogram.identity.api_tokens import ApiTokens
from aerogram.identity.profiles import Profiles
from aerogram.senders.claims import SenderClaims
from aerogram.senders.domain_dns import SendingDomains
from aerogram.senders.domains import Domains
from aerogram.senders.metasenders import Metasenders
from aerogram.senders.parse_routes import ParseRoutes

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.senders.dns_check import NameService
    from aerogram.store.sql import Database


class AccountServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services, and the ids of what is made."""

    accounts: Accounts
    profiles: Profiles
    tokens: ApiTokens
    claims: SenderClaims
    domains: SendingDomains
    metasenders: Metasenders
    parse_routes: ParseRoutes
    ids: IdGenerator


def account_services(
    database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock, names: NameService, *, hostname: str
) -> AccountServices:
    """Build them; ``hostname`` is what this installation calls itself, ``names`` answers its questions to the DNS."""
    domains = SendingDomains(database, sealer, clock, names, hostname=hostname)
    keys = Domains(database, sealer, ids, clock)
    return AccountServices(
        accounts=Accounts(database, sealer, ids, clock),
        profiles=Profiles(database),
        tokens=ApiTokens(database, sealer, ids, clock),
        claims=SenderClaims(database, keys, domains, ids, clock),
        domains=domains,
        metasenders=Metasenders(database, ids, clock),
        parse_routes=ParseRoutes(database, sealer, ids, clock, hostname=hostname),
        ids=ids,
    )

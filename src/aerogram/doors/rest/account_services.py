"""The services that the resources of accounts and senders need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.api_tokens import ApiTokens
    from aerogram.identity.preferences import Preferences
    from aerogram.identity.profiles import Profiles
    from aerogram.senders.claims import SenderClaims
    from aerogram.senders.domain_dns import SendingDomains
    from aerogram.senders.metasenders import Metasenders
    from aerogram.senders.parse_routes import ParseRoutes


class AccountServices(msgspec.Struct, frozen=True, kw_only=True):
    """Services, handed in by `app`."""

    accounts: Accounts
    profiles: Profiles
    tokens: ApiTokens
    preferences: Preferences
    claims: SenderClaims
    domains: SendingDomains
    metasenders: Metasenders
    parse_routes: ParseRoutes

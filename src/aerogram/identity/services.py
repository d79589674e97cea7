"""What `identity` offers: who asks, what they may do, and the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.api_tokens import ApiTokens
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.authenticate import Authenticator
    from aerogram.identity.content_tokens import ContentTokens
    from aerogram.identity.members import Members
    from aerogram.identity.people import People
    from aerogram.identity.preferences import Preferences
    from aerogram.identity.profiles import Profiles
    from aerogram.identity.rate import RateLimiter
    from aerogram.identity.tokens import DomainTokens


class IdentityServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.identity.build` builds them."""

    accounts: Accounts
    members: Members
    people: People
    profiles: Profiles
    preferences: Preferences
    api_tokens: ApiTokens
    content_tokens: ContentTokens
    domain_tokens: DomainTokens
    authenticator: Authenticator
    attempts: LoginAttempts
    """Failed logins, counted over all doors."""
    rate: RateLimiter
    """Requests of each account, counted over all doors."""

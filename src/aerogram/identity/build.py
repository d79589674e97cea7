"""Builds the services of `identity`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.identity.accounts import Accounts
from aerogram.identity.api_tokens import ApiTokens
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.authenticate import Authenticator
from aerogram.identity.content_tokens import ContentTokens
from aerogram.identity.members import Members
from aerogram.identity.passwords import Passwords
from aerogram.identity.people import People
from aerogram.identity.preferences import Preferences
from aerogram.identity.profiles import Profiles
from aerogram.identity.rate import RateLimiter
from aerogram.identity.services import IdentityServices
from aerogram.identity.tokens import DomainTokens

if TYPE_CHECKING:
    from aerogram.base.shared.shared import Shared
    from aerogram.store.ground import Ground


def build(ground: Ground, *, rate_limit: int | None, across: Shared | None = None) -> IdentityServices:
    """Build them; ``rate_limit`` is in requests a minute for each account, None is no limit.

    ``across`` makes failed logins and rates count with other processes.
    """
    database, sealer, ids, clock = ground.database, ground.sealer, ground.ids, ground.clock
    authenticator = Authenticator(database, sealer, clock, ground.changes)
    attempts = LoginAttempts(clock, across)
    return IdentityServices(
        accounts=Accounts(database, sealer, ids, clock, ground.changes),
        members=Members(database, ids, clock),
        people=People(database, authenticator, attempts, Passwords(across=across)),
        profiles=Profiles(database),
        preferences=Preferences(database, ids),
        api_tokens=ApiTokens(database, sealer, ids, clock),
        content_tokens=ContentTokens(database, sealer, ids, clock),
        domain_tokens=DomainTokens(database, sealer, ids, clock),
        authenticator=authenticator,
        attempts=attempts,
        rate=RateLimiter(rate_limit, clock, across),
    )

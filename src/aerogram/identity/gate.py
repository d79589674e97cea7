"""The one gate: every route, SMTP command and tool names its area and level, and this decides."""

from __future__ import annotations

from aerogram.base.errors import RefusedError
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.wire.address import ascii_domain
from aerogram.wire.mime.errors import AddressError


class ForbiddenError(RefusedError):
    """The caller is known and may not do this."""


def may(principal: Principal, area: Area, level: Level) -> bool:
    """Tell whether a principal has a level in an area. No rule means no."""
    match principal.kind:
        case CredentialKind.API_KEY:
            return True
        case CredentialKind.TRUSTED_NETWORK | CredentialKind.DOMAIN_TOKEN:
            return area is Area.SEND and level <= Level.FULL


def authorize(principal: Principal, area: Area, level: Level) -> None:
    """Let the caller pass or raise `ForbiddenError` with a sentence for it."""
    if not may(principal, area, level):
        raise ForbiddenError(f"{principal.label} has no {level.name.lower()} permission for {area.value}.")


def may_send_from(principal: Principal, email: str) -> bool:
    """Tell whether an address lies where the principal may send from; a sub-domain is another domain.

    What the account's senders say comes besides. The null reverse-path ("") lies anywhere.
    """
    if not principal.domain or not email:
        return True
    try:
        return ascii_domain(email.rpartition("@")[2]) == principal.domain
    except AddressError:
        return False

"""The one gate: every route, SMTP command and tool names its area and level, and this decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.errors import RefusedError
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.wire.address import ascii_domain
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class ForbiddenError(RefusedError):
    """The caller is known and may not do this."""


def may(principal: Principal, area: Area, level: Level, permissions: Collection[str] = ()) -> bool:
    """Tell whether a principal has a level in an area. No rule means no.

    A content token needs one of ``permissions`` instead; where there are none, it is not let in.
    """
    match principal.kind:
        case CredentialKind.API_KEY:
            return True
        case CredentialKind.TRUSTED_NETWORK | CredentialKind.DOMAIN_TOKEN:
            return area is Area.SEND and level <= Level.FULL
        case CredentialKind.CONTENT_TOKEN:
            return not principal.permissions.isdisjoint(permissions)


def authorize(principal: Principal, area: Area, level: Level, permissions: Collection[str] = ()) -> None:
    """Let the caller pass or raise `ForbiddenError` with a sentence for it."""
    if may(principal, area, level, permissions):
        return
    if permissions and principal.kind is CredentialKind.CONTENT_TOKEN:
        if len(permissions) == 1:
            raise _lacking(principal, *permissions)
        raise ForbiddenError(f"{principal.label} has none of the permissions {', '.join(permissions)}.")
    raise ForbiddenError(f"{principal.label} has no {level.name.lower()} permission for {area.value}.")


def require(principal: Principal, permissions: Iterable[str]) -> None:
    """Let a content token pass that has all these permissions, and every other caller; or raise `ForbiddenError`."""
    if principal.kind is CredentialKind.CONTENT_TOKEN:
        for permission in permissions:
            if permission not in principal.permissions:
                raise _lacking(principal, permission)


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


def _lacking(principal: Principal, permission: str) -> ForbiddenError:
    return ForbiddenError(f"{principal.label} lacks the permission {permission}.")

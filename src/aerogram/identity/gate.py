"""The permission check of all doors: every route, page, SMTP command and tool declares an area and a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import ForbiddenError
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.model.actor import Actor, ActorKind
from aerogram.model.member import Role
from aerogram.store.records.sandbox import outside_of_sandbox
from aerogram.wire.address import ascii_domain
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = [
    "ForbiddenError",
    "Guard",
    "Needs",
    "Public",
    "authorize",
    "level_of",
    "may",
    "may_send_from",
    "permitted",
    "require",
]

_LEVELS: Final[Mapping[Role, Level]] = {
    Role.OWNER: Level.FULL,
    Role.EDITOR: Level.WRITE,
    Role.VIEWER: Level.READ,
}
"""The level of each role in every area. Editors have read access only to the account itself."""


class Needs(msgspec.Struct, frozen=True):
    """The permission that a route, page or command needs: a level in an area."""

    area: Area
    level: Level
    in_sandbox: bool = False
    """Callers in the sandbox may use it too, because what it changes is theirs."""


class Public(msgspec.Struct, frozen=True):
    """Marks a route as open to everybody, with the reason."""

    reason: str


Guard = Needs | Public
"""The guard of a route, page or command; each has one."""


def may(
    actor: Actor, area: Area, level: Level, permissions: Collection[str] = (), *, in_sandbox: bool = False
) -> bool:
    """Return whether an actor has a level in an area; deny by default.

    A sandboxed actor of any kind may read and send; everything else only where ``in_sandbox`` says that the service lets
    it change no more than what was made in the sandbox (`aerogram.store.records.sandbox`).

    A content token needs one of ``permissions`` instead; without any, it is denied. The operator of this machine,
    jobs and the system itself are always allowed: a job was authorised when it was requested.
    """
    if _is_kept_out(actor, area, level, in_sandbox=in_sandbox):
        return False
    match actor.kind:
        case ActorKind.CREDENTIAL:
            return actor.principal is not None and _opens(actor.principal, area, level, permissions)
        case ActorKind.PERSON:
            return actor.role is not None and level <= level_of(actor.role, area)
        case ActorKind.OPERATOR | ActorKind.JOB | ActorKind.SYSTEM:
            return True


def level_of(role: Role, area: Area) -> Level:
    """Return the level that a role has in an area."""
    if area is Area.ACCOUNT and role is not Role.OWNER:
        return Level.READ
    return _LEVELS[role]


def permitted(actors: Iterable[Actor], needs: Needs) -> tuple[Actor, ...]:
    """Return the visitor's actors that have a level in an area. Raises `ForbiddenError` if none has."""
    actors = tuple(actors)
    let_in = tuple(
        actor for actor in actors if may(actor, needs.area, needs.level, in_sandbox=needs.in_sandbox)
    )
    if let_in:
        return let_in
    if not actors:
        raise ForbiddenError("You are not a member of any account.")
    raise _refused(actors[0], needs.area, needs.level, in_sandbox=needs.in_sandbox)


def _opens(principal: Principal, area: Area, level: Level, permissions: Collection[str]) -> bool:
    match principal.kind:
        case CredentialKind.API_KEY:
            return True
        case CredentialKind.TRUSTED_NETWORK | CredentialKind.DOMAIN_TOKEN:
            return area is Area.SEND and level <= Level.FULL
        case CredentialKind.CONTENT_TOKEN:
            return not principal.permissions.isdisjoint(permissions)


def authorize(
    actor: Actor, area: Area, level: Level, permissions: Collection[str] = (), *, in_sandbox: bool = False
) -> None:
    """Return if the caller has the permission, else raise `ForbiddenError` with a message for the client.

    The arguments are those of `may`.
    """
    if may(actor, area, level, permissions, in_sandbox=in_sandbox):
        return
    principal = actor.principal
    if permissions and principal is not None and principal.kind is CredentialKind.CONTENT_TOKEN:
        if len(permissions) == 1:
            raise _lacking(principal, *permissions)
        raise ForbiddenError(f"{principal.label} has none of the permissions {', '.join(permissions)}.")
    raise _refused(actor, area, level, in_sandbox=in_sandbox)


def require(actor: Actor, permissions: Iterable[str]) -> None:
    """Require all these permissions of a content token; other callers pass. Raises `ForbiddenError`."""
    principal = actor.principal
    if principal is not None and principal.kind is CredentialKind.CONTENT_TOKEN:
        for permission in permissions:
            if permission not in principal.permissions:
                raise _lacking(principal, permission)


def may_send_from(principal: Principal, email: str) -> bool:
    """Return whether the principal's credential covers an address; a subdomain is another domain.

    The account's senders are checked separately. The null reverse-path ("") is always covered.
    """
    if not principal.domain or not email:
        return True
    try:
        return ascii_domain(email.rpartition("@")[2]) == principal.domain
    except AddressError:
        return False


def _is_kept_out(actor: Actor, area: Area, level: Level, *, in_sandbox: bool) -> bool:
    return actor.is_sandboxed and level > Level.READ and area is not Area.SEND and not in_sandbox


def _refused(actor: Actor, area: Area, level: Level, *, in_sandbox: bool) -> ForbiddenError:
    if _is_kept_out(actor, area, level, in_sandbox=in_sandbox):
        return outside_of_sandbox()
    if actor.role is not None:
        enough = next(
            role for role in (Role.VIEWER, Role.EDITOR, Role.OWNER) if level <= level_of(role, area)
        )
        return ForbiddenError(
            f"{actor.label} has the role {actor.role.value}; this needs the role {enough.value}."
        )
    return ForbiddenError(f"{actor.label} has no {level.name.lower()} permission for {area.value}.")


def _lacking(principal: Principal, permission: str) -> ForbiddenError:
    return ForbiddenError(f"{principal.label} lacks the permission {permission}.")

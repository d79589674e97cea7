"""Who does something: the one value that services are given of their caller.

A door makes an `Actor` when it lets a caller in; jobs and the system make their own. Services pass it on
and never look behind it, except where a rule is about the caller: a sandbox key's work stays in the sandbox.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.model.account import Principal


class ActorKind(enum.StrEnum):
    """What kind of caller an actor is."""

    CREDENTIAL = "credential"
    """An API key, a token or a trusted network: whatever `Principal` stands for."""
    PERSON = "person"
    """A user who signed in to the pages."""
    OPERATOR = "operator"
    """Whoever runs the command line beside the store."""
    JOB = "job"
    """A job that an earlier request started."""
    SYSTEM = "system"
    """Aerogram itself: notices, sweeps, readers of the event log."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A caller, the account it acts for, and the way it came in."""

    account_id: int
    kind: ActorKind
    door: str
    """Where it came in: ``smtp``, ``v3``, ``v3.1``, ``rest``, ``web``, ``cli``, or ``""`` for the system."""
    label: str
    """How logs and the activity log name it, such as ``API key 4f0c…``; never a secret."""
    principal: Principal | None = None
    """The credential, of a `ActorKind.CREDENTIAL`."""
    user_id: int = 0
    """The person, of a `ActorKind.PERSON`; else 0."""
    job_id: int = 0
    """The job, of a `ActorKind.JOB`; else 0."""
    request_id: str = ""
    """Names the request in answers and logs; "" outside of requests."""

    @property
    def is_sandboxed(self) -> bool:
        """Tell whether what it sends must never leave this installation."""
        return self.principal is not None and self.principal.defaults.is_sandboxed


def actor_of(principal: Principal, door: str, request_id: str = "") -> Actor:
    """Make the actor of an authenticated request."""
    return Actor(
        account_id=principal.account_id,
        kind=ActorKind.CREDENTIAL,
        door=door,
        label=principal.label,
        principal=principal,
        request_id=request_id,
    )


def system_actor(account_id: int, label: str = "Aerogram", door: str = "") -> Actor:
    """Make the actor of what Aerogram does by itself for an account.

    ``door`` is what the record of its mail names, as ``signup``.
    """
    return Actor(account_id=account_id, kind=ActorKind.SYSTEM, door=door, label=label)


def operator_actor(account_id: int) -> Actor:
    """Make the actor of a command that an operator runs."""
    return Actor(account_id=account_id, kind=ActorKind.OPERATOR, door="cli", label="operator (command line)")

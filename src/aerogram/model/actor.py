"""Who does something: the one value that services are given of their caller.

A door makes an `Actor` when it lets a caller in; jobs and the system make their own. Services pass it on
and never look behind it, except where a rule is about the caller: a sandbox key's work stays in the sandbox.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from aerogram.model.account import Principal
    from aerogram.model.job import Job
    from aerogram.model.member import Member, Role

EVERY_ACCOUNT: Final = 0
"""The account of an actor who is let into all of them: the operator of this machine, looking at pages."""


class ActorKind(enum.StrEnum):
    """What kind of caller an actor is."""

    CREDENTIAL = "credential"
    """An API key, a token or a trusted network: whatever `Principal` stands for."""
    PERSON = "person"
    """A user who signed in to the pages."""
    OPERATOR = "operator"
    """Whoever runs the command line beside the store, or opens the pages on the machine itself."""
    JOB = "job"
    """A job that an earlier request started."""
    SYSTEM = "system"
    """Aerogram itself: notices, sweeps, readers of the event log."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A caller, the account it acts for, and the way it came in."""

    account_id: int
    kind: ActorKind
    door: str
    """Where it came in: ``smtp``, ``v3``, ``v3.1``, ``rest``, ``web``, ``signup``, ``cli``, or ``""`` for the system."""
    label: str
    """How logs and the activity log name it, such as ``API key 4f0c…``; never a secret."""
    principal: Principal | None = None
    """The credential, of a `ActorKind.CREDENTIAL`."""
    user_id: int = 0
    """The person, of a `ActorKind.PERSON`; else 0."""
    role: Role | None = None
    """What the person may do in the account."""
    job_id: int = 0
    """The job, of a `ActorKind.JOB`; else 0."""
    request_id: str = ""
    """Names the request in answers and logs; "" outside of requests."""
    is_sandboxed: bool = False
    """What it sends must never leave this installation, now or later."""


def actor_of(principal: Principal, door: str, request_id: str = "") -> Actor:
    """Make the actor of an authenticated request."""
    return Actor(
        account_id=principal.account_id,
        kind=ActorKind.CREDENTIAL,
        door=door,
        label=principal.label,
        principal=principal,
        request_id=request_id,
        is_sandboxed=principal.defaults.is_sandboxed,
    )


def actors_of(member: Member, door: str, request_id: str = "") -> tuple[Actor, ...]:
    """Make the actors that a member is, one for each account that they are a member of."""
    return tuple(
        Actor(
            account_id=account_id,
            kind=ActorKind.PERSON,
            door=door,
            label=member.email,
            user_id=member.user_id,
            role=role,
            request_id=request_id,
        )
        for account_id, role in member.roles.items()
    )


def job_actor(job: Job) -> Actor:
    """Make the actor of a job: its account, and who asked for it."""
    asked_by = f", asked for by {job.asked_by}" if job.asked_by else ""
    return Actor(
        account_id=job.account_id,
        kind=ActorKind.JOB,
        door="",
        label=f"job {job.id}{asked_by}",
        job_id=job.id,
        request_id=job.request_id,
        is_sandboxed=bool(job.is_sandboxed),
    )


def system_actor(
    account_id: int, label: str = "Aerogram", door: str = "", *, is_sandboxed: bool = False
) -> Actor:
    """Make the actor of what Aerogram does by itself for an account.

    ``door`` is what the record of its mail names, as ``signup``; ``is_sandboxed`` when whoever set it up was so.
    """
    return Actor(
        account_id=account_id, kind=ActorKind.SYSTEM, door=door, label=label, is_sandboxed=is_sandboxed
    )


def operator_actor(account_id: int) -> Actor:
    """Make the actor of a command that an operator runs."""
    return Actor(account_id=account_id, kind=ActorKind.OPERATOR, door="cli", label="operator (command line)")


def visiting_operator(request_id: str = "") -> Actor:
    """Make the actor of somebody who opens the pages on this machine, without a password."""
    return Actor(
        account_id=EVERY_ACCOUNT,
        kind=ActorKind.OPERATOR,
        door="web",
        label="operator (this machine)",
        request_id=request_id,
    )

"""The actor: the one value that tells services who acts.

A door creates an `Actor` for each authenticated request; jobs and the system create their own. Services pass it on
and inspect it only for rules about the caller: for example, the work of a sandbox key stays in the sandbox.
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
"""The account id of an actor with access to all accounts: the operator who opens the pages on this machine."""


class ActorKind(enum.StrEnum):
    """The kind of an actor."""

    CREDENTIAL = "credential"
    """An API key, a token or a trusted network: any `Principal`."""
    PERSON = "person"
    """A user who signed in to the pages."""
    OPERATOR = "operator"
    """A person who runs the command line on the store, or opens the pages on the machine itself."""
    JOB = "job"
    """A job that an earlier request started."""
    SYSTEM = "system"
    """Aerogram itself: notices, sweeps, readers of the event log."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A caller, the account it acts for, and the door it used."""

    account_id: int
    kind: ActorKind
    door: str
    """The door it used: ``smtp``, ``v3``, ``v3.1``, ``rest``, ``web``, ``signup``, ``cli``, or ``""`` for the system."""
    label: str
    """Its name in logs and in the activity log, such as ``API key 4f0c…``; never a secret."""
    principal: Principal | None = None
    """The credential of an `ActorKind.CREDENTIAL`; else None."""
    user_id: int = 0
    """The id of the person, for `ActorKind.PERSON`; else 0."""
    role: Role | None = None
    """The person's role in the account."""
    job_id: int = 0
    """The id of the job, for `ActorKind.JOB`; else 0."""
    request_id: str = ""
    """Identifies the request in responses and logs; "" outside of requests."""
    is_sandboxed: bool = False
    """Mail that it sends, now or later, must never leave this installation."""


def actor_of(principal: Principal, door: str, request_id: str = "") -> Actor:
    """Create the actor of an authenticated request."""
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
    """Create the actors of a member, one for each of their accounts."""
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
    """Create the actor of a job, with its account and the label of its requester."""
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
    """Create the actor of work that Aerogram itself does for an account.

    ``door`` is the door recorded for its mail, such as ``signup``. Set ``is_sandboxed`` if a sandboxed actor
    configured the work.
    """
    return Actor(
        account_id=account_id, kind=ActorKind.SYSTEM, door=door, label=label, is_sandboxed=is_sandboxed
    )


def operator_actor(account_id: int) -> Actor:
    """Create the actor of a command that an operator runs."""
    return Actor(account_id=account_id, kind=ActorKind.OPERATOR, door="cli", label="operator (command line)")


def visiting_operator(request_id: str = "") -> Actor:
    """Create the actor of a person who opens the pages on this machine, without a password."""
    return Actor(
        account_id=EVERY_ACCOUNT,
        kind=ActorKind.OPERATOR,
        door="web",
        label="operator (this machine)",
        request_id=request_id,
    )

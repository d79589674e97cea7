"""Builds the SMTP door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.smtp.listener import SmtpDoor
from aerogram.doors.smtp.policy import SmtpPolicy
from aerogram.doors.smtp.stored_references import StoredReferences

if TYPE_CHECKING:
    import ssl

    from aerogram.base.in_flight.in_flight import InFlight
    from aerogram.content.templates.templates import Templates
    from aerogram.doors.smtp.trusted import TrustedClients
    from aerogram.identity.services import IdentityServices
    from aerogram.net.connections import ConnectionLimiter
    from aerogram.submission.services import SubmissionServices


def build(
    identity: IdentityServices,
    submission: SubmissionServices,
    templates: Templates,
    trusted: TrustedClients,
    tls: ssl.SSLContext,
    in_flight: InFlight,
    connections: ConnectionLimiter,
) -> SmtpDoor:
    """Build the door; it listens nowhere yet."""
    policy = SmtpPolicy(
        authenticator=identity.authenticator,
        attempts=identity.attempts,
        rate=identity.rate,
        authorizer=submission.authorizer,
        acceptor=submission.acceptor,
        trusted=trusted,
        references=StoredReferences(templates),
    )
    return SmtpDoor(policy, tls, in_flight, connections)

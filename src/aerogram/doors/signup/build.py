"""Builds the pages of double opt-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.signup.app import REQUESTS_A_MINUTE, SignupDoor
from aerogram.identity.rate import RateLimiter

if TYPE_CHECKING:
    from aerogram.audience.services import Audience
    from aerogram.base.clock import Clock
    from aerogram.base.shared.shared import Shared
    from aerogram.content.services import ContentServices
    from aerogram.submission.services import SubmissionServices


def build(
    clock: Clock,
    audience: Audience,
    content: ContentServices,
    submission: SubmissionServices,
    across: Shared | None = None,
) -> SignupDoor:
    """Build the door, with a rate limit of its own: it counts networks, not accounts.

    ``across`` makes it count with other processes.
    """
    return SignupDoor(
        audience.signups,
        content.signup_links,
        content.templates,
        submission.authorizer,
        submission.acceptor,
        RateLimiter(REQUESTS_A_MINUTE, clock, across, "sign-ups"),
    )

"""Authorises and builds the mail that Aerogram itself writes about other mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.model.decision import Refuse
from aerogram.submission.request import submission_of

if TYPE_CHECKING:
    from aerogram.model.message import Submission
    from aerogram.model.request import MailRequest
    from aerogram.submission.authorize import Authorizer


def admit(authorizer: Authorizer, request: MailRequest) -> Submission | None:
    """Authorise and build a notice at once; None when it may not be sent. Any thread may call it."""
    decision = authorizer.decide_now(request)
    return None if decision is None or isinstance(decision, Refuse) else submission_of(request, decision)

"""Submissions and accounts for tests: each factory fills what a test does not care about."""

import functools

from aerogram.model.message import ContentKind, Rank, Recipient, Submission
from aerogram.senders.categories import MonitoringCategories
from aerogram.senders.valid_senders import ValidSenders
from aerogram.submission.authorize import Authorizer
from aerogram.submission.notices import admit

MAIL = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello Bob\r\n"


def a_submission(*recipients, account_id=1, rank=Rank.HIGH, body=MAIL, kind=ContentKind.MIME, **facts):
    return Submission(
        account_id=account_id,
        door="smtp",
        reverse_path="ann@example.org",
        recipients=tuple(Recipient(each) for each in recipients or ("bob@example.net",)),
        kind=kind,
        body=body,
        rank=rank,
        **{"from_email": "ann@example.org", **facts},
    )


def admitting(database, clock):
    """What a notifier has its notices admitted by."""
    authorizer = Authorizer(ValidSenders(database, clock), MonitoringCategories(database, clock))
    return functools.partial(admit, authorizer)

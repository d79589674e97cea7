"""Submissions and accounts for tests: each factory fills what a test does not care about."""

from aerogram.model.message import ContentKind, Rank, Recipient, Submission

MAIL = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello Bob\r\n"


def a_submission(*recipients, account_id=1, rank=Rank.HIGH, body=MAIL, kind=ContentKind.MIME, **facts):
    return Submission(
        account_id=account_id,
        door="smtp",
        envelope_from="ann@example.org",
        recipients=tuple(Recipient(each) for each in recipients or ("bob@example.net",)),
        kind=kind,
        body=body,
        rank=rank,
        **{"from_email": "ann@example.org", **facts},
    )

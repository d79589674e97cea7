"""Letters for tests of pure rules: the factory fills what a test does not care about."""

from aerogram.model.message import ContentKind, Letter

NOW = 1_780_000_000_000


def a_letter(**facts):
    return Letter(
        **{
            "message_id": 7,
            "uuid": "00000000-0000-8007-8000-000000000000",
            "account_id": 1,
            "content_id": 6,
            "lease": 99,
            "recipient": "bob@example.net",
            "attempts": 0,
            "reclaims": 0,
            "accepted_ms": NOW,
            "kind": ContentKind.MIME,
            "body": b"",
            "reverse_path": "ann@example.org",
            "from_email": "ann@example.org",
            **facts,
        }
    )

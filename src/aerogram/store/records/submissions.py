"""Making submissions durable: one content and a row for each recipient, for many submissions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert

from aerogram.model.message import Accepted
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import content, message
from aerogram.wire.address import ascii_domain

if TYPE_CHECKING:
    from aerogram.base.ids import IdGenerator
    from aerogram.model.message import Submission
    from aerogram.store.sql import Row

LANE_SHIFT: Final = 53
"""Account ids are below 2^53, so a rank above them sorts lanes by rank first."""

CONTENT_COLUMNS: Final = tuple(column.name for column in content.columns)
MESSAGE_COLUMNS: Final = (
    "id",
    "account_id",
    "content_id",
    "uuid",
    "recipient",
    "domain",
    "role",
    "lane",
    "due_ms",
    "notify",
    "orcpt",
    "created_ms",
    "updated_ms",
)

_ADD_CONTENT = Sql(
    insert(content).values({name: bindparam(name) for name in CONTENT_COLUMNS}), *CONTENT_COLUMNS
)
_ADD_MESSAGE = Sql(
    insert(message).values({name: bindparam(name) for name in MESSAGE_COLUMNS}), *MESSAGE_COLUMNS
)


def lane_of(rank: int, account_id: int) -> int:
    """Give the queue's lane of an account's messages of one rank."""
    return (rank << LANE_SHIFT) | account_id


def rows_of(
    submission: Submission, blob: str | None, ids: IdGenerator, now_ms: int
) -> tuple[Row, list[Row], tuple[Accepted, ...]]:
    """Make the rows of one submission: its content, its messages, and what each recipient became.

    ``blob`` names the file that holds the body; None when the body stands in its row.
    """
    content_id, *message_ids = ids.next_ids(1 + len(submission.recipients))
    account_id = submission.account_id
    body = submission.body
    of_content = (
        content_id,
        account_id,
        int(submission.kind),
        submission.door,
        submission.envelope_from,
        submission.from_email,
        submission.subject,
        body if blob is None else None,
        blob,
        len(body),
        submission.custom_id,
        submission.event_payload,
        submission.campaign,
        int(submission.has_text),
        int(submission.has_html),
        submission.attachment_count,
        int(submission.smtputf8),
        submission.dsn_ret,
        submission.dsn_envid,
        submission.transcript,
        now_ms,
    )
    lane = lane_of(submission.rank, account_id)
    accepted = []
    of_messages: list[Row] = []
    for recipient, message_id in zip(submission.recipients, message_ids, strict=True):
        uuid = ids.uuid_for(message_id)
        email = recipient.email
        domain = email.rpartition("@")[2]
        accepted.append(Accepted(email, message_id, uuid))
        of_messages.append(
            (
                message_id,
                account_id,
                content_id,
                uuid,
                email,
                domain.lower() if domain.isascii() else ascii_domain(domain),
                int(recipient.role),
                lane,
                now_ms,
                recipient.notify,
                recipient.orcpt,
                now_ms,
                now_ms,
            )
        )
    return of_content, of_messages, tuple(accepted)


def add(contents: list[Row], messages: list[Row]) -> Unit[None]:
    """Store rows in the order of `CONTENT_COLUMNS` and `MESSAGE_COLUMNS`."""
    yield _ADD_CONTENT.many(contents)
    yield _ADD_MESSAGE.many(messages)

"""Making submissions durable: one content and a row for each recipient, for many submissions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, insert, text

from aerogram.model.message import Accepted
from aerogram.model.send_options import is_sandboxed, packed, packed_personal
from aerogram.store.records.events import log
from aerogram.store.records.messages.queue_keys import ready_key
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import content, message
from aerogram.wire.address import ascii_domain, suppression_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.base.ids import IdGenerator
    from aerogram.model.message import Submission
    from aerogram.store.sql import Row

CONTENT_COLUMNS: Final = tuple(column.name for column in content.columns)
MESSAGE_COLUMNS: Final = (
    "id",
    "account_id",
    "content_id",
    "uuid",
    "recipient",
    "domain",
    "role",
    "queue_key",
    "due_ms",
    "notify",
    "orcpt",
    "created_ms",
    "updated_ms",
    "personal",
)

_ID: Final = 0
_REVERSE_PATH: Final = CONTENT_COLUMNS.index("reverse_path")
_SEND_OPTIONS: Final = CONTENT_COLUMNS.index("send_options")
_CONTENT_ID: Final = MESSAGE_COLUMNS.index("content_id")

_ADD_CONTENT = Sql(
    insert(content).values({name: bindparam(name) for name in CONTENT_COLUMNS}), *CONTENT_COLUMNS
)
_ADD_MESSAGE = Sql(
    insert(message).values({name: bindparam(name) for name in MESSAGE_COLUMNS}), *MESSAGE_COLUMNS
)
_CAMPAIGN: Final = ("id", "account_id", "name", "created_ms", "first_message_id")
_BEGIN_CAMPAIGN = Sql(
    text(
        "INSERT INTO campaign (id, account_id, name, created_ms, first_message_id)"
        " VALUES (:id, :account_id, :name, :created_ms, :first_message_id)"
        " ON CONFLICT (account_id, name) DO NOTHING"
    ),
    *_CAMPAIGN,
)
_CAMPAIGN_RECIPIENT: Final = ("account_id", "campaign", "address", "message_id")
_ADD_CAMPAIGN_RECIPIENT = Sql(
    text(
        "INSERT INTO campaign_recipient (account_id, campaign, address, message_id)"
        " VALUES (:account_id, :campaign, :address, :message_id)"
        " ON CONFLICT (account_id, campaign, address) DO NOTHING"
    ),
    *_CAMPAIGN_RECIPIENT,
)


class HeldRow(NamedTuple):
    """A message that is held for review from the start."""

    message_id: int
    account_id: int
    reason: str


class Rows:
    """The rows that submissions add, a list for each table in the order of its columns."""

    __slots__ = ("campaign_recipients", "campaigns", "contents", "held", "messages")

    def __init__(self, contents: Iterable[Row] = (), messages: Iterable[Row] = ()) -> None:
        self.contents: list[Row] = list(contents)
        self.messages: list[Row] = list(messages)
        self.campaigns: list[Row] = []
        self.campaign_recipients: list[Row] = []
        self.held: list[HeldRow] = []

    def extend(self, others: Rows) -> None:
        """Append the rows of another collection."""
        self.contents += others.contents
        self.messages += others.messages
        self.campaigns += others.campaigns
        self.campaign_recipients += others.campaign_recipients
        self.held += others.held


def add_rows_of(
    rows: Rows, submission: Submission, blob: str | None, ids: IdGenerator, now_ms: int
) -> tuple[Accepted, ...]:
    """Add one submission's rows to ``rows``, with its campaign. Return each recipient's accepted message."""
    content_row, message_rows, accepted = rows_of(submission, blob, ids, now_ms)
    rows.contents.append(content_row)
    rows.messages += message_rows
    # Sandboxed mail begins no campaign, and does not count for the deduplication of later mail.
    if submission.campaign and not submission.send_options.is_sandboxed:
        account_id, name = submission.account_id, submission.campaign
        rows.campaigns.append((ids.next_id(), account_id, name, now_ms, accepted[0].message_id))
        rows.campaign_recipients += [
            (account_id, name, suppression_key(each.email), each.message_id) for each in accepted
        ]
    if submission.held:
        rows.held += [HeldRow(each.message_id, submission.account_id, submission.held) for each in accepted]
    return accepted


def rows_of(
    submission: Submission, blob: str | None, ids: IdGenerator, now_ms: int
) -> tuple[Row, list[Row], tuple[Accepted, ...]]:
    """Make the rows of one submission: its content, its messages, and the accepted message of each recipient.

    ``blob`` names the file of the body; None when the body is stored in its row.
    """
    content_id, *message_ids = ids.next_ids(1 + len(submission.recipients))
    account_id = submission.account_id
    body = submission.body
    of_content = (
        content_id,
        account_id,
        int(submission.kind),
        submission.door,
        submission.reverse_path,
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
        packed(submission.send_options),
    )
    queue_key = ready_key(submission.rank, account_id)
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
                queue_key,
                now_ms,
                recipient.notify,
                recipient.orcpt,
                now_ms,
                now_ms,
                packed_personal(recipient.personal),
            )
        )
    return of_content, of_messages, tuple(accepted)


def add(rows: Rows) -> Unit[None]:
    """Store the rows of submissions, and append their acceptance to the log."""
    yield _ADD_CONTENT.many(rows.contents)
    yield _ADD_MESSAGE.many(rows.messages)
    live, other = live_and_other(rows)
    yield from log.append_accepted(live, is_live=True)
    yield from log.append_accepted(other, is_live=False)
    if rows.campaigns:
        # Sorted, so that transactions never deadlock; by message last, so that the first one counts.
        yield _BEGIN_CAMPAIGN.many(sorted(rows.campaigns, key=_account_and_name))
        yield _ADD_CAMPAIGN_RECIPIENT.many(sorted(rows.campaign_recipients))


def is_live(reverse_path: str, send_options: str) -> bool:
    """Return whether a content with these columns is live mail (`aerogram.model.event.DeliveryEvent`)."""
    return reverse_path != "" and not is_sandboxed(send_options)


def live_and_other(rows: Rows) -> tuple[list[int], list[int]]:
    """Return the ids of live messages, and those of the others."""
    others = {each[_ID] for each in rows.contents if not is_live(each[_REVERSE_PATH], each[_SEND_OPTIONS])}
    if not others:
        return [each[_ID] for each in rows.messages], []
    live: list[int] = []
    other: list[int] = []
    for each in rows.messages:
        (other if each[_CONTENT_ID] in others else live).append(each[_ID])
    return live, other


def _account_and_name(row: Row) -> tuple[int, str]:
    return row[1], row[2]

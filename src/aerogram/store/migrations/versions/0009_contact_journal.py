"""What contacts have still to be told of; at first, all that happened before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "contact_journal",
        sa.Column("event_id", key, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    # Sent, bounced, blocked; opens and clicks but those of scanners, complaints, unsubscriptions. Not of mail
    # by sandbox credentials, nor of notices of the service.
    op.execute(
        "INSERT INTO contact_journal (event_id, account_id, message_id, kind, at_ms)"
        " SELECT event.id, event.account_id, event.message_id, event.kind, event.at_ms FROM event"
        " JOIN message ON message.id = event.message_id JOIN content ON content.id = message.content_id"
        " WHERE event.kind IN (1, 2, 3, 4, 5, 6, 7) AND event.verdict <> 3 AND content.envelope_from <> ''"
        " AND content.treatment NOT LIKE '%\"is_sandboxed\"%'"
    )

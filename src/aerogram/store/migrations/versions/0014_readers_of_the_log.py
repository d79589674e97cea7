"""Give the readers of the event log cursors instead of rows for each event; index messages by content."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_DEFERRED = 21
_READERS = ("contacts", "counters", "webhooks")
_NEW_COLUMNS = (("attempt", sa.SmallInteger), ("is_live", sa.SmallInteger), ("committed_in", sa.BigInteger))
_NOT_ACCEPTED = sa.text("kind <> 20")
_RETRIED = sa.text("attempts > 0")
_UNTOLD = "SELECT event_id FROM contact_journal"
_CALLED_TOO_EARLY = f"attempts = 0 AND event_id IN ({_UNTOLD})"
"""Events for webhooks that waited until their contacts were created, and that no call has tried yet."""


def upgrade() -> None:
    for name, kind in _NEW_COLUMNS:
        op.add_column("event", sa.Column(name, kind(), nullable=False, server_default=sa.text("0")))
    op.create_table(
        "event_reader",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("committed_in", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "event_backlog",
        sa.Column("reader", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("reader", "event_id"),
    )
    _begin_where_the_log_ends()
    _keep_what_was_not_read()
    op.drop_table("contact_journal")
    op.rename_table("callback_journal", "webhook_outbox")
    op.drop_index("callback_journal_retried", "webhook_outbox")
    op.create_index(
        "webhook_outbox_retried",
        "webhook_outbox",
        ["callback_id"],
        sqlite_where=_RETRIED,
        postgresql_where=_RETRIED,
    )
    op.drop_index("event_message", "event")
    op.create_index(
        "event_message", "event", ["message_id"], sqlite_where=_NOT_ACCEPTED, postgresql_where=_NOT_ACCEPTED
    )
    op.create_index("message_content", "message", ["content_id"])
    if op.get_bind().dialect.name == "postgresql":
        _follow_commits_of_postgresql()


def _begin_where_the_log_ends() -> None:
    """Start readers at the end of the log: older events were already handled when they were written."""
    for name in _READERS:
        op.execute(
            f"INSERT INTO event_reader (name, committed_in, event_id)"  # noqa: S608 - names of readers
            f" SELECT '{name}', 0, max(id) FROM event HAVING max(id) IS NOT NULL"
        )


def _keep_what_was_not_read() -> None:
    """Move unread events to the backlogs: for contacts, and for webhooks that waited for contacts."""
    op.execute(
        "INSERT INTO event_backlog (reader, event_id) SELECT 'contacts', event_id FROM contact_journal"
    )
    op.execute(
        "INSERT INTO event_backlog (reader, event_id)"  # noqa: S608 - no value in it
        f" SELECT DISTINCT 'webhooks', event_id FROM callback_journal WHERE {_CALLED_TOO_EARLY}"
    )
    op.execute(f"DELETE FROM callback_journal WHERE {_CALLED_TOO_EARLY}")  # noqa: S608 - no value in it
    # Those rows were only written for live mail, and for first deferrals.
    op.execute(f"UPDATE event SET is_live = 1 WHERE id IN ({_UNTOLD})")  # noqa: S608 - no value in it
    op.execute(f"UPDATE event SET attempt = 1 WHERE kind = {_DEFERRED} AND id IN ({_UNTOLD})")  # noqa: S608


def _follow_commits_of_postgresql() -> None:
    """Order existing events before new ones, and number new events by their transaction."""
    op.execute("ALTER INDEX callback_journal_pkey RENAME TO webhook_outbox_pkey")
    op.execute("CREATE SEQUENCE event_id_seq OWNED BY event.id")
    op.execute("SELECT setval('event_id_seq', coalesce(max(id), 0) + 1, false) FROM event")
    op.execute("ALTER TABLE event ALTER COLUMN id SET DEFAULT nextval('event_id_seq')")
    op.execute(
        "ALTER TABLE event ALTER COLUMN committed_in"
        " SET DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"
    )
    op.create_index("event_order", "event", ["committed_in", "id"])

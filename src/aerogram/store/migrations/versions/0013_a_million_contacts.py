"""What pages and segments of a million contacts are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_MARKED = (
    ("contact_excluded", "contact", "id", "is_excluded"),
    ("contact_anonymized", "contact", "id", "is_anonymized"),
    ("list_recipient_left", "list_recipient", "contact_id", "is_unsubscribed"),
)
"""Indexes of the few rows whose flag is set."""


def upgrade() -> None:
    for name, table, column, flag in _MARKED:
        is_set = sa.text(f"{flag} = 1")
        op.create_index(name, table, ["account_id", column], sqlite_where=is_set, postgresql_where=is_set)
    if op.get_bind().dialect.name == "postgresql":
        # One rewrite of the table for both. SQLite has the row's id in every index, and reads a property out of
        # a text as quickly as out of anything else that it has.
        op.execute(
            "ALTER TABLE contact"
            " ADD COLUMN known jsonb GENERATED ALWAYS AS (CAST(NULLIF(properties, '') AS jsonb)) STORED,"
            " DROP CONSTRAINT contact_account_id_email_key,"
            " ADD CONSTRAINT contact_account_id_email_key UNIQUE (account_id, email) INCLUDE (id)"
        )

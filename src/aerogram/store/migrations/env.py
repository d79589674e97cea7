"""Alembic's entry: it runs on the connection that `aerogram.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from aerogram.store.tables.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

"""All tables of the store, whichever file they stand in: what migrations and their test compare with."""

from __future__ import annotations

from aerogram.store import account_tables, contact_tables, job_tables, record_tables, tables
from aerogram.store.columns import metadata

__all__ = ["account_tables", "contact_tables", "job_tables", "metadata", "record_tables", "tables"]

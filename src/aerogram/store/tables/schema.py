"""All tables of the store, from every file; migrations and their test compare with them."""

from __future__ import annotations

from aerogram.store import tables
from aerogram.store.tables import contacts, jobs, plain_records
from aerogram.store.tables.columns import metadata

__all__ = ["contacts", "jobs", "metadata", "plain_records", "tables"]

"""Tokens for pages that a program shows to its user."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned
from aerogram.store.tables import api_token

COLUMNS: Final = tuple(column.name for column in api_token.columns)
OWNED: Final = Owned(api_token)
LISTING: Final = Listing(
    api_token,
    COLUMNS,
    conditions={
        "id": api_token.c.id == bindparam("id"),
        "account_id": api_token.c.account_id == bindparam("account_id"),
        "digest": api_token.c.digest == bindparam("digest"),
        "is_active": api_token.c.is_active == bindparam("is_active"),
    },
    orders={"id": api_token.c.id},
)

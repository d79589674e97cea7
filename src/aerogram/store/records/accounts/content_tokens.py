"""Bearer tokens of the Content API."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned, Unique
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import account, content_token

COLUMNS: Final = tuple(column.name for column in content_token.columns)
OWNED: Final = Owned(content_token)
LISTING: Final = Listing(
    content_token,
    COLUMNS,
    conditions={
        "id": content_token.c.id == bindparam("id"),
        "name": content_token.c.name == bindparam("name"),
    },
    orders={"id": content_token.c.id, "name": content_token.c.name},
)
"""Tokens can be listed by these."""


class OpeningRow(NamedTuple):
    """A token together with the state of its account; ``is_active`` is 0 or 1."""

    account_id: int
    name: str
    digest: str
    permissions: str
    expires_ms: int
    is_active: int


_OPENING = Sql(
    select(
        content_token.c.account_id,
        content_token.c.name,
        content_token.c.digest,
        content_token.c.permissions,
        content_token.c.expires_ms,
        account.c.is_active,
    )
    .join_from(content_token, account, account.c.id == content_token.c.account_id)
    .where(content_token.c.digest == bindparam("digest")),
    "digest",
)
_UNIQUE: Final = Unique(content_token, "name")


def opening(digest: str) -> Unit[OpeningRow | None]:
    """Return a token with the state of its account, by the token's digest."""
    rows = yield _OPENING(digest)
    return OpeningRow(*rows[0]) if rows else None


def is_taken(account_id: int, name: str, token_id: int) -> Unit[bool]:
    """Return whether another token of the account has this name."""
    return (yield from _UNIQUE.is_taken(account_id, token_id, name))

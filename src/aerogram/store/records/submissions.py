"""Making submissions durable: one content and a row for each recipient, for many submissions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import content, message

if TYPE_CHECKING:
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


def add(contents: list[Row], messages: list[Row]) -> Unit[None]:
    """Store rows in the order of `CONTENT_COLUMNS` and `MESSAGE_COLUMNS`."""
    yield _ADD_CONTENT.many(contents)
    yield _ADD_MESSAGE.many(messages)

"""The kinds of column in the schema. Ids come from `aerogram.base.ids`, never from the database."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Text, text

metadata: Final = MetaData()
"""All tables of the store."""

_KEY: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite uses a column as its row id, without a second index, only if its type is INTEGER."""


def key(name: str = "id") -> Column[int]:
    """Make the primary key."""
    return Column(name, _KEY, primary_key=True, autoincrement=False)


def big(name: str, default: int | None = None) -> Column[int]:
    """Make a 64-bit number: an id, milliseconds, bytes."""
    if default is None:
        return Column(name, BigInteger, nullable=False)
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


def small(name: str, default: int | None = None) -> Column[int]:
    """Make a 16-bit number: a flag or a code."""
    if default is None:
        return Column(name, SmallInteger, nullable=False)
    return Column(name, SmallInteger, nullable=False, server_default=text(str(default)))


def words(name: str, **options: Any) -> Column[str]:
    """Make a text whose default is ""."""
    return Column(name, Text, nullable=False, server_default=text("''"), **options)

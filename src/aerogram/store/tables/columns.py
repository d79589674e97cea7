"""The kinds of column that tables are made of. Ids come from `aerogram.base.ids`, never from the database."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, SmallInteger, Text, text

metadata: Final = MetaData()
"""All tables of the store."""

_KEY: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a column its row id, and so needs no second index, only when it is called INTEGER."""


def key(name: str = "id") -> Column[int]:
    """Make the primary key."""
    return Column(name, _KEY, primary_key=True, autoincrement=False)


def big(name: str, default: int | None = None) -> Column[int]:
    """Make a number of 64 bits: an id, milliseconds, bytes."""
    if default is None:
        return Column(name, BigInteger, nullable=False)
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


def small(name: str, default: int | None = None) -> Column[int]:
    """Make a number of 16 bits: a flag or a code."""
    if default is None:
        return Column(name, SmallInteger, nullable=False)
    return Column(name, SmallInteger, nullable=False, server_default=text(str(default)))


def words(name: str, **options: Any) -> Column[str]:
    """Make a text, "" unless given."""
    return Column(name, Text, nullable=False, server_default=text("''"), **options)

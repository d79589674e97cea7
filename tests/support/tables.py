"""All rows of a store, to see what a call changed."""

from sqlalchemy import select

from aerogram.store.sql import Sql
from aerogram.store.tables.schema import metadata


async def rows_of(database):
    """Give the rows of every table, each as text with the name of its table."""
    found = set()
    for table in metadata.sorted_tables:
        statement = Sql(select(*table.columns))

        def unit(statement=statement):
            return (yield statement())

        found |= {f"{table.name} {tuple(row)!r}" for row in await database.read(unit)}
    return found

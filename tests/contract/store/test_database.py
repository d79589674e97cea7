"""What every engine of the store promises."""

import asyncio
import contextlib
import sqlite3

import pytest
from sqlalchemy import bindparam, func, insert, select

from aerogram.store.sql import Engine, Sql, any_of
from aerogram.store.tables import message, setting

ADD = Sql(insert(setting).values(name=bindparam("name"), value=bindparam("value")), "name", "value")
FIND = Sql(select(setting.c.value).where(setting.c.name == bindparam("name")), "name")
FIND_ALL = Sql(
    select(setting.c.name)
    .where(any_of(setting.c.name, "names", setting.c.name.type))
    .order_by(setting.c.name),
    "names",
)
COUNT = Sql(select(func.count()).select_from(setting))


def add(name, value="v"):
    def unit():
        yield ADD(name, value)
        return name

    return unit


def count():
    rows = yield COUNT()
    return rows[0][0]


async def test_what_a_unit_returns_is_what_write_returns(database):
    assert await database.write(add("a")) == "a"


async def test_what_was_written_is_read(database):
    await database.write(add("a", "one"))

    def find():
        rows = yield FIND("a")
        return rows[0][0]

    assert await database.read(find) == "one"


async def test_concurrent_writes_all_arrive(database):
    await asyncio.gather(*(database.write(add(f"n{number}")) for number in range(100)))
    assert await database.read(count) == 100


async def test_a_unit_that_raises_takes_back_only_its_own_effects(database):
    def broken():
        yield ADD("gone", "")
        raise LookupError("on purpose")

    results = await asyncio.gather(
        database.write(add("a")),
        database.write(broken),
        database.write(add("b")),
        return_exceptions=True,
    )
    assert results[0] == "a"
    assert isinstance(results[1], LookupError)
    assert results[2] == "b"
    assert await database.read(count) == 2


async def test_a_duplicate_key_fails_alone(database):
    await database.write(add("a"))
    results = await asyncio.gather(database.write(add("a")), database.write(add("b")), return_exceptions=True)
    assert isinstance(results[0], Exception)
    assert results[1] == "b"


async def test_many_rows_are_written_by_one_step(database):
    def unit():
        yield ADD.many([(f"n{number}", "") for number in range(10)])

    await database.write(unit)
    assert await database.read(count) == 10


@pytest.mark.parametrize("names", [[], ["n1"], ["n1", "n3", "unknown"]])
async def test_any_of_takes_a_list_as_one_parameter(database, names):
    def fill():
        yield ADD.many([(f"n{number}", "") for number in range(5)])

    def find():
        rows = yield FIND_ALL(names)
        return [name for (name,) in rows]

    await database.write(fill)
    assert await database.read(find) == [name for name in names if name != "unknown"]


async def test_a_reader_sees_one_state_of_the_store(database):
    seen = []

    def unit():
        seen.append((yield COUNT())[0][0])
        seen.append((yield COUNT())[0][0])

    await asyncio.gather(database.read(unit), *(database.write(add(f"n{number}")) for number in range(20)))
    assert seen[0] == seen[1]


def test_a_list_of_values_is_looked_up_by_index_on_sqlite():
    found = Sql(select(message.c.uuid).where(any_of(message.c.id, "ids"), message.c.state == 0), "ids")
    text = found.compiled(Engine.SQLITE).text
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, uuid TEXT, state INTEGER)")
        plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", ("[]", 0)).fetchall()
    assert plan[0][3].startswith("SEARCH message USING INTEGER PRIMARY KEY")


async def test_the_migrated_schema_is_the_declared_one(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import create_async_engine

    from aerogram.store.sql import Engine
    from aerogram.store.tables.schema import metadata

    # What PostgreSQL alone has: a column for segments, and the order of commits for readers of the log.
    own = {("column", "known"), ("index", "event_order")}
    of_both = {"include_name": lambda name, kind, _: (kind, name) not in own}

    if database.engine is Engine.SQLITE:
        engine = create_engine(f"sqlite:///{database._path}")
        with engine.connect() as connection:
            difference = compare_metadata(MigrationContext.configure(connection), metadata)
        engine.dispose()
    else:
        engine = create_async_engine(database._url.replace("postgresql://", "postgresql+asyncpg://"))
        async with engine.connect() as connection:
            difference = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync, opts=of_both), metadata)
            )
        await engine.dispose()
    assert difference == []

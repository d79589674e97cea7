"""The nouns that every test may ask for."""

import pytest

from aerogram.base.clock import ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.store.open import open_database
from support.engines import PostgresqlServer


@pytest.fixture(scope="session")
def postgresql_server():
    server = PostgresqlServer()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """None for SQLite in the data folder, else the URL of a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgresql_server").new_database()


@pytest.fixture
async def database(tmp_path, database_url):
    """A store of each engine, its schema up to date."""
    opened = await open_database(tmp_path, database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def ids(clock):
    return IdGenerator(clock)
